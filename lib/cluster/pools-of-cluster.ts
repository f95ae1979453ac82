import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { type Problems } from "../core/validation-error";
import { isSameCluster } from "../manifests/chart-scopes";

/** A node pool of the program, as far as others must know it. */
export interface KnownPool {
  readonly cluster: IConstruct;
  readonly path: string;
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
}

const pools = new WeakMap<IConstruct, KnownPool[]>();

/** Keeps a pool for what looks at all pools of a cluster. */
export function addPool(pool: KnownPool): void {
  const { root } = pool.cluster.node;
  pools.set(root, [...(pools.get(root) ?? []), pool]);
}

/** The pools that the program makes for a cluster, whatever construct stands for it. */
export function poolsOf(cluster: IConstruct): KnownPool[] {
  return (pools.get(cluster.node.root) ?? []).filter((one) => isSameCluster(one.cluster, cluster));
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
