import { giveGrantTime } from "./private/grant-time";
import {
  createEncryption,
  createNetwork,
  rotateCredentials,
  scanNodes,
  tagsGiven,
} from "./private/cluster-parts";
import { type Chart } from "cdk8s";
import { type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type GrantAccessOptions, type IKubernetesAccess } from "./access/kubernetes-access";
import { type PipelineIdentity } from "./access/pipeline-identity";
import { ClusterAccess } from "./access/private/cluster-access";
import { acceptTokens } from "./access/private/token-authentication";
import {
  type CreatedCluster,
  type ISecureOkeCluster,
  type LoadBalancerClients,
  SecureOkeClusterBase,
} from "./cluster-base";
import { type SecureOkeClusterProps } from "./cluster-props";
import { controlPlaneLogsOf, keepControlPlaneLogs } from "./control-plane-logs";
import { type EndpointAccess, endpointFindings } from "./endpoint-access";
import { checkAttributes, type ClusterAttributes, ImportedCluster, placesOf } from "./imported-cluster";
import { type KubernetesVersion } from "./kubernetes-version";
import { PacketRoutingPolicies } from "./packet-routing/private/packet-routing-policies";
import { type NetworkPolicyEngine } from "./policy-engine/network-policy-engine";
import { installEngine } from "./policy-engine/private/policy-engine-files";
import { addChart } from "./policy-engine/private/unenforced-policies";
import { groupIds } from "./private-node-pool-props";
import { letOut } from "./private/apply-egress";
import { CertificatePolicies } from "./private/certificate-policies";
import { readVersion } from "./private/check-cluster-values";
import { ClusterPolicies } from "./private/cluster-policies";
import { type ClusterRight } from "./private/cluster-right";
import { clusterPrincipal, FurtherPolicies } from "./private/further-rights";
import { before, together } from "./private/grants-first";
import {
  compareClusterVersion,
  conditionsOf,
  holdBack,
  type VersionComparison,
} from "./private/offered-versions";
import { readCluster } from "./private/read-cluster";
import { checkBehindDrg, DEFAULT_SERVICES_CIDR } from "./private/services-cidr";
import { nodePoolPrincipal, TagNamespacePolicy } from "./private/tag-namespace-policy";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { Port } from "../core/port";
import { findWhenWritten } from "../core/program-findings";
import { nameOf, stemOf } from "../core/resource-name";
import { setScopeTags } from "../core/scope-tags";
import { tagsOf } from "../core/tagging";
import { addWarning } from "../core/warnings";
import { type ClusterEncryption } from "../encryption/cluster-encryption";
import { type ILogs } from "../network/logs/service-logs";
import { ClusterSecurityGroups } from "../network/security-groups/cluster-security-groups";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type IClusterNetwork } from "../network/vcn/network";
import { PodNetworking } from "../network/vcn/pod-networking";
import { ContainerengineCluster } from "../oci/containerengine-cluster";
import { type IdentityPolicy } from "../oci/identity-policy";
import { watchCharts } from "../synthesis/forgotten-charts";

const API_SERVER = Port.tcp(6443);

/**
 * A private OKE cluster: an enhanced cluster, VCN-native by default, with its secrets encrypted by your own key.
 *
 * Terraform refuses to destroy it (`prevent_destroy`); to allow it, call `addOverride("lifecycle.prevent_destroy", false)` on
 * `node.defaultChild`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengoverview.htm
 */
@checked
export class SecureOkeCluster extends SecureOkeClusterBase implements ISecureOkeCluster {
  /**
   * Imports an existing cluster; none of its attributes is looked up.
   *
   * @throws OCID_INVALID, VALUE_INVALID, VERSION_UNKNOWN, NAME_INVALID, NAME_DUPLICATE; ATTRIBUTE_MISSING when an attribute that was not given is touched
   */
  public static fromClusterAttributes(
    scope: Construct,
    id: string,
    attributes: ClusterAttributes,
  ): ISecureOkeCluster {
    checkAttributes(scope, id, attributes);
    return new ImportedCluster(scope, id, attributes);
  }

  public readonly clusterId: string;
  public readonly privateEndpoint: string;
  public readonly compartmentId: string;
  public readonly clusterType?: string = "ENHANCED_CLUSTER";
  public readonly kubernetesVersion: KubernetesVersion;
  public readonly network: IClusterNetwork;
  public readonly podNetworking: PodNetworking;
  /** The encryption of the Kubernetes secrets. */
  public readonly encryption: ClusterEncryption;
  /** The security group of the API endpoint. */
  public readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  public readonly workerSecurityGroup: INetworkSecurityGroup;
  public readonly podSecurityGroup: INetworkSecurityGroup;
  public readonly networkPolicyEngine?: NetworkPolicyEngine;

  /** @internal */
  public readonly _packetRouting: PacketRoutingPolicies | undefined;

