import { type IConnectable } from "../network-policy/connections";
import { type AppProtocol, portName } from "../workload/pods/app-protocol";
import { type NamedPort, namedPorts, withDefaults } from "../workload/pods/named-port";

/** What a Service leads to: the pods of one workload. */
export interface IServiceBackend extends IConnectable {
  /** The name of the workload. */
  readonly name: string;
  /** The port that the pods listen on, where they do; it is named after the protocol, in lower case. */
  readonly port?: number;
  /** What the pods speak on their port. */
  readonly protocol: AppProtocol;
  /** All ports of the pods that have a name, those of sidecars too; the workload's own one first. @default - the one port */
  readonly ports?: NamedPort[];
  /** A further port of the pods that answers plain HTTP with redirects, where they have one. @internal */
  readonly _redirectPort?: number;
  /** The labels of the workload. */
  readonly labels: { [key: string]: string };
  /** The labels that select its pods. */
  readonly selectorLabels: { [key: string]: string };
}

/** All ports of a workload that have a name, its own one first. */
export function portsOf({ port, ports, protocol }: IServiceBackend): Required<NamedPort>[] {
  return ports ? ports.map(withDefaults) : namedPorts(port, protocol);
}

/** A workload that is looked at by one of its ports. */
interface Aimed extends IServiceBackend {
  readonly targetName?: string;
}

/** The name of the port that a Service of a workload leads to: its own one's, or that of the one that is meant. */
export function targetOf(workload: IServiceBackend): string {
  return (workload as Aimed).targetName ?? portName(workload.protocol);
}

/** A workload as if its port of this name were its only one; it has none where there is no such port. */
export function atPort(workload: IServiceBackend, name: string): IServiceBackend {
  const found = portsOf(workload).find((one) => one.name === name);
  const { port, protocol = workload.protocol } = found ?? {};
  // All else of it, also what was declared later, stays the workload's own.
  return Object.create(workload, {
    port: { value: port },
    targetName: { value: name },
    protocol: { value: protocol },
  }) as IServiceBackend;
}
