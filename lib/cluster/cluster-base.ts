import { type Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { type GrantAccessOptions, type IKubernetesAccess } from "./access/kubernetes-access";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NetworkPolicyEngine } from "./policy-engine/network-policy-engine";
import { readIpv4Cidr, readIpv4CidrIfKnown, RESERVED_ADDRESSES, usableAddresses } from "../core/cidr";
import { type Port } from "../core/port";
import { type Problems } from "../core/validation-error";
import { type IBastionTarget } from "../network/bastion/bastion";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { isOverlay, NODE_PREFIX, type PodNetworking } from "../network/vcn/pod-networking";
import { type ClusterSubnet } from "../network/vcn/subnet-exposure";

/** A cluster that is notified of load balancers whose rules the cloud controller writes. */
export interface CloudManagedRulesOptions {
  /** @internal */
  _writesRulesOf(
    service: string,
    clients: { readonly ranges: readonly string[]; readonly ports: readonly Port[] },
  ): void;
}

/** An OKE cluster, created or imported. */
export interface ISecureOkeCluster extends IBastionTarget {
  /** The OCID of the cluster. */
  readonly clusterId: string;
  /** The OCID of the compartment of the cluster. */
  readonly compartmentId: string;
  /** The version of the control plane. */
  readonly kubernetesVersion: KubernetesVersion;
  /** The security group of the worker nodes. */
  readonly workerSecurityGroup: INetworkSecurityGroup;
  /** The pod networking of the cluster. */
  readonly podNetworking: PodNetworking;
  /** The security group of the pods; with an overlay that of the worker nodes, whose addresses pods use outside of the cluster. */
  readonly podSecurityGroup: INetworkSecurityGroup;
  /** The engine that enforces NetworkPolicies, if it was given. */
  readonly networkPolicyEngine?: NetworkPolicyEngine;

  /**
   * Adds an output `<id>_manifests` to the stack that contains the objects of a chart as YAML, with references resolved by Terraform.
   *
   * Apply them with `terraform output -raw <id>_manifests | kubectl apply --server-side -f -`. A readable preview is written to
   * `manifests/<stack>/<id>.yaml` in the output folder of the app, with each reference shown as its Terraform address.
   *
   * Nested charts are included; namespaces come first. If the charts contain NetworkPolicies and the cluster has no
   * `networkPolicyEngine`, synthesis gives the warning `network-policy-engine`.
   *
   * @param id the name of the output: letters, digits, `_` and `-`, unique in the stack
   * @param chart the chart; a chart can be added once
   * @throws NAME_INVALID, NAME_DUPLICATE, MANIFEST_DUPLICATE for a chart and one inside it too; ATTRIBUTE_MISSING, VALUE_INVALID; what the
   * network refuses of the egress and the external peers of its workloads, such as EGRESS_INVALID and NSG_OTHER_VCN; at
   * synthesis NAME_DUPLICATE, MANIFEST_SECRET, MANIFEST_REFERENCES, CREDENTIAL_LITERAL, PATCH_INVALID, PEER_ELSEWHERE, and what
   * each of the objects is refused for
   */
  addCdk8sChart(id: string, chart: Chart): void;

  /**
   * Grants a group of people access to the Kubernetes API: the IAM statement to reach it, and the binding of a role.
   *
   * The roles and bindings are in the output `<path>_access_manifests`, unless a chart is given. The statement for this cluster also lets
   * each person download a kubeconfig; see `Kubeconfig`.
   *
   * @param groupId the OCID of the group, as a literal, because names of bindings are derived from it
   * @param access the access such as `KubernetesAccess.viewer()`
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID; NAME_DUPLICATE for the same access twice; EXPIRY_INVALID where a group has
   * break-glass access beside access without an end
   * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutaccesscontrol.htm
   */
  grantAccess(groupId: string, access: IKubernetesAccess, options?: GrantAccessOptions): void;
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
const ofOverlays = new WeakMap<IConstruct, Demand[]>();

// By App: clusters and stacks can share a network, and so its subnets.
const taken = new WeakMap<IConstruct, Shares>();

/** Adds problems if another pool doesn't fit into the subnets beside the existing ones. */
export function checkCapacity(problems: Problems, cluster: ISecureOkeCluster, demand: Demand): void {
  checkOverlay(problems, cluster, demand);
  for (const [subnet, added] of wanted(cluster, demand)) {
    compare(problems, subnet, [...(sharesOf(cluster).get(subnet.subnetId) ?? []), ...added]);
  }
}

/** Each node takes a block of the overlay, however many pods it runs. */
function checkOverlay(problems: Problems, cluster: ISecureOkeCluster, demand: Demand): void {
  const { podCidr } = cluster.podNetworking ?? {};
  const block = podCidr === undefined ? undefined : readIpv4Cidr(problems, "podCidr", podCidr);
  if (!block) return;
  const room = 2 ** (NODE_PREFIX - block.prefix);
  const demands = [...(ofOverlays.get(cluster) ?? []), demand];
  const need = demands.reduce((sum, { nodes, surge }) => sum + nodes + surge, 0);
  if (need <= room) return;
  problems.add(
    "SUBNET_EXHAUSTED",
    `The pools need ${need} nodes (with the surge of a replacement), each with a /${NODE_PREFIX} of the overlay, but ${podCidr} holds ${room}`,
    "Ask for fewer, or make the cluster with PodNetworking.flannelOverlay({ podCidr }) of a wider range; it can't be changed later",
  );
}

/** Records the capacity of a pool for later checks. */
export function takeCapacity(cluster: ISecureOkeCluster, demand: Demand): void {
  if (isOverlay(cluster.podNetworking)) ofOverlays.set(cluster, [...(ofOverlays.get(cluster) ?? []), demand]);
  const shares = sharesOf(cluster);
  for (const [{ subnetId }, added] of wanted(cluster, demand)) {
    shares.set(subnetId, [...(shares.get(subnetId) ?? []), ...added]);
  }
}

function sharesOf(cluster: ISecureOkeCluster): Shares {
  const { root } = cluster.node;
  const shares: Shares = taken.get(root) ?? new Map<string, Share[]>();
  taken.set(root, shares);
  return shares;
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
  const need = shares.reduce((sum, one) => sum + addressesOf(one), 0);
  if (need <= room) return;
  const terms = shares.map((one) => termOf(one, shares)).join(" + ");
  const counts = kinds.length > 1 ? "…" : `${who}: ${need}`;
  problems.add(
    "SUBNET_EXHAUSTED",
    `The ${who} need ${need} addresses (${terms}, with the surge of a replacement), but ${subnet.cidr} holds ${room + RESERVED_ADDRESSES} - ${RESERVED_ADDRESSES} = ${room}`,
    `Ask for fewer, or give the network a plan with more room: SubnetPlan.of({ ${counts} })`,
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
