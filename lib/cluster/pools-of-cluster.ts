import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { type Problems } from "../core/validation-error";
import { clusterKeyOf } from "../manifests/chart-scopes";

/** A node pool of the program, as far as others must know it. */
export interface KnownPool {
  readonly cluster: IConstruct;
  readonly path: string;
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
}

/** The pools of an app, by what tells their cluster from others. */
const pools = new WeakMap<IConstruct, Map<unknown, KnownPool[]>>();
const keys = new WeakMap<IConstruct, unknown>();

/** What is the same for all constructs of one cluster; to resolve its OCID for each pair of pools would take its time. */
function keyOf(cluster: IConstruct): unknown {
  if (!keys.has(cluster)) keys.set(cluster, clusterKeyOf(cluster));
  return keys.get(cluster);
}

/** Keeps a pool for what looks at all pools of a cluster. */
export function addPool(pool: KnownPool): void {
  const { root } = pool.cluster.node;
  const ofApp = pools.get(root) ?? new Map<unknown, KnownPool[]>();
  pools.set(root, ofApp);
  const key = keyOf(pool.cluster);
  ofApp.set(key, [...(ofApp.get(key) ?? []), pool]);
}

/** The pools that the program makes for a cluster, whatever construct stands for it. */
export function poolsOf(cluster: IConstruct): readonly KnownPool[] {
  return pools.get(cluster.node.root)?.get(keyOf(cluster)) ?? [];
}

/** Adds a problem where a cluster has a pool of this name; names that Terraform fills in are not known. */
export function checkPoolName(problems: Problems, cluster: IConstruct, name: string): void {
  if (Token.isUnresolved(name)) return;
  const other = poolsOf(cluster).find((one) => one.name === name);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `The cluster has a node pool ${name} already, ${other.path}`,
    "Give each pool of a cluster a nodePoolName of its own",
  );
}
