import { type AddedCapability } from "./added-capability";
import { AppProtocol, portName } from "./app-protocol";
import { shown } from "../../core/display-value";
import { IpProtocol } from "../../core/port";
import { type Problems } from "../../core/validation-error";
import { choice, isOfKind, shaped } from "../../core/value-readers";

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
   * The transport, `Protocol.TCP` or `Protocol.UDP`. A program that listens on both has two ports, which may
   * share a number.
   *
   * @default Protocol.TCP
   */
  readonly transport?: IpProtocol;
}

const LONGEST = 15;
const NAME = /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
const SHAPES = {
  protocol: choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP"),
  transport: choice({ TCP: IpProtocol.TCP, UDP: IpProtocol.UDP }, "Protocol.TCP or Protocol.UDP"),
};

/** The named ports, the workload's own port first and the others sorted by name. */
export function namedPorts(
  port: number | undefined,
  protocol: AppProtocol,
  further: readonly NamedPort[] = [],
): Required<NamedPort>[] {
  const own =
    port === undefined ? [] : [{ name: portName(protocol), port, protocol, transport: IpProtocol.TCP }];
  const sorted = [...further].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...own, ...sorted.map(withDefaults)];
}

/** A port with its defaults; for UDP, the application protocol is unknown. */
export function withDefaults({ name, port, ...given }: NamedPort): Required<NamedPort> {
  const { transport = IpProtocol.TCP } = given;
  const { protocol = transport === IpProtocol.UDP ? AppProtocol.TCP : AppProtocol.HTTP } = given;
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
    ({ port: containerPort, transport, ...one }) => ({
      ...("name" in one ? { name: one.name } : {}),
      containerPort,
      protocol: transport,
    }),
  );
}

/** Adds a problem if a non-root program can't listen on a port. */
export function checkContainerPort(
  problems: Problems,
  what: string,
  port: number | undefined,
  added: AddedCapability | undefined,
): void {
  if (port === undefined) return;
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.add(
      "PORT_INVALID",
      `${what} is ${shown(port)}`,
      "Give a whole number from 1024 to 65535, for example 8080",
    );
  } else if (port < 1024 && !added) {
    problems.add(
      "PORT_PRIVILEGED",
      `${what} is ${port}`,
      "Let the program listen on 8080, or another port from 1024 on, as the load balancer still listens on 443; a program " +
        "that can't takes addedCapability: AddedCapability.netBindService({ reason }), which also sets the safe sysctl " +
        "net.ipv4.ip_unprivileged_port_start, so that it works for every entry point",
    );
  }
}

/** Adds a problem for each invalid named port of a container. */
export function checkNamedPorts(
  problems: Problems,
  ports: readonly NamedPort[],
  added: AddedCapability | undefined,
): void {
  ports.forEach((given, index) => {
    const { name, port, protocol, transport } = shaped(problems, given, SHAPES);
    if (transport === IpProtocol.UDP && protocol !== undefined) {
      problems.add(
        "VALUE_INVALID",
        `ports[${index}].protocol is ${shown(protocol)}, which is spoken over TCP, and its transport is UDP`,
        "Leave protocol out; for HTTP/3 name a second port without it, with transport: Protocol.UDP",
      );
    }
    if (typeof name !== "string" || name.length > LONGEST || !NAME.test(name)) {
      problems.add(
        "NAME_INVALID",
        `ports[${index}].name is ${name === undefined ? "not given" : shown(name)}`,
        `Use up to ${LONGEST} lower-case letters, digits and single dashes, a letter among them, for example "metrics"`,
      );
    }
    // A missing number is invalid too.
    checkContainerPort(problems, `ports[${index}].port`, port ?? Number.NaN, added);
  });
}

/** A container with its ports, for the check that the ports of a pod are unique. */
export interface PortTaker {
  readonly name: string;
  readonly port?: number;
  readonly portName?: string;
  readonly ports?: readonly NamedPort[];
}

/** Adds a problem for each duplicate port number or name of a pod. */
export function checkPorts(problems: Problems, containers: readonly PortTaker[]): void {
  const numbers = new Map<string, string>();
  const names = new Set<string>();
  for (const { name: container, port, portName: own, ports = [] } of containers) {
    const listed = (Array.isArray(ports) ? ports : []).filter((one) => isOfKind(one, []));
    const unnamed = port === undefined ? [] : [{ name: own, port, transport: undefined }];
    for (const one of [...unnamed, ...listed]) {
      checkNumber(problems, numbers, one, container);
      if (one.name === undefined) continue;
      if (names.has(one.name)) {
        problems.add(
          "NAME_DUPLICATE",
          `Two ports of the pod are named ${shown(one.name)}`,
          "Give each a name of its own: a Service finds a port by its name",
        );
      }
      names.add(one.name);
    }
  }
}

/** Adds a problem for a number that is taken; TCP and UDP numbers are independent. */
function checkNumber(
  problems: Problems,
  takers: Map<string, string>,
  { port, transport = IpProtocol.TCP }: Pick<NamedPort, "port" | "transport">,
  container: string,
): void {
  const key = `${transport} ${port}`;
  const taker = takers.get(key);
  takers.set(key, taker ?? container);
  if (taker === undefined || !Number.isInteger(port)) return;
  problems.add(
    "PORT_INVALID",
    taker === container
      ? `The container ${container} listens on port ${port} twice`
      : `The containers ${taker} and ${container} both listen on port ${port}`,
    "Give each a port of its own: the containers of a pod have one address",
  );
}