  private readonly processLogs?: ILogs;

  /** @internal */
  public readonly _tenancyId: string | undefined;

  /** @internal */
  public readonly _podNetworkPolicies: ITerraformDependable[];

  /**
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, SUBNET_NOT_PUBLIC, SUBNET_PUBLIC, SUBNET_OVERLAP,
   * SERVICES_CIDR_INVALID, PODS_CIDR_INVALID, NSG_LIMIT, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, KEY_NOT_GRANTED, EGRESS_INVALID,
   * NSG_OTHER_VCN, PROVIDER_INVALID, VERSION_UNKNOWN, VERSION_RETIRED, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: SecureOkeClusterProps,
  ) {
    const access = readCluster(scope, id, props);
    super(scope, id);
    // Resources that belong to the cluster but are created elsewhere, such as its pools, get the same tags.
    setScopeTags(this, tagsGiven(props));
    const name = props.clusterName ?? nameOf(this);
    const stem = stemOf(name);
    this.compartmentId = props.compartmentId;
    this.kubernetesVersion = readVersion(props.kubernetesVersion);
    this.podNetworking = props.podNetworking ?? PodNetworking.vcnNative();
    this.network = props.network ?? createNetwork(this, stem, props, access);
    const groups = new ClusterSecurityGroups(this, "SecurityGroups", {
      ...tagsGiven(props),
      compartmentId: this.network.compartmentId,
      vcnId: this.network.vcnId,
      regionServices: this.network.regionServices,
      podNetworking: this.podNetworking,
      observabilityAgent: props.observabilityAgent,
      podsToNodes: props.podsToNodes,
      displayName: stem,
    });
    this.apiEndpointSecurityGroup = groups.apiEndpoint;
    this.workerSecurityGroup = groups.workers;
    this.podSecurityGroup = groups.pods;
    for (const egress of props.egress ?? []) {
      letOut(this.network, this.podNetworking, [groups.workers, groups.pods], egress);
    }
    for (const peer of access._peers) groups.apiEndpoint.allowFrom(peer, API_SERVER, access);

    this.encryption = props.encryption ?? createEncryption(this, stem, props);
    const recorded = giveGrantTime(this, this.encryption.policy, this.network);
    this._packetRouting = PacketRoutingPolicies._of(this, props.packetRouting, props);
    const comparison = this.comparison(props);
    const cluster = this.createCluster(name, props, access, { comparison, recorded });
    holdBack(comparison, [
      props.network ? groups : this.network,
      props.encryption ? undefined : this.encryption,
      this._packetRouting,
    ]);
    this.kubernetesVersion._acknowledge(cluster);
    for (const warning of this.kubernetesVersion._warnings()) addWarning(this, warning);
    if (access.isPublic)
      Acknowledgements._record(cluster, "exposure", "a public API endpoint", access.reason);
    this.clusterId = cluster.id;
    this.privateEndpoint = cluster.endpoints.get(0).privateEndpoint;
    const policies = new ClusterPolicies(this, "Policies", {
      ...props,
      ...placesOf(this, this.network),
      displayName: name,
    });
    this._podNetworkPolicies = policies.ofPodNetwork;
    this._tenancyId = props.tenancyId ?? props.packetRouting?.options.tenancyId;
    new TagNamespacePolicy(this, "TagNamespaces", {
      principals: [clusterPrincipal(this.clusterId), nodePoolPrincipal(this.compartmentId)],
      description: "Lets the cluster and its node pools write the defined tags of what they make",
      what: "nodes, load balancers and volumes",
      tenancyId: this._tenancyId,
      homeRegionProvider: props.homeRegionProvider,
      displayName: name,
    });
    this.processLogs = keepControlPlaneLogs(this, name, props);
    scanNodes(this, name, props);
    const observed = ["ControlPlaneLogs", "HostScanning"].map((id) => this.node.tryFindChild(id));
    // The policies of the scanning refer to nothing that waits already.
    holdBack(comparison, observed, ["oci_identity_policy"]);
    this.networkPolicyEngine = props.networkPolicyEngine;
    installEngine(this, props.networkPolicyEngine, this.kubernetesVersion);
    rotateCredentials(this, cluster, props);
    watchCharts(this);
    checkBehindDrg(this, props);
    findWhenWritten(this, () => endpointFindings(this, access));
  }

  /**
   * The logs of the control plane's processes.
   *
   * @throws ATTRIBUTE_MISSING with ControlPlaneLogging.none
   */
  public get controlPlaneLogs(): ILogs {
    return controlPlaneLogsOf(this, this.processLogs);
  }

  /** @internal */
  public _addControllerRules(_service: string, clients: LoadBalancerClients): void {
    this._packetRouting?.addClients(clients);
  }

  public addCdk8sChart(id: string, chart: Chart): void {
    addChart(this, id, chart);
  }

