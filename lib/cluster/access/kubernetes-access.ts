import { type Chart } from "cdk8s";
import { type Bastion } from "../../network/bastion/bastion";

/** Access to the Kubernetes API of a cluster: a `KubernetesAccess`. */
export interface IKubernetesAccess {
  /** A short description, such as `edit in shop`. */
  readonly description: string;

  /** The expiry of the access, if it has one. @internal */
  readonly _expires?: Date;

  /**
   * Binds the access to an IAM group.
   *
   * @internal
   */
  _bindGroup(chart: Chart, groupId: string): void;
}

/** Options for `cluster.grantAccess`. */
export interface GrantAccessOptions {
  /**
   * The chart for the roles and bindings; add it to the cluster with `addCdk8sChart`.
   *
   * @default - the cluster's own chart, in the output `<path>_access_manifests`
   */
  readonly chart?: Chart;
  /**
   * The bastion for which the group may create sessions; the group gets the statements for it.
   *
   * @default - none; the group connects to the API endpoint in another way
   */
  readonly bastion?: Bastion;
}
