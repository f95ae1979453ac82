import { type IConnectable } from "../network-policy/connections";
import { type AppProtocol, portName, type NamedPort, namedPorts, withDefaults } from "../workload/pods/ports";

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
