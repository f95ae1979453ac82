import { type ISecureOkeCluster } from "./cluster";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeImage } from "./node-image";
import { type NodeRegistryAccess } from "./node-registry-access";
import { type NodeShape } from "./node-shape";
import { type TaggingProps } from "../core/tagging";
import { type Egress } from "../network/egress";
import { type INetworkSecurityGroup } from "../network/network-security-group";

/** What a pool of worker nodes is made of. */
export interface PrivateNodePoolProps extends TaggingProps {
  /** The cluster that the nodes join. */
  readonly cluster: ISecureOkeCluster;
  /** The image that the nodes boot from. */
  readonly image: NodeImage;
  /** The shape of the nodes. */
  readonly shape: NodeShape;
  /** How many nodes, 0 to 1,000; the addresses that a reference to a Terraform value takes are not counted. */
  readonly size: number;
  /**
   * The version of the nodes: not newer than the cluster's and at most three minor versions older.
   *
   * @default - the version of the cluster
   */
  readonly kubernetesVersion?: KubernetesVersion;
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
   * A workload asks for them by `nodeSelector`. A node pool of OKE has no taints, so workloads without a `nodeSelector` run on these
   * nodes too: to keep a pool for some, give the other pools a label and the other workloads a `nodeSelector`.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };
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
