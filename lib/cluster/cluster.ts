import { type Chart } from "cdk8s";
import { type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type GrantAccessOptions, type IKubernetesAccess } from "./access/kubernetes-access";
import { type PipelineIdentity } from "./access/pipeline-identity";
import { ClusterAccess } from "./access/private/cluster-access";
import { acceptTokens } from "./access/private/pipeline-authentication";
import {
  type CreatedCluster,
  type ISecureOkeCluster,
  type LoadBalancerClients,
  SecureOkeClusterBase,
} from "./cluster-base";
import { type SecureOkeClusterProps } from "./cluster-props";
import { controlPlaneLogsOf, keepControlPlaneLogs } from "./control-plane-logs";
import { type EndpointAccess, endpointFindings } from "./endpoint-access";
import { type ClusterAttributes, ImportedCluster, placesOf, readAttributes } from "./imported-cluster";
import { type KubernetesVersion } from "./kubernetes-version";
import { PacketRoutingPolicies } from "./packet-routing/private/packet-routing-policies";
import { type NetworkPolicyEngine } from "./policy-engine/network-policy-engine";
import { installEngine } from "./policy-engine/private/policy-engine-files";
import { addChart } from "./private/cluster-charts";
import { addClusterEgress, groupIds, checkBehindDrg, podsCidrOf } from "./private/cluster-network";
import {
  CertificatePolicies,
  ClusterPolicies,
  nodePoolPrincipal,
  TagNamespacePolicy,
} from "./private/cluster-policies";
import { createEncryption, createNetwork, rotateCredentials, scanNodes } from "./private/cluster-parts";
import { type ClusterRight, clusterPrincipal, AdditionalPolicies } from "./private/cluster-rights";
import { tagsGiven } from "./private/cluster-readers";
import { giveGrantTime, before, together } from "./private/grant-order";
import { observe, OBSERVING_PARTS, OBSERVING_TYPES } from "./private/cluster-observability";
import {
  compareClusterVersion,
  conditionsOf,
  holdBack,
  type VersionComparison,
} from "./private/offered-versions";
import { readCluster, type ResolvedCluster } from "./private/read-cluster";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { Port } from "../core/port";
import { findWhenWritten, addWarning } from "../core/warnings";
import { nameOf, stemOf } from "../core/resource-name";
import { setScopeTags, type TaggingProps, tagsOf } from "../core/tagging";
import { type ClusterEncryption } from "../encryption/cluster-encryption";
import { type ILogs } from "../network/logs/service-logs";
import { ClusterSecurityGroups } from "../network/security-groups/cluster-security-groups";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type IClusterNetwork } from "../network/vcn/network";
import { type PodNetworking } from "../network/vcn/pod-networking";
import { ContainerengineCluster } from "../oci/containerengine-cluster";
import { type IdentityPolicy } from "../oci/identity-policy";
import { watchCharts } from "../synthesis/chart-guards";
import { type AuditArchive } from "../observability/audit-archive";
import { type ClusterAlarms } from "../observability/cluster-alarms";
import { type SavedSearches } from "../observability/saved-searches";

const API_SERVER = Port.tcp(6443);

/**
 * A private OKE cluster: an enhanced cluster, VCN-native by default, with its secrets encrypted by your own key.
 *
 * Terraform refuses to destroy it while the program has it (`prevent_destroy`); to allow it, call `addOverride("lifecycle.prevent_destroy", false)` on
 * `node.defaultChild`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengoverview.htm
 */
