/** An additional right of a cluster for something in a chart, in one compartment. */
export interface ClusterRight {
  /** The purpose of the right, as a part of a construct id and of the name of a policy. */
  readonly purpose: string;
  /** The part that, besides the compartment, distinguishes it from other rights for the same purpose. */
  readonly key?: string;
  /** The allowed actions, after "Lets the cluster". */
  readonly description: string;
  /** The effect of a missing right, for a warning. */
  readonly without: string;
  statements(clusterId: string, compartmentId: string): string[];
}
