import { ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { type Port, IpProtocol } from "../../core/port";
import { Problems } from "../../core/validation-error";
import { dataOf } from "../../synthesis/chart-objects";

/** A port that the pods of a workload declare to listen on. */
interface Listener {
  readonly protocol: string;
  readonly port: number;
}

/** The declared ports of a workload, available without rendering it. */
interface NamedPorts {
  readonly connections: object;
  readonly ports: readonly { readonly port: number; readonly transport?: IpProtocol }[];
  readonly _redirectPort: number;
}

// By the connections of the workload, which stay the same when it is seen through one of its ports.
const served = new WeakMap<object, Listener[]>();

/**
 * Registers a port that a workload listens on because a load balancer routes to it, such as UDP on the number
 * of its TCP port.
 */
export function noteListener(
  { connections }: { readonly connections: object },
  { protocol, from }: Port,
): void {
  served.set(connections, [...(served.get(connections) ?? []), { protocol, port: from ?? 0 }]);
}

/**
 * Throws if a connection targets a TCP or UDP port that no container of the target names.
 *
 * Jobs have no named ports, so they are not checked.
 *
 * @param workload the workload that declares the connection
 */
export function checkListens(workload: IConstruct, target: IConstruct, port: Port): void {
  if (port.protocol !== IpProtocol.TCP && port.protocol !== IpProtocol.UDP) return;
  if (!("ports" in target) || !("exposeViaService" in target)) return;
  const listeners = listenersOf(target, port);
  if (listeners === undefined || listeners.some((one) => isCovered(one, port))) return;
  const problems = new Problems(workload);
  const [first] = listeners;
  const what = first
    ? `listens on ${listeners.map((one) => `${one.protocol.toLowerCase()}-${one.port}`).join(", ")} only`
    : "names no port";
  problems.add(
    "PORT_NOT_LISTENED",
    `A connection leads to ${port.toString()} of ${target.node.path}, which ${what}`,
    (first
      ? `Connect to the port of the pods, not to that of a Service: ${factoryOf(first)}; or name`
      : "Give it a port: name") +
      ` what else it listens on: ports: [{ name: "more", port: ${port.from ?? 8080}${port.protocol === IpProtocol.UDP ? ", transport: Protocol.UDP" : ""} }]`,
  );
  problems.throwIfAny();
}

function factoryOf({ protocol, port }: Listener): string {
  return `Port.${protocol.toLowerCase()}(${port})`;
}

function isCovered({ protocol, port }: Listener, asked: Port): boolean {
  if (protocol !== (asked.protocol as string)) return false;
  return asked.from === undefined || (asked.from <= port && port <= (asked.to ?? asked.from));
}

/** Checks the named ports first, as rendering an object takes time; it is rendered so that patches count. */
function listenersOf(target: IConstruct, asked: Port): Listener[] | undefined {
  const { connections, ports = [], _redirectPort } = target as Partial<NamedPorts>;
  const named: Listener[] = [
    ...ports.map(({ port, transport = IpProtocol.TCP }) => ({ protocol: transport, port })),
    ...(_redirectPort === undefined ? [] : [{ protocol: IpProtocol.TCP, port: _redirectPort }]),
    ...((connections && served.get(connections)) ?? []),
  ];
  return named.some((one) => isCovered(one, asked)) ? named : read(target);
}

function read(target: IConstruct): Listener[] | undefined {
  const { defaultChild } = target.node;
  if (!ApiObject.isApiObject(defaultChild)) return undefined;
  const pod = (dataOf(defaultChild) as { spec?: { template?: { spec?: Pod } } }).spec?.template?.spec;
  if (!pod) return undefined;
  const all = [...(pod.containers ?? []), ...(pod.initContainers ?? [])].flatMap((one) => one.ports ?? []);
  const found = all.flatMap(({ containerPort, protocol = "TCP" }) =>
    typeof containerPort === "number" ? [{ protocol, port: containerPort }] : [],
  );
  // A port from a Terraform value may be any.
  return found.length === all.length ? found : undefined;
}

interface Pod {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Container {
  readonly ports?: readonly { readonly containerPort?: unknown; readonly protocol?: string }[];
}
