import { type AppProtocol } from "./app-protocol";
import { type IConnectable } from "./connections";

/** What a Service leads to: the pods of one workload. */
export interface IServiceBackend extends IConnectable {
  /** The name of the workload. */
  readonly name: string;
  /** The port that the pods listen on, where they do; it is named after the protocol, in lower case. */
  readonly port?: number;
  /** What the pods speak on their port. */
  readonly protocol: AppProtocol;
  /** A further port of the pods that answers plain HTTP with redirects, where they have one. @internal */
  readonly _redirectPort?: number;
  /** The labels of the workload. */
  readonly labels: { [key: string]: string };
  /** The labels that select its pods. */
  readonly selectorLabels: { [key: string]: string };
}