@checked
export class SecureOkeCluster extends SecureOkeClusterBase implements ISecureOkeCluster {
  /** Imports an existing cluster; none of its attributes is looked up. */
  public static fromClusterAttributes(
    scope: Construct,
    id: string,
    attributes: ClusterAttributes,
  ): ISecureOkeCluster {
    return new ImportedCluster(scope, id, readAttributes(scope, id, attributes));
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
  /** The clients that may connect to the API endpoint. */
  public readonly endpointAccess: EndpointAccess;
  /** The address range of Kubernetes Services. */
  public readonly servicesCidr: string;
  /** The name of the cluster. */
  public readonly clusterName: string;
  /** The archive of its audit records and logs. @default - none, with AuditArchiving.none */
  public readonly auditArchive?: AuditArchive;
  /** Its alarms. @default - none, with AlarmRouting.none */
  public readonly alarms?: ClusterAlarms;
  /** Its saved searches. @default - none, with an empty list */
  public readonly savedSearches?: SavedSearches;

  /** @internal */
  public readonly _packetRouting: PacketRoutingPolicies | undefined;

  /** @internal */
  public readonly _tenancyId: string | undefined;

  /** @internal */
  public readonly _podNetworkPolicies: ITerraformDependable[];

  private readonly processLogs?: ILogs;
  private readonly policyProps: { readonly homeRegionProvider?: TerraformProvider } & TaggingProps;

  constructor(scope: Construct, id: string, props: SecureOkeClusterProps) {
    const read = readCluster(scope, id, props);
    super(scope, id);
    const { compartmentId, podNetworking, endpointAccess, homeRegionProvider } = read;
    const tags = tagsGiven(read);
    // Resources that belong to the cluster but are created elsewhere, such as its pools, get the same tags.
    setScopeTags(this, tags);
    const name = read.clusterName ?? nameOf(this);
    const stem = stemOf(name);
    this.clusterName = name;
    this.compartmentId = compartmentId;
    this.kubernetesVersion = read.kubernetesVersion;
    this.podNetworking = podNetworking;
    this.endpointAccess = endpointAccess;
    this.servicesCidr = read.servicesCidr.text;
    this.policyProps = { ...tags, homeRegionProvider };
    this.network = read.network ?? createNetwork(this, stem, read);
    const groups = new ClusterSecurityGroups(this, "SecurityGroups", {
      ...tags,
      compartmentId: this.network.compartmentId,
      vcnId: this.network.vcnId,
      regionServices: this.network.regionServices,
      podNetworking,
      observabilityAgent: read.observabilityAgent,
      podsToNodes: read.podsToNodes,
      displayName: stem,
    });
    this.apiEndpointSecurityGroup = groups.apiEndpoint;
    this.workerSecurityGroup = groups.workers;
    this.podSecurityGroup = groups.pods;
    for (const egress of read.egress) {
      addClusterEgress(this.network, podNetworking, [groups.workers, groups.pods], egress);
    }
    for (const peer of endpointAccess._peers) groups.apiEndpoint.allowFrom(peer, API_SERVER, endpointAccess);

    this.encryption = read.encryption ?? createEncryption(this, stem, read);
    const recorded = giveGrantTime(this, this.encryption.policy, this.network);
    this._packetRouting = PacketRoutingPolicies._of(this, read.packetRouting, read);
    const comparison = this.comparison(read);
    const cluster = this.createCluster(read, comparison, recorded);
    holdBack(comparison, [
      read.network ? groups : this.network,
      read.encryption ? undefined : this.encryption,
      this._packetRouting,
    ]);
    this.kubernetesVersion._acknowledge(cluster);
    for (const warning of this.kubernetesVersion._warnings()) addWarning(this, warning);
    if (endpointAccess.isPublic) {
      Acknowledgements._record(cluster, "exposure", "a public API endpoint", endpointAccess.reason);
    }
    this.clusterId = cluster.id;
    this.privateEndpoint = cluster.endpoints.get(0).privateEndpoint;
    const policies = new ClusterPolicies(this, "Policies", {
      ...this.policyProps,
      ...placesOf(this, this.network),
      reservedAddressCompartmentIds: read.reservedAddressCompartmentIds,
      displayName: name,
    });
    this._podNetworkPolicies = policies.ofPodNetwork;
    this._tenancyId = read.tenancyId ?? read.packetRouting?.options.tenancyId;
    new TagNamespacePolicy(this, "TagNamespaces", {
      principals: [clusterPrincipal(this.clusterId), nodePoolPrincipal(compartmentId)],
      description:
        "Lets the cluster and its node pools write the defined tags of the resources that they create",
      what: "nodes, load balancers and volumes",
      tenancyId: this._tenancyId,
      homeRegionProvider,
      displayName: name,
    });
    this.processLogs = keepControlPlaneLogs(this, name, read.controlPlaneLogs, tags);
    scanNodes(this, name, read);
    const { auditArchive, alarms, savedSearches } = observe(this, name, read);
    this.auditArchive = auditArchive;
    this.alarms = alarms;
    this.savedSearches = savedSearches;
    const parts = ["ControlPlaneLogs", "HostScanning", ...OBSERVING_PARTS];
    holdBack(
      comparison,
      parts.map((part) => this.node.tryFindChild(part)),
      OBSERVING_TYPES,
    );
    this.networkPolicyEngine = read.networkPolicyEngine;
    installEngine(this, read.networkPolicyEngine, this.kubernetesVersion);
    rotateCredentials(this, cluster, read.credentialRotation);
    watchCharts(this);
    checkBehindDrg(this, read.servicesCidr, podsCidrOf(podNetworking));
    findWhenWritten(this, () => endpointFindings(this, endpointAccess));
  }

  /** The logs of the control plane's processes. */
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
    return this.policyProps.homeRegionProvider;
  }

