import { TerraformStack, Token } from "cdktf";
import { type ISecureOkeCluster } from "./cluster-base";
import { type BootVolumeKey } from "./boot-volume-key";
import { type CloudInit } from "./cloud-init";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeCapacity } from "./node-capacity";
import { type NodeCycling } from "./node-cycling";
import { type NodeImage } from "./node-image";
import { type NodeRegistryAccess } from "./node-registry-access";
import { type NodeShape } from "./node-shape";
import { type NodeTaint } from "./node-taint";
import { type SshAccess } from "./ssh-access";
import { checkGroup } from "./private/check-cluster-values";
import { shown } from "../core/display-value";
import { type ReasonedChoice } from "../core/reason";
import { resolveReference } from "../core/reference";
import { type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { type Egress } from "../network/egress/egress";
import { checkGroupVcn } from "../network/security-groups/network-security-group";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type IClusterNetwork } from "../network/vcn/network";

/** The fewest and the most nodes of a pool whose size is the cluster autoscaler's. */
export interface NodePoolAutoscale {
  /** The fewest nodes, 0 to 1,000. */
  readonly min: number;
  /** The most nodes, 1 to 1,000 and at least `min`; the room in the subnets is counted for as many. */
  readonly max: number;
}

/** What pools of worker nodes are made of, apart from image and version. */
export interface NodePoolProps extends TaggingProps {
  /** The cluster that the nodes join. */
  readonly cluster: ISecureOkeCluster;
  /** The shape of the nodes. */
  readonly shape: NodeShape;
  /**
   * How many nodes, 0 to 1,000; the addresses that a reference to a Terraform value takes are not counted.
   *
   * @default - `autoscale` must be given
   */
  readonly size?: number;
  /**
   * Lets the cluster autoscaler choose the number of nodes.
   *
   * Terraform makes the pool with `min` nodes and leaves its size alone from then on. The first such pool makes the autoscaler of the
   * cluster, see `ClusterAutoscaler`.
   *
   * @default - `size` nodes
   */
  readonly autoscale?: NodePoolAutoscale;
  /**
   * Whether Terraform compares the version with those that OKE offers for node pools in the region, and refuses another one
   * before it makes the pool.
   *
   * The versions are read by `oci_containerengine_node_pool_option`, when the stack is applied for the first time and in every
   * plan from then on. A pool whose version OKE retires later passes, until its version changes.
   *
   * @default - true; false for a version with `retiredReason`
   */
  readonly verifyKubernetesVersion?: boolean;
  /**
   * The names of the availability domains to spread the nodes over, such as `["Uocm:EU-FRANKFURT-1-AD-1"]`.
   *
   * @default - all of the region, looked up by Terraform
   */
  readonly availabilityDomains?: string[];
  /**
   * The most pods of a node, 1 to 110; each takes an address of the pods' subnet. Not for an overlay, where a node always has
   * room for 110.
   *
   * @default 31
   */
  readonly maxPodsPerNode?: number;
  /**
   * The size of the boot volume, 50 to 32,768 GB.
   *
   * @default - the size of the image
   */
  readonly bootVolumeSizeInGbs?: number;
  /**
   * How long pods may take to leave a node that is replaced, PT0M to PT60M.
   *
   * @default "PT60M"
   */
  readonly evictionGraceDuration?: string;
  /**
   * Kubernetes labels of the nodes; a value can be a reference to a Terraform value.
   *
   * A workload asks for them by `nodeSelector`. Workloads without a `nodeSelector` run on these nodes too: to keep a pool for some, give it
   * `taints` as well.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };
  /**
   * Taints of the nodes, from the moment when they join; only workloads that tolerate them run there.
   *
   * OKE has no attribute for them, so the pool writes them into the script that starts a node: nodes that exist already must be replaced, which
   * node cycling does.
   *
   * @default - none
   */
  readonly taints?: NodeTaint[];
  /**
   * Further arguments of the kubelet, by the names of its flags without dashes: `{ "image-gc-high-threshold": "70" }`.
   *
   * Refused are those that OKE sets so that the node can join, those that would make it less secure, and those with a prop of their own.
   *
   * @default - OKE's own
   * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/
   */
  readonly kubeletArguments?: { [name: string]: string };
  /**
   * A script that runs on each node when it has joined the cluster.
   *
   * @default - none
   */
  readonly cloudInit?: CloudInit;
  /**
   * The key of the boot volumes, and of the traffic to them.
   *
   * @default - a key of Oracle's
   */
  readonly bootVolumeKey?: BootVolumeKey;
  /**
   * The fault domains of the nodes, `FAULT-DOMAIN-1` to `FAULT-DOMAIN-3`.
   *
   * @default - all
   */
  readonly faultDomains?: string[];
  /**
   * The kind of compute capacity.
   *
   * @default NodeCapacity.onDemand()
   */
  readonly capacity?: NodeCapacity;
  /**
   * How OKE brings nodes in line with the pool after a change.
   *
   * @default NodeCycling.replaceInstances()
   */
  readonly cycling?: NodeCycling;
  /**
   * Ends a node after `evictionGraceDuration` even if pods have not left it, and says why their disruption budgets don't count.
   *
   * @default - the node stays, and the operation fails
   */
  readonly forcedEviction?: ReasonedChoice;
  /**
   * Lets people log in to the nodes; it opens no port.
   *
   * @default - nobody can
   */
  readonly ssh?: SshAccess;
  /**
   * Further groups of the nodes, at most four beside that of the cluster.
   *
   * @default - none
   */
  readonly securityGroups?: INetworkSecurityGroup[];
  /**
   * Further groups of the pods, at most four beside that of the cluster; not for an overlay, whose pods have none.
   *
   * @default - none
   */
  readonly podSecurityGroups?: INetworkSecurityGroup[];
  /**
   * The ways out of the network that the nodes of the pool and their pods take.
   *
   * The pool gets a group of its own for their rules, one of the five that fit on a VNIC: the routes are in the subnets, which
   * all pools share, but no other pool is let through. OKE attaches the group to new nodes only: replace those that are there.
   * To take the ways back, give an empty list, which keeps the group until the nodes have been replaced; then leave it out.
   * Policies still deny the ways to each workload: let one of this pool through by its policy alone,
   * `connections.allowTo(NetworkPolicyIpBlock…)`, as its own `egress` would open the group of all pods.
   *
   * @default - none, and no group
   * @see https://docs.oracle.com/iaas/Content/Network/Concepts/networksecuritygroups.htm for groups, deleted only without VNICs
   */
  readonly egress?: Egress[];
  /**
   * Lets the nodes pull private images of OCIR without a Secret: the nodes get its tag and its cloud-init script, and are made after
   * its policy. Nodes that exist already must be replaced.
   *
   * @default - nodes pull public images, and private ones with the Secrets of `imagePullSecrets`
   */
  readonly registryAccess?: NodeRegistryAccess;
  /**
   * The name of the pool.
   *
   * @default - the id of the construct
   */
  readonly nodePoolName?: string;
}

