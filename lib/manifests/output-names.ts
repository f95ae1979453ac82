import { type IConstruct } from "constructs";
import { type ObjectName } from "./object-names";

/** The outputs of a cluster that write an object, by the object's name. */
type Writers = Map<string, Set<IConstruct>>;

const clusters = new WeakMap<IConstruct, Map<unknown, Writers>>();

/**
 * Notes the names of the objects of an output, in the place of those that it had when it was written before.
 *
 * @param cluster what is the same for all outputs of one cluster
 * @returns whether another output of the cluster has one of them
 */
export function noteNames(
  output: IConstruct,
  cluster: unknown,
  before: readonly ObjectName[],
  names: readonly ObjectName[],
): boolean {
  const { root } = output.node;
  const ofRoot = clusters.get(root) ?? new Map<unknown, Writers>();
  clusters.set(root, ofRoot);
  const writers = ofRoot.get(cluster) ?? (new Map() as Writers);
  ofRoot.set(cluster, writers);
  for (const { key } of before) writers.get(key)?.delete(output);
  let isShared = false;
  for (const { key } of names) {
    const known = writers.get(key) ?? new Set();
    writers.set(key, known.add(output));
    isShared ||= known.size > 1;
  }
  return isShared;
}