  /** @internal */
  public _grant(right: ClusterRight, compartmentId: string): IdentityPolicy {
    const existing = this.node.tryFindChild("AdditionalPolicies") as AdditionalPolicies | undefined;
    const policies =
      existing ??
      new AdditionalPolicies(this, "AdditionalPolicies", {
        ...this.policyProps,
        clusterId: this.clusterId,
        displayName: stemOf(this.clusterName),
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
    const existing = this.node.tryFindChild("CertificatePolicies") as CertificatePolicies | undefined;
    return (
      existing ??
      new CertificatePolicies(this, "CertificatePolicies", {
        ...this.policyProps,
        clusterId: this.clusterId,
        compartmentId: this.compartmentId,
        displayName: stemOf(this.clusterName),
      })
    );
  }

  /** Undefined if the cluster runs a version that is known to be retired. */
  private comparison({
    compartmentId,
    kubernetesVersion,
    verifyKubernetesVersion,
  }: ResolvedCluster): VersionComparison | undefined {
    if (!verifyKubernetesVersion || kubernetesVersion.retiredReason !== undefined) return undefined;
    return compareClusterVersion(this, compartmentId, kubernetesVersion);
  }

  /** @param recorded the flow logs that the cluster depends on, so that IAM has time to propagate the grant of its key */
  private createCluster(
    read: ResolvedCluster,
    comparison: VersionComparison | undefined,
    recorded: ITerraformDependable[],
  ): ContainerengineCluster {
    return new ContainerengineCluster(this, "Resource", {
      compartmentId: read.compartmentId,
      name: this.clusterName,
      // Required by add-ons, workload identity and node cycling; a cluster can't be downgraded.
      type: this.clusterType,
      kubernetesVersion: read.kubernetesVersion.version,
      vcnId: this.network.vcnId,
      kmsKeyId: this.encryption.keyId,
      clusterPodNetworkOptions: [{ cniType: this.podNetworking.type }],
      endpointConfig: {
        isPublicIpEnabled: this.endpointAccess.isPublic,
        subnetId: this.network.apiEndpointSubnet.subnetId,
        nsgIds: groupIds(this.apiEndpointSecurityGroup, read.apiEndpointSecurityGroups),
        securityAttributes: read.packetRouting?.options.apiEndpoint._onResource,
      },
      options: {
        serviceLbSubnetIds: [this.network.loadBalancerSubnet.subnetId],
        ipFamilies: ["IPv4"],
        addOns: { isKubernetesDashboardEnabled: false, isTillerEnabled: false },
        kubernetesNetworkConfig: { servicesCidr: this.servicesCidr, podsCidr: this.podNetworking.podCidr },
        openIdConnectDiscovery: { isOpenIdConnectDiscoveryEnabled: false },
        // No tags here: the controller finds its own security groups by exactly its two tags.
        serviceLbConfig: { backendNsgIds: [this.workerSecurityGroup.networkSecurityGroupId] },
        persistentVolumeConfig: tagsOf(this, read),
      },
      // OKE checks the grant during the creation of the cluster, and IAM has no implicit order. Security attributes block all traffic
      // without a policy that names them.
      dependsOn: together(
        before(this, this.encryption, [this.encryption.policy]),
        this._packetRouting?.policies,
        recorded,
      ),
      lifecycle: { preventDestroy: true, ...conditionsOf(comparison) },
      ...tagsOf(this, read),
    });
  }
}
