import { type AddedCapability } from "./pod-security";
import { shown } from "../../core/display-value";
import { IpProtocol } from "../../core/port";
import {
  checkedBy,
  choice,
  listOf,
  mapped,
  matching,
  objectOf,
  optional,
  portNumber,
  type PropsSchema,
  type Reader,
  type Resolved,
  withDefault,
} from "../../core/readers";
import { byText } from "../../core/stable-order";
import { type Problems } from "../../core/validation-error";

/** The application protocol of a port. */
export enum AppProtocol {
  /** HTTP/1, which load balancers parse and add headers to. */
  HTTP = "HTTP",
  /** gRPC over HTTP/2 without TLS. */
  GRPC = "GRPC",
  /** Any other protocol over TCP, which load balancers forward unread. */
  TCP = "TCP",
}

/**
 * The name of a container port, which Services refer to: if its number changes, old and new pods stay
 * reachable.
 */
export function portName(protocol: AppProtocol): string {
  return protocol.toLowerCase();
}

// The standard names; TCP has none.
const APP_PROTOCOLS = {
  [AppProtocol.HTTP]: { appProtocol: "http" },
  [AppProtocol.GRPC]: { appProtocol: "kubernetes.io/h2c" },
  [AppProtocol.TCP]: {},
};

/**
 * A port of a Service, which targets a port of the pods by name.
 *
 * @param target the name of the target port; by default the one named after the protocol
 * @param transport for UDP, the application protocol is unknown
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
 */
export function servicePort(
  name: string,
  port: number,
  protocol: AppProtocol,
  target = portName(protocol),
  transport = IpProtocol.TCP,
): object {
  const spoken = transport === IpProtocol.UDP ? {} : APP_PROTOCOLS[protocol];
  return { name, port, targetPort: target, protocol: transport, ...spoken };
}

/** A port with a name, which Services and load balancers refer to. */
export interface NamedPort {
  /**
   * The name: up to 15 lower-case letters, digits and single dashes, with at least one letter.
   *
   * The workload's own port is named after its protocol: `http`, `grpc` or `tcp`.
   *
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
   */
  readonly name: string;
  /** The port number, 1024 to 65535; with an added capability, 1 to 65535. */
  readonly port: number;
  /**
   * The protocol of the port, without TLS if a load balancer terminates it; not for UDP.
   *
   * @default AppProtocol.HTTP
   */
  readonly protocol?: AppProtocol;
  /**
   * The transport, `IpProtocol.TCP` or `IpProtocol.UDP`. A program that listens on both has two ports, which may
   * share a number.
   *
   * @default IpProtocol.TCP
   */
  readonly transport?: IpProtocol;
}

const MAX_NAME_LENGTH = 15;
const NAME = new RegExp(`^(?=.*[a-z])(?=.{1,${MAX_NAME_LENGTH}}$)[a-z0-9]+(?:-[a-z0-9]+)*$`);

/** Reads the number of a port that a container listens on. */
export function containerPort(): Reader<number> {
  return portNumber("Give a whole number from 1024 to 65535, for example 8080");
}

