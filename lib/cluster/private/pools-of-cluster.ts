import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { readIpv4Cidr, readIpv4CidrIfKnown, RESERVED_ADDRESSES, usableAddresses } from "../../core/cidr";
import { StateOf, StateOfTree } from "../../core/construct-state";
import { type Problems } from "../../core/validation-error";
import { type ProgramFinding } from "../../core/warnings";
import { type ClusterSubnet } from "../../network/vcn/cluster-subnet";
import { isOverlay, NODE_PREFIX } from "../../network/vcn/pod-networking";
import { clusterKeyOf } from "../../synthesis/chart-scopes";
import { type ISecureOkeCluster } from "../cluster-base";
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

/** The capacity that a node pool needs. */
export interface Demand {
  /** The path of the pool. */
  readonly path: string;
  readonly nodes: number;
  /** The number of additional nodes while others are replaced. */
  readonly surge: number;
  /** The maximum number of pods on a node, if it is known. */
  readonly pods?: number;
}

type What = "nodes" | "pods";

interface Share extends Demand {
  readonly what: What;
}

/** The used capacity of each subnet, by its OCID or the reference to it. */
type Shares = Map<string, Share[]>;

/** The used capacity of a cluster's overlay, by cluster. */
const overlayDemands = new StateOf<ISecureOkeCluster, Demand[]>(() => []);

// By App: clusters and stacks can share a network, and so its subnets.
const usedShares = new StateOfTree<Shares>(() => new Map());

/** Adds problems if another pool doesn't fit into the subnets beside the existing ones. */
export function checkCapacity(problems: Problems, cluster: ISecureOkeCluster, demand: Demand): void {
  checkOverlay(problems, cluster, demand);
  for (const [subnet, added] of wanted(cluster, demand)) {
    compare(problems, subnet, [...(usedShares.of(cluster).get(subnet.subnetId) ?? []), ...added]);
  }
}

/** Each node takes a block of the overlay, regardless of its number of pods. */
function checkOverlay(problems: Problems, cluster: ISecureOkeCluster, demand: Demand): void {
  const { podCidr } = cluster.podNetworking ?? {};
  const block = podCidr === undefined ? undefined : readIpv4Cidr(problems, "podCidr", podCidr);
  if (!block) return;
  const room = 2 ** (NODE_PREFIX - block.prefix);
  const demands = [...overlayDemands.of(cluster), demand];
  const need = demands.reduce((sum, { nodes, surge }) => sum + nodes + surge, 0);
  if (need <= room) return;
  problems.add(
    "SUBNET_EXHAUSTED",
    `The pools need ${need} nodes (with the surge of a replacement), each with a /${NODE_PREFIX} of the overlay, but ${podCidr} has room for ${room}`,
    'Use fewer nodes, or create the cluster with a wider range, for example PodNetworking.flannelOverlay({ podCidr: "10.128.0.0/12" })',
    "size",
  );
}

/** Records the capacity of a pool for later checks. */
export function takeCapacity(cluster: ISecureOkeCluster, demand: Demand): void {
  if (isOverlay(cluster.podNetworking)) overlayDemands.of(cluster).push(demand);
  const shares = usedShares.of(cluster);
  for (const [{ subnetId }, added] of wanted(cluster, demand)) {
    shares.set(subnetId, [...(shares.get(subnetId) ?? []), ...added]);
  }
}

/** The capacity that a pool needs in each subnet; nodes and pods can share one. */
function wanted({ network, podNetworking }: ISecureOkeCluster, demand: Demand): [ClusterSubnet, Share[]][] {
  const nodes: Share[] = [{ ...demand, what: "nodes" }];
  if (isOverlay(podNetworking)) return [[network.workerSubnet, nodes]];
  const { workerSubnet, podSubnet } = network;
  const pods: Share[] = demand.pods === undefined ? [] : [{ ...demand, what: "pods" }];
  if (workerSubnet.subnetId === podSubnet.subnetId) return [[workerSubnet, [...nodes, ...pods]]];
  return [
    [workerSubnet, nodes],
    [podSubnet, pods],
  ];
}

function addressesOf({ what, nodes, surge, pods = 0 }: Share): number {
  return (nodes + surge) * (what === "nodes" ? 1 : pods);
}

function compare(problems: Problems, subnet: ClusterSubnet, shares: readonly Share[]): void {
  const kinds = [...new Set(shares.map(({ what }) => what))];
  const who = kinds.sort().join(" and ");
  const block = readIpv4CidrIfKnown(problems, `The subnet of the ${who}`, subnet.cidr);
  const room = block ? usableAddresses(block) : Infinity;
  const need = shares.reduce((sum, share) => sum + addressesOf(share), 0);
  if (need <= room) return;
  const terms = shares.map((share) => termOf(share, shares)).join(" + ");
  const counts = kinds.length > 1 ? "…" : `${who}: ${need}`;
  problems.add(
    "SUBNET_EXHAUSTED",
    `The ${who} need ${need} addresses (${terms}, with the surge of a replacement), but ${subnet.cidr} has ${room + RESERVED_ADDRESSES} - ${RESERVED_ADDRESSES} = ${room}`,
    `Use fewer nodes, or create the network with a larger subnet: SubnetPlan.of({ ${counts} })`,
    "size",
  );
}

/** Pools are named by their ids if these are unambiguous. */
function termOf({ what, path, nodes, surge, pods = 0 }: Share, all: readonly Share[]): string {
  const id = idOf(path);
  const isAmbiguous = all.some((other) => other.path !== path && idOf(other.path) === id);
  const name = isAmbiguous ? path : id;
  return what === "nodes" ? `${name} ${nodes} + ${surge}` : `${name} (${nodes} + ${surge}) x ${pods}`;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
