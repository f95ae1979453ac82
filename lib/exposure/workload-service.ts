import {
  any,
  kind,
  listOf,
  optional,
  type PropsSchema,
  readProps,
  text,
  valueOf,
  portNumber,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { guardStaticSynthesis } from "../synthesis/chart-guards";
import {
  servicePort,
  AppProtocol,
  portName,
  type NamedPort,
  namedPorts,
  withDefaults,
} from "../workload/pods/ports";
import { type IConnectable } from "../network-policy/connections";
import { Construct } from "constructs";
import { shown } from "../core/display-value";
import { checkObjectName } from "../core/kubernetes-names";
import { checkUnused } from "../synthesis/chart-objects";
import { IpProtocol, Port } from "../core/port";
import { LoadBalancerType, TlsTerminationPoint } from "./load-balancer-settings";
import { ApiObject, Chart } from "cdk8s";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";

/** The backend of a Service: the pods of one workload. */
export interface IServiceBackend extends IConnectable {
  /** The name of the workload. */
  readonly name: string;
  /** The port that the pods listen on, if any; it is named after the protocol, in lower case. */
  readonly port?: number;
  /** The protocol of the pods' port. */
  readonly protocol: AppProtocol;
  /**
   * All named ports of the pods, including those of sidecars; the workload's own port first. @default - the
   * one port
   */
  readonly ports?: NamedPort[];
  /** A further port of the pods that answers plain HTTP with redirects, if they have one. @internal */
  readonly _redirectPort?: number;
  /** The labels of the workload. */
  readonly labels: { [key: string]: string };
  /** The labels that select the pods of the workload. */
  readonly selectorLabels: { [key: string]: string };
}

/** All named ports of a workload, its own port first. */
export function portsOf({ port, ports, protocol }: IServiceBackend): Required<NamedPort>[] {
  return ports ? ports.map(withDefaults) : namedPorts(port, protocol);
}

/** The port of a workload that a Service routes to. */
export interface ServiceTarget {
  /** The number of the port; undefined if the workload has no such port. */
  readonly port?: number;
  readonly protocol: AppProtocol;
  /** The name of the port of the pods. */
  readonly portName: string;
}

/** The port with a name; without a name, the workload's own port. */
export function targetOf(workload: IServiceBackend, name?: string): ServiceTarget {
  const { port, protocol } = workload;
  if (name === undefined) return { port, protocol, portName: portName(protocol) };
  const named = portsOf(workload).find((candidate) => candidate.name === name);
  return { port: named?.port, protocol: named?.protocol ?? protocol, portName: name };
}

/** Adds a problem for a Service name that is invalid or taken in the chart. */
export function checkServiceName(problems: Problems, scope: Construct, name: string): void {
  checkObjectName(problems, "name", name);
  if (/^[0-9]/.test(name)) {
    problems.add(
      "NAME_INVALID",
      `name is ${name}, which begins with a digit`,
      "Give a name that begins with a letter, for example web",
    );
  }
  checkUnused(
    problems,
    scope,
    ["Service"],
    name,
    "Give each Service its own name; the Service of a load balancer also works inside the cluster",
  );
}

/** A port of a Service, which routes to a named port of the pods. */
export interface ExposedPort {
  /**
   * The name of the pods' port: that of one of the workload's `ports`, or `http`, `grpc` or `tcp` for its own
   * port.
   */
  readonly name: string;
  /** The port that clients connect to, 1 to 65535. @default - the number of the pods' port */
  readonly port?: number;
}

/** The ports of the options of a Service. */
interface PortOptions {
  readonly port?: number;
  readonly ports?: readonly ExposedPort[];
}

/** A port of a Service: its number, and the name of the pods' port. */
type ReadPort = Required<NamedPort>;

/** Reads the ports of a Service and adds their problems. */
function readPorts(problems: Problems, workload: IServiceBackend, options: PortOptions): ReadPort[] {
  const available = portsOf(workload);
  if (available.length === 0) {
    problems.add(
      "PORT_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give the workload the port that the program listens on, for example port: 8080",
    );
    return [];
  }
  return options.ports
    ? selectedPorts(problems, available, options, options.ports)
    : allPorts(problems, available, workload, options);
}

/** All named ports, with the given number for the workload's own port. */
function allPorts(
  problems: Problems,
  available: readonly ReadPort[],
  workload: IServiceBackend,
  { port }: PortOptions,
): ReadPort[] {
  const [own, ...others] = available;
  if (port === undefined || !own) return checkNumbers(problems, available);
  if (workload.port === undefined) {
    problems.add(
      "PORT_INVALID",
      `port is set, but the workload ${workload.node.path} has only named ports`,
      `Select the port by its name: ports: [{ name: ${JSON.stringify(own.name)}, port: ${shown(port)} }]`,
    );
  }
  return checkNumbers(problems, [{ ...own, port }, ...others]);
}

/** The chosen ports, in the order of the workload. */
function selectedPorts(
  problems: Problems,
  available: readonly ReadPort[],
  { port }: PortOptions,
  ports: readonly ExposedPort[],
): ReadPort[] {
  const names = available.map(({ name }) => name);
  if (port !== undefined) {
    problems.add("PORT_INVALID", "port and ports are both set", "Give the number in ports: [{ name, port }]");
  }
  if (ports.length === 0) {
    problems.add(
      "PORT_INVALID",
      "ports is empty",
      `Leave ports out for all ports, or select some of ${names.join(", ")}`,
    );
  }
  for (const { name } of ports.filter((candidate) => !names.includes(candidate.name))) {
    problems.add(
      "PORT_INVALID",
      `ports contains ${shown(name)}, which is not a port of the workload`,
      `Use one of ${names.join(", ")}`,
    );
  }
  for (const name of names.filter(
    (candidate) => ports.filter((port) => port.name === candidate).length > 1,
  )) {
    problems.add("NAME_DUPLICATE", `ports contains ${name} twice`, "Remove one of the entries");
  }
  const selected = available.flatMap((own) => {
    const exposed = ports.find(({ name }) => name === own.name);
    return exposed ? [{ ...own, port: exposed.port ?? own.port }] : [];
  });
  return checkNumbers(problems, selected);
}

/** Adds a problem for each invalid or duplicate number. */
function checkNumbers(problems: Problems, ports: readonly ReadPort[]): ReadPort[] {
  for (const number of new Set(ports.map(({ port }) => port))) {
    portNumber()(problems, "port", number);
    // TCP and UDP numbers are independent.
    const transports = ports.filter(({ port }) => port === number).map(({ transport }) => transport);
    if (new Set(transports).size === transports.length) continue;
    problems.add(
      "PORT_INVALID",
      `Two ports of the Service have the number ${shown(number)}`,
      "Give each port its own number",
    );
  }
  return [...ports];
}

/** A port of the Service, and the corresponding listener of the load balancer. */
export interface Listener {
  /** The purpose of the node port, from which it is derived. */
  readonly purpose: string;
  readonly port: Port;
  readonly nodePort?: number;
  /** Whether it is the listener for redirects, without TLS. */
  readonly isPlain?: boolean;
}

/** The protocol between clients and the load balancer: TCP if it does not parse the traffic. */
export function listenerProtocol(
  type: LoadBalancerType,
  tls: TlsTerminationPoint,
  protocol: AppProtocol,
): AppProtocol {
  const isForwarded = type === LoadBalancerType.NETWORK_LOAD_BALANCER || tls === TlsTerminationPoint.POD;
  return isForwarded ? AppProtocol.TCP : protocol;
}

/** A single port of a transport. */
export function portOf(transport: IpProtocol, port: number): Port {
  return transport === IpProtocol.UDP ? Port.udp(port) : Port.tcp(port);
}

/** The ports of the Service, the TLS port first. */
export function servicePorts(
  listeners: readonly Listener[],
  workload: IServiceBackend,
  target: ServiceTarget,
  tls: TlsTerminationPoint,
): object[] {
  return listeners.map((listener) => ({
    ...(listener.isPlain ? redirectPort(listener, workload, target) : mainPort(listener, target, tls)),
    ...(listener.nodePort === undefined ? {} : { nodePort: listener.nodePort }),
  }));
}

function redirectPort(
  { port: { from = 0 } }: Listener,
  { _redirectPort: redirects }: IServiceBackend,
  { protocol, portName: name }: ServiceTarget,
): object {
  if (redirects === undefined) return servicePort("http", from, protocol, name);
  return { name: "http", port: from, targetPort: redirects, protocol: "TCP" };
}

function mainPort(
  { port: { protocol: transport, from = 0 } }: Listener,
  { port, protocol, portName: targetPort }: ServiceTarget,
  tls: TlsTerminationPoint,
): object {
  if (transport === IpProtocol.UDP) {
    // The pods' port is named for TCP, and a Service can't target a port of another transport by its name.
    return { name: "udp", port: from, targetPort: port, protocol: "UDP" };
  }
  const isHttps = protocol === AppProtocol.HTTP && tls !== TlsTerminationPoint.NONE;
  const name = isHttps ? "https" : portName(protocol);
  const isEncrypted = tls === TlsTerminationPoint.POD || tls === TlsTerminationPoint.LOAD_BALANCER_AND_POD;
  if (!isEncrypted) return servicePort(name, from, protocol, targetPort);
  const appProtocol = protocol === AppProtocol.HTTP ? { appProtocol: "https" } : {};
  return { name, port: from, targetPort, protocol: "TCP", ...appProtocol };
}

/** Options of `exposeViaService`. */
export interface ServiceOptions {
  /**
   * The port that clients connect to instead of the workload's own port, 1 to 65535; excludes `ports`.
   *
   * @default - the port of the workload
   */
  readonly port?: number;
  /**
   * The ports that clients connect to, by the names of the pods' ports.
   *
   * @default - all named ports of the workload
   */
  readonly ports?: ExposedPort[];
  /**
   * The name of the Service.
   *
   * @default - the name of the workload
   */
  readonly name?: string;
}

/** Props for WorkloadService. */
export interface WorkloadServiceProps extends ServiceOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}

