import { type IConstruct } from "constructs";
import { StateOfTree } from "../../../core/construct-state";
import { shown } from "../../../core/display-value";
import { compareOcids } from "../../../core/ocid";
import { type Problems } from "../../../core/validation-error";
import { isSameCluster } from "../../../synthesis/chart-scopes";

/** A construct that collects the logs of a cluster. */
interface Logger {
  readonly cluster: IConstruct;
  readonly logger: IConstruct;
  /** The compartment whose instances it collects the logs of, including those of other clusters. */
  readonly wholeCompartmentId?: string;
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

/** Adds a problem if another construct collects the logs of all instances of the cluster's compartment. */
export function checkCompartmentNotLogged(
  problems: Problems,
  cluster: IConstruct,
  compartmentId: string,
): void {
  const other = loggers
    .of(cluster)
    .find(
      (each) =>
        each.wholeCompartmentId !== undefined &&
        compareOcids(
          { scope: each.cluster, id: each.wholeCompartmentId },
          { scope: cluster, id: compartmentId },
        ) === "same",
    );
  if (!other || isSameCluster(other.cluster, cluster)) return;
  problems.add(
    "LOGGING_DUPLICATE",
    `tenancyId makes a group of all instances of ${shown(compartmentId)}, whose logs ${other.logger.node.path} already collects`,
    "Give each of the two a dynamicGroupId that matches only the nodes of its cluster, for example by a defined tag, or put the clusters into compartments of their own",
  );
}

/** Registers the construct that collects the logs of a cluster. */
export function registerLogger(
  cluster: IConstruct,
  logger: IConstruct,
  options: { readonly wholeCompartmentId?: string } = {},
): void {
  loggers.of(cluster).push({ cluster, logger, ...options });
}
