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

/** A cluster that is told of the load balancers whose rules the cloud controller writes. */
export interface CloudManagedRulesOptions {
  /** @internal */
  _writesRulesOf(
    service: string,
    clients: { readonly ranges: readonly string[]; readonly ports: readonly Port[] },
  ): void;
}

/** An OKE cluster, made here or imported. */
export interface ISecureOkeCluster extends IBastionTarget {
  /** The OCID of the cluster. */
  readonly clusterId: string;
  /** The OCID of the compartment that the cluster is in. */
  readonly compartmentId: string;
  /** The version of the control plane. */
  readonly kubernetesVersion: KubernetesVersion;
  /** The group of the worker nodes. */
  readonly workerSecurityGroup: INetworkSecurityGroup;
  /** How pods get their addresses. */
  readonly podNetworking: PodNetworking;
  /** The group of the pods; with an overlay that of the worker nodes, whose addresses pods have outside. */
  readonly podSecurityGroup: INetworkSecurityGroup;
  /** What enforces NetworkPolicies, where it was named. */
  readonly networkPolicyEngine?: NetworkPolicyEngine;

  /**
   * Gives the stack an output `<id>_manifests` that holds the objects of a chart as YAML, with references resolved by Terraform.
   *
   * Apply them with `terraform output -raw <id>_manifests | kubectl apply --server-side -f -`. A readable preview is
   * written to `manifests/<stack>/<id>.yaml` in the output folder of the app, each reference shown as its Terraform address.
   *
   * Charts inside the chart come along; namespaces come first. A cluster without `networkPolicyEngine` whose charts hold
   * NetworkPolicies gives the warning `network-policy-engine` at synthesis.
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
   * Lets a group of people use the Kubernetes API: the IAM statement to reach it, and the binding of a role.
   *
   * The roles and bindings are in the output `<path>_access_manifests`, unless a chart is given. With the statement for this one
   * cluster, each person gets a kubeconfig; see `Kubeconfig`.
   *
   * @param groupId the OCID of the group, as a literal: names of bindings are made of it
   * @param access such as `KubernetesAccess.viewer()`
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID; NAME_DUPLICATE for the same access twice; EXPIRY_INVALID where a group has
   * break-glass access beside access without an end
   * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutaccesscontrol.htm
   */
  grantAccess(groupId: string, access: IKubernetesAccess, options?: GrantAccessOptions): void;
}

/** What a node pool takes. */
export interface Demand {
  /** The path of the pool. */
  readonly path: string;
  readonly nodes: number;
  /** How many nodes there are more of while others are replaced. */
  readonly surge: number;
  /** The most pods of a node, where it is known. */
  readonly pods?: number;
}

type What = "nodes" | "pods";

interface Share extends Demand {
  readonly what: What;
}

/** What is taken of each subnet, by its OCID or the reference to it. */
type Shares = Map<string, Share[]>;

/** What the pools of a cluster take of its overlay. */
const ofOverlays = new WeakMap<IConstruct, Demand[]>();

// By the App: clusters and stacks can share a network, and so its subnets.
const taken = new WeakMap<IConstruct, Shares>();

/** Adds problems where a further pool does not fit into the subnets beside those that are there. */
export function checkCapacity(problems: Problems, cluster: ISecureOkeCluster, demand: Demand): void {
  checkOverlay(problems, cluster, demand);
  for (const [subnet, added] of wanted(cluster, demand)) {
    compare(problems, subnet, [...(sharesOf(cluster).get(subnet.subnetId) ?? []), ...added]);
  }
}

/** Each node takes a block of the overlay, however many pods it has. */
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

/** Keeps what a pool takes, for those that are checked later. */
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

/** What a pool takes of each subnet; nodes and pods can be in one. */
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

/** Pools are named by their ids as long as that tells them apart. */
function termOf({ what, path, nodes, surge, pods = 0 }: Share, all: readonly Share[]): string {
  const id = idOf(path);
  const isAmbiguous = all.some((other) => other.path !== path && idOf(other.path) === id);
  const name = isAmbiguous ? path : id;
  return what === "nodes" ? `${name} ${nodes} + ${surge}` : `${name} (${nodes} + ${surge}) x ${pods}`;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