/**
 * A Service inside the cluster: one name and address for the pods of a workload.
 *
 * It allows no connections: allow clients on the `connections` of the workload, with the port of its pods.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#type-clusterip
 */
@checked
export class WorkloadService extends Construct {
  /** The workload that it exposes. */
  public readonly workload: IServiceBackend;
  /** The name of the Service. */
  public readonly name: string;
  /** The port that clients connect to; of several, that of the workload's own port, or the first. */
  public readonly port: number;
  /** The ports that clients connect to, by their names. */
  public readonly ports: { [name: string]: number };
  /** The host name that clients connect to: `<name>.<namespace>.svc`, only the name if the chart has no namespace. */
  public readonly hostName: string;

  constructor(scope: Construct, id: string, props: WorkloadServiceProps) {
    const { workload, name, ports } = readService(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    // A Service selects pods of its own namespace only.
    const { namespace } = Chart.of(workload);
    this.workload = workload;
    this.name = name;
    this.port = ports[0]?.port ?? 0;
    this.ports = Object.fromEntries(ports.map((port) => [port.name, port.port]));
    this.hostName = namespace === undefined ? name : `${name}.${namespace}.svc`;
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: workload.labels },
      spec: {
        type: "ClusterIP",
        selector: workload.selectorLabels,
        ports: ports.map((port) =>
          servicePort(port.name, port.port, port.protocol, port.name, port.transport),
        ),
      },
    });
  }
}

const WORKLOAD_SERVICE = {
  workload: valueOf<IServiceBackend>("IServiceBackend"),
  name: optional(text('a name, for example "web"')),
  port: optional(any<number>()),
  ports: optional(
    listOf(
      kind<ExposedPort>(["name"], "{ name, port }"),
      'a list, for example [{ name: "metrics", port: 9090 }]',
    ),
  ),
} satisfies PropsSchema<WorkloadServiceProps>;

interface ResolvedService {
  readonly workload: IServiceBackend;
  readonly name: string;
  readonly ports: readonly ReadPort[];
}

/** Reads the props; throws an error that lists every problem. */
function readService(scope: Construct, id: string, props: WorkloadServiceProps): ResolvedService {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, WORKLOAD_SERVICE);
  const { workload, name = workload?.name } = read;
  if (name !== undefined) checkServiceName(problems, scope, name);
  const ports = workload ? readPorts(problems, workload, read) : [];
  return problems.resolved<ResolvedService>({ workload, name, ports });
}