  public grantAccess(groupId: string, access: IKubernetesAccess, options?: GrantAccessOptions): void {
    ClusterAccess.of(this).grant(groupId, access, options);
  }

  /** @internal */
  public _acceptPipeline(identity: PipelineIdentity): void {
    acceptTokens(this, this.node.defaultChild as ContainerengineCluster, identity);
  }

  /** @internal */
  public _allowCertificates(compartmentId?: string): void {
    this.certificatePolicies.allow(compartmentId);
  }

  /** @internal */
  public get _created(): CreatedCluster {
    return this;
  }

  /** @internal */
  public get _homeRegionProvider(): TerraformProvider | undefined {
    return this.props.homeRegionProvider;
  }

  /** @internal */
  public _grant(right: ClusterRight, compartmentId: string): IdentityPolicy {
    const known = this.node.tryFindChild("FurtherPolicies") as FurtherPolicies | undefined;
    const { clusterId, props } = this;
    const policies =
      known ??
      new FurtherPolicies(this, "FurtherPolicies", {
        ...tagsGiven(props),
        clusterId,
        homeRegionProvider: props.homeRegionProvider,
        displayName: stemOf(props.clusterName ?? nameOf(this)),
      });
    return policies.allow(right, compartmentId);
  }

  /** @internal */
  public _verifySignatures(keyIds: readonly string[], policies: readonly ITerraformDependable[]): void {
    const cluster = this.node.defaultChild as ContainerengineCluster;
    cluster.putImagePolicyConfig({
      isPolicyEnabled: true,
      keyDetails: keyIds.map((kmsKeyId) => ({ kmsKeyId })),
    });
    this._podNetworkPolicies.push(...policies);
  }

  /** Created with the first certificate, so that a cluster without certificates has no such policy. */
  private get certificatePolicies(): CertificatePolicies {
    const known = this.node.tryFindChild("CertificatePolicies");
    if (known) return known as CertificatePolicies;
    const { compartmentId, clusterId, props } = this;
    return new CertificatePolicies(this, "CertificatePolicies", {
      ...tagsGiven(props),
      ...{ clusterId, compartmentId },
      homeRegionProvider: props.homeRegionProvider,
      displayName: stemOf(props.clusterName ?? nameOf(this)),
    });
  }

  /** Undefined if the cluster runs a version that is known to be retired. */
  private comparison(props: SecureOkeClusterProps): VersionComparison | undefined {
    if (props.verifyKubernetesVersion === false || this.kubernetesVersion.retiredReason !== undefined) {
      return undefined;
    }
    return compareClusterVersion(this, props.compartmentId, this.kubernetesVersion);
  }

  private createCluster(
    name: string,
    props: SecureOkeClusterProps,
    access: EndpointAccess,
    {
      comparison,
      recorded,
    }: {
      readonly comparison: VersionComparison | undefined;
      readonly recorded: ITerraformDependable[];
    },
  ): ContainerengineCluster {
    return new ContainerengineCluster(this, "Resource", {
      compartmentId: props.compartmentId,
      name,
      // Required by add-ons, workload identity and node cycling; a cluster can't be downgraded.
      type: this.clusterType,
      kubernetesVersion: props.kubernetesVersion.version,
      vcnId: this.network.vcnId,
      kmsKeyId: this.encryption.keyId,
      clusterPodNetworkOptions: [{ cniType: this.podNetworking.type }],
      endpointConfig: {
        isPublicIpEnabled: access.isPublic,
        subnetId: this.network.apiEndpointSubnet.subnetId,
        nsgIds: groupIds(this.apiEndpointSecurityGroup, props.apiEndpointSecurityGroups),
        securityAttributes: props.packetRouting?.options.apiEndpoint._onResource,
      },
      options: {
        serviceLbSubnetIds: [this.network.loadBalancerSubnet.subnetId],
        ipFamilies: ["IPv4"],
        addOns: { isKubernetesDashboardEnabled: false, isTillerEnabled: false },
        kubernetesNetworkConfig: {
          servicesCidr: props.servicesCidr ?? DEFAULT_SERVICES_CIDR,
          podsCidr: this.podNetworking.podCidr,
        },
        openIdConnectDiscovery: { isOpenIdConnectDiscoveryEnabled: false },
        // No tags here: the controller finds its own security groups by exactly its two tags.
        serviceLbConfig: { backendNsgIds: [this.workerSecurityGroup.networkSecurityGroupId] },
        persistentVolumeConfig: tagsOf(this, props),
      },
      // OKE checks the grant during the creation of the cluster, and IAM has no implicit order. Security attributes block all traffic
      // without a policy that names them.
      dependsOn: together(
        before(this, this.encryption, [this.encryption.policy]),
        this._packetRouting?.policies,
        recorded,
      ),
      lifecycle: { preventDestroy: true, ...conditionsOf(comparison) },
      ...tagsOf(this, props),
    });
  }
}
