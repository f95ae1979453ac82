import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { type ProgramFinding } from "../../core/program-findings";
import { type Problems } from "../../core/validation-error";
import { clusterKeyOf } from "../../synthesis/chart-scopes";
import { type NodeImage } from "../node-image";

/** A node pool of the program, reduced to what other constructs need. */
export interface KnownPool {
  readonly cluster: IConstruct;
  readonly path: string;
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
  /** The image; undefined for virtual nodes. */
  readonly image?: NodeImage;
  /** The Kubernetes version, such as `v1.34.10`. */
  readonly version?: string;
}

/** The pools of an app, by the key of their cluster. */
const pools = new WeakMap<IConstruct, Map<unknown, KnownPool[]>>();
const keys = new WeakMap<IConstruct, unknown>();

/** A key that is the same for all constructs of one cluster; resolving the OCID for each pair of pools would be slow. */
function keyOf(cluster: IConstruct): unknown {
  if (!keys.has(cluster)) keys.set(cluster, clusterKeyOf(cluster));
  return keys.get(cluster);
}

/** Records a pool for checks over all pools of a cluster. */
export function addPool(pool: KnownPool): void {
  const { root } = pool.cluster.node;
  const ofApp = pools.get(root) ?? new Map<unknown, KnownPool[]>();
  pools.set(root, ofApp);
  const key = keyOf(pool.cluster);
  ofApp.set(key, [...(ofApp.get(key) ?? []), pool]);
}

/** The pools that the program creates for a cluster, whatever construct represents it. */
export function poolsOf(cluster: IConstruct): readonly KnownPool[] {
  return pools.get(cluster.node.root)?.get(keyOf(cluster)) ?? [];
}

/** Adds a problem if a cluster already has a pool of this name; names that Terraform resolves are not known. */
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

/** The likely problem that an earlier pool with another Kubernetes version has the same image. */
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
