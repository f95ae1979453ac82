import { type IConstruct } from "constructs";
import { StateOfTree } from "../../../core/construct-state";
import { type Problems } from "../../../core/validation-error";
import { isSameCluster } from "../../../synthesis/chart-scopes";

/** A construct that collects the logs of a cluster. */
interface Logger {
  readonly cluster: IConstruct;
  readonly logger: IConstruct;
}

/** By the tree of the clusters: charts of several Apps of cdk8s may go to one cluster. */
const loggers = new StateOfTree<Logger[]>(() => []);

/** Adds a problem if another construct collects the logs of the cluster. */
export function checkNoLogger(problems: Problems, cluster: IConstruct | undefined): void {
  const other = cluster && loggers.of(cluster).find((each) => isSameCluster(each.cluster, cluster));
  if (!other) return;
  problems.add(
    "LOGGING_DUPLICATE",
    `cluster is ${other.cluster.node.path}, whose logs ${other.logger.node.path} already collects`,
    "Create one ClusterLogging, or one OciContainerLogging, for each cluster",
  );
}

/** Registers the construct that collects the logs of a cluster. */
export function registerLogger(cluster: IConstruct, logger: IConstruct): void {
  loggers.of(cluster).push({ cluster, logger });
}
