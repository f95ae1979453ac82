import { type IBastionTarget } from "../network/bastion/bastion";

/** A cluster that alarms and saved searches observe. */
export interface IObservedCluster extends IBastionTarget {
  /** The OCID of the cluster. */
  readonly clusterId: string;
  /** The OCID of the compartment of the cluster. */
  readonly compartmentId: string;
}
