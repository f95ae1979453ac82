import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { type ProgramFinding } from "../../core/program-findings";
import { type Problems } from "../../core/validation-error";
import { clusterKeyOf } from "../../synthesis/chart-scopes";
import { type NodeImage } from "../node-image";

/** A node pool of the program, as far as others must know it. */
export interface KnownPool {
  readonly cluster: IConstruct;
  readonly path: string;
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
  /** None of virtual nodes. */
  readonly image?: NodeImage;
  /** The Kubernetes version, such as `v1.34.10`. */
  readonly version?: string;
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

/** What is likely wrong with the image of a pool: an earlier pool of another Kubernetes version has the same. */
export function imageFindings(pool: IConstruct, { cluster, image, version }: KnownPool): ProgramFinding[] {
  // What the name says of the version is checked for each pool by itself.
  if (!image || image.imageName !== undefined) return [];
  const others = poolsOf(cluster);
  const before = others.slice(
    0,
    others.findIndex(({ path }) => path === pool.node.path),
  );
  const other = before.find((one) => one.image?.imageId === image.imageId && one.version !== version);
  if (!other) return [];
  return [
    {
      id: "node-image-version",
      construct: pool,
      what: `the image of the pool, for ${version}, is that of ${other.path}, for ${other.version}`,
      why: "An OKE image holds the kubelet of one Kubernetes version, so the nodes of one of the pools would not join.",
      fix: "Give each pool an OKE image of its version, and its name too: NodeImage.of(imageId, { imageName }); a platform image fits both",
    },
  ];
}
