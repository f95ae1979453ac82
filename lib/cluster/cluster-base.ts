import { type Chart } from "cdk8s";
import { type ITerraformDependable, type TerraformProvider, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { type GrantAccessOptions, type IKubernetesAccess } from "./access/kubernetes-access";
import { type PipelineIdentity } from "./access/pipeline-identity";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NetworkPolicyEngine } from "./policy-engine/network-policy-engine";
import { type ClusterRight } from "./private/cluster-rights";
import { type Port } from "../core/port";
import { ResourceConstruct } from "../core/resource-construct";
import { type ClusterEncryption } from "../encryption/cluster-encryption";
import { type SecurityAttribute } from "../network/security-groups/security-attribute";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type IClusterNetwork } from "../network/vcn/network";
import { type PodNetworking } from "../network/vcn/pod-networking";
import { type IObservedCluster } from "../observability/observed-cluster";
import { type IdentityPolicy } from "../oci/identity-policy";

/** An OKE cluster, created or imported. */
export interface ISecureOkeCluster extends IObservedCluster {
  /** The type, `ENHANCED_CLUSTER` or `BASIC_CLUSTER`; undefined if it is not known. */
  readonly clusterType?: string;
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
   * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutaccesscontrol.htm
   */
  grantAccess(groupId: string, access: IKubernetesAccess, options?: GrantAccessOptions): void;
}

/** The clients of a load balancer whose rules the cloud controller writes. */
export interface LoadBalancerClients {
  readonly ranges: readonly string[];
  readonly ports: readonly Port[];
}

/** The packet routing policies of a cluster, for the parts of the cluster that get security attributes. */
export interface ClusterPacketRouting {
  /** The security attribute of the nodes. */
  readonly nodes?: SecurityAttribute;
  /** The security attribute of the pods. */
  readonly pods?: SecurityAttribute;
  /** The policies that must exist before anything has a security attribute. */
  readonly policies: ITerraformDependable[];
  /** The security attribute of the load balancers, in the format of their annotation. */
  readonly loadBalancerAnnotation?: string;
  addNodeGroups(groups: readonly INetworkSecurityGroup[]): void;
  addPodGroups(groups: readonly INetworkSecurityGroup[]): void;
  addClients(clients: LoadBalancerClients): void;
}

/** A cluster that the program creates, and that the library therefore configures. */
export interface CreatedCluster extends ISecureOkeCluster {
  /** The encryption of the Kubernetes secrets. */
  readonly encryption: ClusterEncryption;
  /** The packet routing policies that identify the nodes by their security attributes. */
  readonly _packetRouting: ClusterPacketRouting | undefined;
  /** The OCID of the tenancy, if it was given. */
  readonly _tenancyId: string | undefined;
  /** The policies that nodes depend on, so that their pods get addresses. */
  readonly _podNetworkPolicies: readonly ITerraformDependable[];
  /** Makes the cluster accept the tokens of a pipeline. */
  _acceptPipeline(identity: PipelineIdentity): void;
  /**
   * Allows load balancers of the cluster to use certificates of the OCI Certificates service.
   *
   * @param compartmentId the compartment of the certificates, by default the cluster's
   */
  _allowCertificates(compartmentId?: string): void;
  /** Grants the cluster a right that a chart or a node pool needs. */
  _grant(right: ClusterRight, compartmentId: string): IdentityPolicy;
  /**
   * Restricts the cluster to images that are signed by one of the keys.
   *
   * @param policies the policies that let the cluster verify signatures; nodes that are created later depend on them
   */
  _verifySignatures(keyIds: readonly string[], policies: readonly ITerraformDependable[]): void;
}

/** The base class of the clusters that the library creates or imports. */
export abstract class SecureOkeClusterBase extends ResourceConstruct implements ISecureOkeCluster {
  public abstract readonly clusterId: string;
  public abstract readonly privateEndpoint: string;
  public abstract readonly compartmentId: string;
  public abstract readonly clusterType?: string;
  public abstract readonly kubernetesVersion: KubernetesVersion;
  public abstract readonly network: IClusterNetwork;
  public abstract readonly podNetworking: PodNetworking;
  public abstract readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  public abstract readonly workerSecurityGroup: INetworkSecurityGroup;
  public abstract readonly podSecurityGroup: INetworkSecurityGroup;
  public abstract readonly networkPolicyEngine?: NetworkPolicyEngine;

  public abstract addCdk8sChart(id: string, chart: Chart): void;
  public abstract grantAccess(groupId: string, access: IKubernetesAccess, options?: GrantAccessOptions): void;

  /**
   * The provider of the tenancy's home region, if it was given.
   *
   * @internal
   */
  public abstract get _homeRegionProvider(): TerraformProvider | undefined;

  /**
   * Records a Service whose security group rules the cloud controller writes.
   *
   * @internal
   */
  public abstract _addControllerRules(service: string, clients: LoadBalancerClients): void;

  /**
   * The cluster if the program creates it; undefined for an imported one, which the library can't configure.
   *
   * @internal
   */
  public get _created(): CreatedCluster | undefined {
    return undefined;
  }
}

/** The base of a cluster, unless the cluster is another implementation of the interface. */
export function clusterBaseOf(cluster: ISecureOkeCluster): SecureOkeClusterBase | undefined {
  // Without instanceof, so that a cluster from another copy of the library qualifies too.
  return "_created" in cluster ? (cluster as SecureOkeClusterBase) : undefined;
}

/** The home region's provider for the policies of a construct: the given one, or the cluster's if that is in the same stack. */
export function homeRegionProviderFor(
  scope: IConstruct,
  cluster: ISecureOkeCluster,
  given: TerraformProvider | undefined,
): TerraformProvider | undefined {
  const provider = given ?? clusterBaseOf(cluster)?._homeRegionProvider;
  return provider && TerraformStack.of(provider) === TerraformStack.of(scope) ? provider : given;
}

/** The cluster if the program creates it; undefined for an imported one, which the library can't configure. */
export function createdClusterOf(cluster: ISecureOkeCluster): CreatedCluster | undefined {
  return clusterBaseOf(cluster)?._created;
}
