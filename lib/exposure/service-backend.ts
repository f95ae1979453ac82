import { type IConnectable } from "../network-policy/connections";
import { type AppProtocol, portName } from "../workload/pods/app-protocol";
import { type NamedPort, namedPorts, withDefaults } from "../workload/pods/named-port";

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

/** A workload seen through one of its ports. */
interface Aimed extends IServiceBackend {
  readonly targetName?: string;
}

/** The name of the port that a Service of a workload routes to: its own port, or the selected one. */
export function targetOf(workload: IServiceBackend): string {
  return (workload as Aimed).targetName ?? portName(workload.protocol);
}

/** The workload as if the port with this name were its only one; without a port if there is none. */
export function atPort(workload: IServiceBackend, name: string): IServiceBackend {
  const found = portsOf(workload).find((one) => one.name === name);
  const { port, protocol = workload.protocol } = found ?? {};
  // Everything else, including later declarations, is inherited from the workload.
  return Object.create(workload, {
    port: { value: port },
    targetName: { value: name },
    protocol: { value: protocol },
  }) as IServiceBackend;
}
