import { type Duration, type Size } from "cdk8s";
import { type ISecureOkeCluster } from "./cluster-base";
import { type BootVolumeKey, type NodeCapacity, type NodeShape } from "./node-compute";
import { type CloudInit, type NodeTaint, type SshAccess } from "./node-setup";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeCycling } from "./node-cycling";
import { type NodeImage } from "./node-image";
import { type NodeRegistryAccess } from "./node-registry-access";
import { type ReasonedChoice } from "../core/reason";
import { type TaggingProps } from "../core/tagging";
import { type Egress } from "../network/egress/egress";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";

/** The limits of a node pool whose size the cluster autoscaler manages. */
export interface NodePoolAutoscale {
  /** The minimum number of nodes, 0 to 1,000. */
  readonly min: number;
  /** The maximum number of nodes, 1 to 1,000 and at least `min`; the subnets must have room for this number. */
  readonly max: number;
}

/** Props for worker node pools, without image and version. */
export interface NodePoolProps extends TaggingProps {
  /** The cluster that the nodes join. */
  readonly cluster: ISecureOkeCluster;
  /** The shape of the nodes. */
  readonly shape: NodeShape;
  /**
   * The number of nodes, 0 to 1,000; if it is a reference to a Terraform value, the addresses of the nodes are not counted.
   *
   * @default - `autoscale` must be given
   */
  readonly size?: number;
  /**
   * Lets the cluster autoscaler manage the number of nodes.
   *
   * Terraform creates the pool with `min` nodes and doesn't change its size from then on. The first such pool creates the autoscaler of
   * the cluster, see `ClusterAutoscaler`.
   *
   * @default - `size` nodes
   */
  readonly autoscale?: NodePoolAutoscale;
  /**
   * Whether Terraform compares the version with the versions that OKE offers for node pools in the region, and rejects any other version
   * before it creates the pool.
   *
   * The versions are read by `oci_containerengine_node_pool_option` in the first apply and in every plan after it. A pool whose version
   * OKE retires later passes, until its version changes.
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
   * The maximum number of pods on a node, 1 to 110; each pod takes an address of the pods' subnet. Not for an overlay, where a node
   * always has room for 110.
   *
   * @default 31
   */
  readonly maxPodsPerNode?: number;
  /**
   * The size of the boot volume: whole gibibytes, 50 to 32,768.
   *
   * @default - the size of the image
   */
  readonly bootVolumeSize?: Size;
  /**
   * The time that pods have to leave a node that is replaced: whole minutes, at most 60.
   *
   * @default Duration.hours(1)
   */
  readonly evictionGraceDuration?: Duration;
  /**
   * Kubernetes labels of the nodes; a value can be a reference to a Terraform value.
   *
   * A workload selects them with `nodeSelector`. Workloads without a `nodeSelector` run on these nodes too: to dedicate a pool to some
   * workloads, set `taints` as well.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };
  /**
   * Taints that the nodes have when they join; only workloads that tolerate them run there.
   *
   * OKE has no attribute for taints, so the pool writes them into the start script of the nodes: existing nodes must be replaced, which
   * node cycling does.
   *
   * @default - none
   */
  readonly taints?: NodeTaint[];
  /**
   * Additional kubelet arguments, by the names of the flags without dashes: `{ "image-gc-high-threshold": "70" }`.
   *
   * Arguments are rejected if OKE sets them so that the node can join, if they would make the node less secure, or if they have a prop.
   *
   * @default - OKE's own
   * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/
   */
  readonly kubeletArguments?: { [name: string]: string };
  /**
   * A script that runs on each node after it has joined the cluster.
   *
   * @default - none
   */
  readonly cloudInit?: CloudInit;
  /**
   * The key that encrypts the boot volumes of this pool, and the traffic to them.
   *
   * @default - the key of `bootVolumes` of `ClusterEncryptionProps` if the cluster has one; otherwise a key managed by Oracle
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
   * The way that OKE applies changes of the pool to its nodes.
   *
   * @default NodeCycling.replaceInstances()
   */
  readonly cycling?: NodeCycling;
  /**
   * Terminates a node after `evictionGraceDuration` even if pods have not left it, with the reason for ignoring their disruption budgets.
   *
   * @default - the node stays, and the operation fails
   */
  readonly forcedEviction?: ReasonedChoice;
  /**
   * SSH access to the nodes; it opens no port.
   *
   * @default - no SSH access
   */
  readonly ssh?: SshAccess;
  /**
   * Additional security groups of the nodes, at most four besides the cluster's own.
   *
   * @default - none
   */
  readonly securityGroups?: INetworkSecurityGroup[];
  /**
   * Additional security groups of the pods, at most four besides the cluster's own; not for an overlay, whose pods have none.
   *
   * @default - none
   */
  readonly podSecurityGroups?: INetworkSecurityGroup[];
  /**
   * The egress of the nodes of the pool and their pods.
   *
   * The pool gets its own security group for these rules, one of the five that fit on a VNIC: all pools share the routes of the subnets,
   * but no other pool gets the rules. OKE attaches the group to new nodes only: replace existing ones. To revoke the egress, set an empty
   * list, which keeps the group until the nodes have been replaced; then leave the prop out. NetworkPolicies still deny the egress to
   * each workload: allow it for a workload of this pool by policy only, with `connections.allowTo(NetworkPolicyIpBlock…)`, as its own
   * `egress` would open the security group of all pods.
   *
   * @default - none, and no security group
   * @see https://docs.oracle.com/iaas/Content/Network/Concepts/networksecuritygroups.htm for groups, deleted only without VNICs
   */
  readonly egress?: Egress[];
  /**
   * Lets the nodes pull private images of OCIR without a Secret: the nodes get its tag and its cloud-init script, and are created after
   * its policy. Existing nodes must be replaced.
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

/** Props for PrivateNodePool. */
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
