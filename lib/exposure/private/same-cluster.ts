import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { isSameCluster, scopeOf } from "../../synthesis/chart-scopes";

/**
 * Whether two constructs of charts belong to one cluster, as far as known at synthesis.
 *
 * Charts without a cluster are written side by side, and count as charts of one cluster.
 */
export function isOfSameCluster(one: IConstruct, other: IConstruct): boolean {
  const [first, second] = [one, other].map((each) => scopeOf(Chart.of(each)));
  return first === undefined || second === undefined ? first === second : isSameCluster(first, second);
}