/** What a pool of worker nodes is made of. */
export interface PrivateNodePoolProps extends NodePoolProps {
  /** The image that the nodes boot from. */
  readonly image: NodeImage;
  /**
   * The version of the nodes: not newer than the cluster's and at most three minor versions older.
   *
   * @default - the version of the cluster
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

const MOST_GROUPS = 5;
const LISTS = [
  { name: "securityGroups", who: "nodes", own: "workerSecurityGroup" },
  { name: "podSecurityGroups", who: "pods", own: "podSecurityGroup" },
] as const;

/** The OCIDs of a cluster's group and of further ones, each once and in an order of their own. */
export function groupIds(own: INetworkSecurityGroup, further?: INetworkSecurityGroup[]): string[] {
  return eachOnce(own, further ?? []).map((group) => group.networkSecurityGroupId);
}

/** Adds a problem where the further groups of nodes or pods are none, of another VCN, or too many. */
export function checkGroups(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  props: Partial<PrivateNodePoolProps>,
): void {
  // What the cluster lacks is said elsewhere.
  const known = <T>(get: (of: ISecureOkeCluster) => T) =>
    cluster && new Problems(cluster).collect(() => get(cluster));
  const network = known((of) => of.network);
  const ofEgress = Array.isArray(props.egress) ? 1 : 0;
  for (const { name, who, own } of LISTS) {
    const groups = readGroups(problems, name, props[name]);
    for (const group of network ? groups : []) {
      checkGroupVcn(
        problems,
        `The group of ${name}`,
        group,
        network as NonNullable<typeof network>,
        network?.vcnId,
      );
    }
    const ofCluster = known((of) => of[own]);
    const given = ofCluster ? eachOnce(ofCluster, groups).length : 1 + new Set(groups).size;
    const count = given + ofEgress;
    if (count <= MOST_GROUPS) continue;
    problems.add(
      "NSG_LIMIT",
      `The ${who} would have ${count} groups`,
      `Give at most ${MOST_GROUPS - 1 - ofEgress} further groups${ofEgress > 0 ? " beside egress, which takes one" : ""}`,
    );
  }
}

/** Adds a problem where the further groups of the API endpoint are none, of another VCN, or too many. */
export function checkEndpointGroups(
  problems: Problems,
  network: IClusterNetwork | undefined,
  given: INetworkSecurityGroup[] | undefined,
): void {
  const groups = readGroups(problems, "apiEndpointSecurityGroups", given);
  for (const group of network ? groups : []) {
    const home = network as IClusterNetwork;
    checkGroupVcn(problems, "The group of apiEndpointSecurityGroups", group, home, home.vcnId);
  }
  const count = 1 + new Set(groups.map(keyOf)).size;
  if (count <= MOST_GROUPS) return;
  problems.add(
    "NSG_LIMIT",
    `The API endpoint would have ${count} groups`,
    `Give at most ${MOST_GROUPS - 1} further groups`,
  );
}

function readGroups(problems: Problems, name: string, given: unknown): INetworkSecurityGroup[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) {
    problems.add("VALUE_INVALID", `${name} is ${shown(given)}`, "Write a list of groups");
    return [];
  }
  return given.filter((group) => checkGroup(problems, name, group)) as INetworkSecurityGroup[];
}

function eachOnce(own: INetworkSecurityGroup, further: INetworkSecurityGroup[]): INetworkSecurityGroup[] {
  const others = [...further].sort((a, b) => (a.node.path < b.node.path ? -1 : 1));
  const byKey = new Map<string, INetworkSecurityGroup>();
  for (const group of [own, ...others]) if (!byKey.has(keyOf(group))) byKey.set(keyOf(group), group);
  return [...byKey.values()];
}

/** The same for the same group, though it was imported twice. */
function keyOf(group: INetworkSecurityGroup): string {
  const { networkSecurityGroupId: id } = group;
  if (!Token.isUnresolved(id)) return id;
  return `${TerraformStack.of(group).node.path} ${resolveReference(group, id)}`;
}
