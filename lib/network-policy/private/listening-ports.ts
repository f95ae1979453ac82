import { ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { StateOf } from "../../core/construct-state";
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

// By the connections of the workload, which its port views share.
const balancedPorts = new StateOf<object, Listener[]>(() => []);

/**
 * Registers a port that a workload listens on because a load balancer routes to it, such as UDP on the number
 * of its TCP port.
 */
export function noteListener(
  { connections }: { readonly connections: object },
  { protocol, from }: Port,
): void {
  balancedPorts.of(connections).push({ protocol, port: from ?? 0 });
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
  if (listeners === undefined || listeners.some((listener) => isCovered(listener, port))) return;
  const problems = new Problems(workload);
  const [first] = listeners;
  const what = first
    ? `listens on ${listeners.map(({ protocol, port: number }) => `${protocol.toLowerCase()}-${number}`).join(", ")} only`
    : "has no named ports";
  problems.add(
    "PORT_NOT_LISTENED",
    `A connection targets ${port.toString()} of ${target.node.path}, which ${what}`,
    (first ? `Connect to the port of the pods instead of the Service: ${factoryOf(first)}; or add` : "Add") +
      ` the port to the workload: ports: [{ name: "more", port: ${port.from ?? 8080}${port.protocol === IpProtocol.UDP ? ", transport: IpProtocol.UDP" : ""} }]`,
  );
  problems.throwIfAny();
}

function factoryOf({ protocol, port }: Listener): string {
  return `Port.${protocol.toLowerCase()}(${port})`;
}

function isCovered({ protocol, port }: Listener, ports: Port): boolean {
  if (protocol !== (ports.protocol as string)) return false;
  return ports.from === undefined || (ports.from <= port && port <= (ports.to ?? ports.from));
}

/** Checks the named ports first, as rendering an object takes time; it is rendered so that patches count. */
function listenersOf(target: IConstruct, targetPorts: Port): Listener[] | undefined {
  const { connections, ports = [], _redirectPort } = target as Partial<NamedPorts>;
  const named: Listener[] = [
    ...ports.map(({ port, transport = IpProtocol.TCP }) => ({ protocol: transport, port })),
    ...(_redirectPort === undefined ? [] : [{ protocol: IpProtocol.TCP, port: _redirectPort }]),
    ...((connections && balancedPorts.peek(connections)) ?? []),
  ];
  return named.some((listener) => isCovered(listener, targetPorts)) ? named : renderedPortsOf(target);
}

function renderedPortsOf(target: IConstruct): Listener[] | undefined {
  const { defaultChild } = target.node;
  if (!ApiObject.isApiObject(defaultChild)) return undefined;
  const pod = (dataOf(defaultChild) as { spec?: { template?: { spec?: Pod } } }).spec?.template?.spec;
  if (!pod) return undefined;
  const all = [...(pod.containers ?? []), ...(pod.initContainers ?? [])].flatMap(
    (container) => container.ports ?? [],
  );
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
