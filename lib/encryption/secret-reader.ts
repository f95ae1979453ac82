import { type IConstruct } from "constructs";

/** A workload that reads secrets as its own service account, such as a HardenedDeployment. */
export interface ISecretReader extends IConstruct {
  /** The name of the service account. */
  readonly serviceAccountName: string;
  /** The namespace, if the chart of the workload has one. */
  readonly namespace?: string;
}
