import { type Chart } from "cdk8s";
import { type IBastionTarget } from "../network/bastion-target";
import { type INetworkSecurityGroup } from "../network/network-security-group";
import { type PodNetworking } from "../network/pod-networking";
import { type KubernetesVersion } from "./kubernetes-version";
import { type Port } from "../core/port";
import { type NetworkPolicyEngine } from "./network-policy-engine";

/** A cluster that is told of the load balancers whose rules the cloud controller writes. */
export interface WithCloudRules {
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
  readonly workersSecurityGroup: INetworkSecurityGroup;
  /** How pods get their addresses. */
  readonly podNetworking: PodNetworking;
  /** The group of the pods; with an overlay that of the worker nodes, whose addresses pods have outside. */
  readonly podsSecurityGroup: INetworkSecurityGroup;
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
}