const NAMED_PORT = {
  name: matching(
    NAME,
    `Use up to ${MAX_NAME_LENGTH} lower-case letters, digits, and single dashes, with at least one letter, for example "metrics"`,
  ),
  port: containerPort(),
  protocol: optional(choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP")),
  transport: withDefault(
    choice({ TCP: IpProtocol.TCP, UDP: IpProtocol.UDP }, "IpProtocol.TCP or IpProtocol.UDP"),
    IpProtocol.TCP,
  ),
} satisfies PropsSchema<NamedPort>;

/** Reads the named ports of a container. */
export function namedPortList(): Reader<Required<NamedPort>[]> {
  const port = mapped(checkedBy(objectOf(NAMED_PORT), checkProtocol), withDefaults);
  return listOf(port, 'a list, for example [{ name: "metrics", port: 9090 }]');
}

function checkProtocol(
  problems: Problems,
  name: string,
  { protocol, transport }: Resolved<typeof NAMED_PORT>,
): void {
  if (transport !== IpProtocol.UDP || protocol === undefined) return;
  problems.add(
    "VALUE_INVALID",
    `${name}.protocol is ${shown(protocol)}, which requires TCP, and its transport is UDP`,
    "Remove protocol; for HTTP/3, add a second port with transport: IpProtocol.UDP",
  );
}

/** The named ports, the workload's own port first and the others sorted by name. */
export function namedPorts(
  port: number | undefined,
  protocol: AppProtocol,
  further: readonly NamedPort[] = [],
): Required<NamedPort>[] {
  const own =
    port === undefined ? [] : [{ name: portName(protocol), port, protocol, transport: IpProtocol.TCP }];
  const sorted = [...further].sort((a, b) => byText(a.name, b.name));
  return [...own, ...sorted.map(withDefaults)];
}

/** A port with its defaults; for UDP, the application protocol is unknown. */
export function withDefaults({
  name,
  port,
  transport = IpProtocol.TCP,
  ...rest
}: NamedPort): Required<NamedPort> {
  const { protocol = transport === IpProtocol.UDP ? AppProtocol.TCP : AppProtocol.HTTP } = rest;
  return { name, port, protocol, transport };
}

/** The ports in a container's manifest. */
export function portsManifest(
  port: number | undefined,
  name: string | undefined,
  further: readonly NamedPort[],
): object[] {
  const own = port === undefined ? [] : [{ ...(name ? { name } : {}), port, transport: IpProtocol.TCP }];
  return [...own, ...namedPorts(undefined, AppProtocol.HTTP, further)].map(
    ({ port: containerPort, transport, ...rest }) => ({
      ...("name" in rest ? { name: rest.name } : {}),
      containerPort,
      protocol: transport,
    }),
  );
}

/** Adds a problem if a non-root program can't listen on a port. */
export function checkUnprivileged(
  problems: Problems,
  property: string,
  port: number | undefined,
  added: AddedCapability | undefined,
): void {
  if (port === undefined || port >= 1024 || added) return;
  problems.add(
    "PORT_PRIVILEGED",
    `${property} is ${port}`,
    "Let the program listen on a port from 1024 on, for example 8080; the load balancer can still listen on 443. If the " +
      "program can't, add addedCapability: AddedCapability.netBindService({ reason }), which also sets the safe sysctl " +
      "net.ipv4.ip_unprivileged_port_start",
  );
}

/** A container with its ports, for the check that the ports of a pod are unique. */
export interface PortUser {
  readonly name: string;
  readonly port?: number;
  readonly portName?: string;
  readonly ports?: readonly NamedPort[];
}

/** Adds a problem for each duplicate port number or name of a pod. */
export function checkPorts(problems: Problems, containers: readonly PortUser[]): void {
  const numbers = new Map<string, string>();
  const names = new Set<string>();
  for (const { name: container, port: number, portName: ownName, ports = [] } of containers) {
    const ownPorts = number === undefined ? [] : [{ name: ownName, port: number, transport: undefined }];
    for (const port of [...ownPorts, ...ports]) {
      checkNumber(problems, numbers, port, container);
      if (port.name === undefined) continue;
      if (names.has(port.name)) {
        problems.add(
          "NAME_DUPLICATE",
          `The pod has two ports with the name ${shown(port.name)}`,
          'Give each port its own name, for example { name: "metrics", port: 9090 }: Services refer to ports by name',
          "ports",
        );
      }
      names.add(port.name);
    }
  }
}

/** Adds a problem for a port number that is already in use; TCP and UDP numbers are independent. */
function checkNumber(
  problems: Problems,
  users: Map<string, string>,
  { port, transport = IpProtocol.TCP }: Pick<NamedPort, "port" | "transport">,
  container: string,
): void {
  const key = `${transport} ${port}`;
  const user = users.get(key);
  users.set(key, user ?? container);
  if (user === undefined) return;
  problems.add(
    "PORT_INVALID",
    user === container
      ? `The container ${container} lists port ${port} twice`
      : `The containers ${user} and ${container} both listen on port ${port}`,
    "Give each container its own ports: the containers of a pod share one network address",
    "ports",
  );
}
