import { type IConstruct } from "constructs";
import { type Problems } from "../../../core/validation-error";
import { isSameCluster } from "../../../synthesis/chart-scopes";

interface Logger {
  readonly cluster: IConstruct;
  readonly logger: IConstruct;
}

/** By the root of the clusters: charts of several Apps of cdk8s may go to one cluster. */
const all = new WeakMap<IConstruct, Logger[]>();

/** Adds a problem where something collects the logs of the cluster already. */
export function checkNoLogger(problems: Problems, cluster: IConstruct | undefined): void {
  const other = cluster && all.get(cluster.node.root)?.find((one) => isSameCluster(one.cluster, cluster));
  if (!other) return;
  problems.add(
    "LOGGING_DUPLICATE",
    `The logs of ${other.cluster.node.path} are collected already, by ${other.logger.node.path}`,
    "Make one ClusterLogging, or one OciContainerLogging, for each cluster",
  );
}

/** Notes what collects the logs of a cluster. */
export function noteLogger(cluster: IConstruct, logger: IConstruct): void {
  const { root } = cluster.node;
  all.set(root, [...(all.get(root) ?? []), { cluster, logger }]);
}
