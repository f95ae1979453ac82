import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { isSameCluster, scopeOf } from "../../synthesis/chart-scopes";

/**
 * Whether two constructs of charts go to one cluster, as far as it is known when they are synthesized.
 *
 * Charts that were added to no cluster are written side by side, and count as those of one.
 */
export function isOfSameCluster(one: IConstruct, other: IConstruct): boolean {
  const [first, second] = [one, other].map((each) => scopeOf(Chart.of(each)));
  return first === undefined || second === undefined ? first === second : isSameCluster(first, second);
}
