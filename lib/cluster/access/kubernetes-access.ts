import { type Chart } from "cdk8s";
import { type Bastion } from "../../network/bastion/bastion";

/** What somebody may do with the Kubernetes API of a cluster: a `KubernetesAccess`. */
export interface IKubernetesAccess {
  /** What it allows, such as `edit in shop`. */
  readonly description: string;

  /** When the access ends, where it does. @internal */
  readonly _expires?: Date;

  /**
   * Binds the access to a group of IAM.
   *
   * @internal
   */
  _bindGroup(chart: Chart, groupId: string): void;
}

/** Options for `cluster.grantAccess`. */
export interface GrantAccessOptions {
  /**
   * The chart that gets the roles and bindings; add it to the cluster with `addCdk8sChart`.
   *
   * @default - a chart of the cluster's own, in the output `<path>_access_manifests`
   */
  readonly chart?: Chart;
  /**
   * The bastion whose sessions the group may open; it gets the statements for that.
   *
   * @default - none: the group reaches the API endpoint in another way
   */
  readonly bastion?: Bastion;
}
