import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { StateOf, StateOfTree } from "../../core/construct-state";
import { type ProgramFinding } from "../../core/warnings";
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
const pools = new StateOfTree(() => new Map<unknown, KnownPool[]>());
/** A key that is the same for all constructs of one cluster; resolving the OCID for each pair of pools would be slow. */
const keys = new StateOf<IConstruct, unknown>(clusterKeyOf);

/** Records a pool for checks over all pools of a cluster. */
export function addPool(pool: KnownPool): void {
  const ofTree = pools.of(pool.cluster);
  const key = keys.of(pool.cluster);
  ofTree.set(key, [...(ofTree.get(key) ?? []), pool]);
}

/** The pools that the program creates for a cluster, whatever construct represents it. */
export function poolsOf(cluster: IConstruct): readonly KnownPool[] {
  return pools.of(cluster).get(keys.of(cluster)) ?? [];
}

/** Adds a problem if a cluster already has a pool of this name; names that Terraform resolves are not known. */
export function checkPoolName(problems: Problems, cluster: IConstruct, name: string): void {
  if (Token.isUnresolved(name)) return;
  const other = poolsOf(cluster).find((pool) => pool.name === name);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `nodePoolName is ${name}, the name of the pool ${other.path} of the same cluster`,
    'Give each pool of a cluster its own name, for example nodePoolName: "batch"',
  );
}

/** The likely problem that an earlier pool with another Kubernetes version has the same image. */
export function imageFindings(pool: IConstruct, { cluster, image, version }: KnownPool): ProgramFinding[] {
  // An image with a name shows its version, which is checked for each pool.
  if (!image || image.imageName !== undefined) return [];
  const others = poolsOf(cluster);
  const earlier = others.slice(
    0,
    others.findIndex(({ path }) => path === pool.node.path),
  );
  const other = earlier.find((each) => each.image?.imageId === image.imageId && each.version !== version);
  if (!other) return [];
  return [
    {
      id: "node-image-version",
      construct: pool,
      what: `the image of the pool, for ${version}, is also the image of ${other.path}, for ${other.version}`,
      why: "An OKE image contains the kubelet of one Kubernetes version, so the nodes of one of the pools would not join.",
      fix: "Give each pool an OKE image of its version, with its name: NodeImage.of(imageId, { imageName }); ignore this for a platform image, which fits both",
    },
  ];
}
