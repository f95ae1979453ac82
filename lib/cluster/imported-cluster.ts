import { compartmentOfSubnet } from "../network/vcn/cluster-network-base";
import { baseOf } from "../network/vcn/cluster-network-base";
import { type Chart } from "cdk8s";
import { type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type GrantAccessOptions, type IKubernetesAccess } from "./access/kubernetes-access";
import { ClusterAccess } from "./access/private/cluster-access";
import { type ISecureOkeCluster, SecureOkeClusterBase } from "./cluster-base";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NetworkPolicyEngine } from "./policy-engine/network-policy-engine";
import { checkPolicyEngine } from "./policy-engine/network-policy-engine-options";
import { installEngine } from "./policy-engine/private/policy-engine-files";
import { addChart } from "./policy-engine/private/unenforced-policies";
import { checkGroup, checkNetwork, checkVersion, readVersion } from "./private/check-cluster-values";
import { type ClusterPlaces, ClusterPolicies, grantsOf } from "./private/cluster-policies";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { given } from "../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { readableStatement } from "../core/readable-statement";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { checkGiven } from "../core/required";
import { nameOf } from "../core/resource-name";
import { Problems } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { apiEndpoint } from "../network/bastion/bastion";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { balancerSubnetsOf, type IClusterNetwork } from "../network/vcn/network";
import { SubnetRole } from "../network/vcn/network-subnet";
import { isOverlay, PodNetworking } from "../network/vcn/pod-networking";
import { isSameCluster } from "../synthesis/chart-scopes";
import { watchCharts } from "../synthesis/forgotten-charts";

/** The id of the warning. */
const NO_GRANT = "load-balancer-rights";

/** The compartments of a cluster, its network and the resources that it uses. */
export function placesOf(
  cluster: Pick<ISecureOkeCluster, "clusterId" | "compartmentId" | "podNetworking">,
  network: IClusterNetwork,
): ClusterPlaces {
  return {
    clusterId: cluster.clusterId,
    compartmentId: cluster.compartmentId,
    networkCompartmentId: network.compartmentId,
    vcnCompartmentId: baseOf(network)?._vcnCompartmentId,
    podsCompartmentId: compartmentOfSubnet(network, SubnetRole.PODS),
    balancersCompartmentIds: balancerSubnetsOf(network).map(([part]) => compartmentOfSubnet(network, part)),
    withPodAddresses: !isOverlay(cluster.podNetworking),
  };
}

/** Warns that an imported cluster may lack the rights to write the rules of its load balancers, with the statements that grant them. */
function warnOfMissingGrants(cluster: ISecureOkeCluster, services: readonly string[]): void {
  const known = <T>(get: () => T, otherwise: T) => new Problems(cluster).collect(get) ?? otherwise;
  const own = known(() => cluster.compartmentId, "<compartment of the cluster>");
  const network = known<IClusterNetwork | undefined>(() => cluster.network, undefined);
  const ofNetwork = known(() => network?.compartmentId, undefined) ?? "<compartment of the network>";
  // For the load balancers only: the pods of a running cluster have their rights already.
  const places = { clusterId: cluster.clusterId, compartmentId: own, withPodAddresses: false };
  const all = network && known(() => placesOf(cluster, network), undefined);
  const grants = grantsOf(cluster, { ...(all ?? { networkCompartmentId: ofNetwork }), ...places });
  const texts = grants.flatMap(({ statements }) => statements).map((text) => readableStatement(text));
  addWarning(
    cluster,
    `[${NO_GRANT}] The cloud controller of the imported cluster ${cluster.node.path} writes the rules of ${services.join(", ")} at run ` +
      "time, which takes rights that this program does not give: without them the load balancer is not made. Have them written here, " +
      "fromClusterAttributes({ loadBalancerRights: true, … }); or say that they are there, loadBalancerRights: false, once these " +
      `statements are: ${texts.join("; ")}`,
  );
}

/** The attributes of an existing cluster. */
export interface ClusterAttributes {
  /** The OCID of the cluster. */
  readonly clusterId: string;
  /** The OCID of the compartment of the cluster. @default - throws when touched */
  readonly compartmentId?: string;
  /**
   * The type of the cluster, `ENHANCED_CLUSTER` or `BASIC_CLUSTER`: a basic cluster supports neither add-ons nor virtual nodes.
   *
   * @default - not known, and nothing is rejected
   */
  readonly clusterType?: string;
  /** The version of the control plane, which may be retired. @default - throws when touched */
  readonly kubernetesVersion?: KubernetesVersion;
  /** The network of the cluster, see `ClusterNetwork.fromClusterNetworkAttributes`. @default - throws when touched */
  readonly network?: IClusterNetwork;
  /** The private endpoint of the Kubernetes API, such as `10.0.0.5:6443`. @default - throws when touched */
  readonly privateEndpoint?: string;
  /** The pod networking of the cluster. @default PodNetworking.vcnNative() */
  readonly podNetworking?: PodNetworking;
  /** The security group of the API endpoint. @default - throws when touched */
  readonly apiEndpointSecurityGroup?: INetworkSecurityGroup;
  /** The security group of the worker nodes. @default - throws when touched */
  readonly workerSecurityGroup?: INetworkSecurityGroup;
  /** The security group of the pods. @default - throws when touched */
  readonly podSecurityGroup?: INetworkSecurityGroup;
  /**
   * The engine that enforces NetworkPolicies; the output `<path>_network_policy_engine` is the command that installs it.
   *
   * @default - the engine of the same cluster elsewhere in the program; otherwise synthesis gives the warning `network-policy-engine`
   */
  readonly networkPolicyEngine?: NetworkPolicyEngine;
  /**
   * Whether to create the policies that let the cloud controller manage load balancers with their own security groups, as created
   * clusters have them. Requires the compartment and the network.
   *
   * Set it to false if the statements exist already.
   *
   * @default - no policies; if the cloud controller writes the rules of a load balancer, the warning `load-balancer-rights` contains the
   * statements
   */
  readonly loadBalancerRights?: boolean;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const GROUPS = ["apiEndpointSecurityGroup", "workerSecurityGroup", "podSecurityGroup"] as const;

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
export function checkAttributes(scope: Construct, id: string, all: ClusterAttributes): void {
  const attributes: Partial<ClusterAttributes> = all ?? {};
  const problems = problemsIn(scope, id);
  checkOcid(problems, "clusterId", attributes.clusterId, "cluster");
  checkOcidIfGiven(problems, "compartmentId", attributes.compartmentId, "compartment", "tenancy");
  checkVersion(problems, attributes.kubernetesVersion);
  checkNetwork(problems, attributes.network);
  if (attributes.privateEndpoint !== undefined) {
    apiEndpoint()(problems, "privateEndpoint", attributes.privateEndpoint);
  }
  const { clusterType } = attributes;
  if (clusterType !== undefined && !["BASIC_CLUSTER", "ENHANCED_CLUSTER"].includes(clusterType)) {
    const fix = 'Write "ENHANCED_CLUSTER" or "BASIC_CLUSTER", as OKE does';
    problems.add("VALUE_INVALID", `clusterType is ${shown(clusterType)}`, fix);
  }
  PodNetworking._checked(problems, attributes.podNetworking);
  for (const name of GROUPS) checkGroup(problems, name, attributes[name]);
  checkPolicyEngine(problems, attributes.networkPolicyEngine, attributes.podNetworking);
  checkRights(problems, scope, attributes);
  problems.throwIfAny();
}

function checkRights(problems: Problems, scope: Construct, attributes: Partial<ClusterAttributes>): void {
  const { loadBalancerRights, compartmentId, network, homeRegionProvider } = attributes;
  checkHomeRegionProvider(problems, scope, homeRegionProvider);
  if (!["undefined", "boolean"].includes(typeof loadBalancerRights)) {
    const what = `loadBalancerRights is ${shown(loadBalancerRights)}`;
    problems.add("VALUE_INVALID", what, "Write true or false");
  }
  if (loadBalancerRights !== true || !checkGiven(problems, { compartmentId, network })) return;
  problems.collect(() => [network?.compartmentId, network?.loadBalancerSubnet]);
}

export class ImportedCluster extends SecureOkeClusterBase implements ISecureOkeCluster {
  public readonly clusterId: string;
  public readonly networkPolicyEngine?: NetworkPolicyEngine;
  private readonly services = new Set<string>();
  private isWarned = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: ClusterAttributes,
  ) {
    super(scope, id);
    this.clusterId = attributes.clusterId;
    checkRegionWhenWritten(this, "clusterId", attributes.clusterId);
    this.networkPolicyEngine = attributes.networkPolicyEngine;
    const version = attributes.kubernetesVersion && readVersion(attributes.kubernetesVersion);
    installEngine(this, attributes.networkPolicyEngine, version);
    version?._acknowledge(this);
    for (const warning of version?._warnings() ?? []) addWarning(this, warning);
    watchCharts(this);
    const { loadBalancerRights, homeRegionProvider, network } = attributes;
    if (loadBalancerRights && network) {
      const places = { ...placesOf(this, network), withPodAddresses: false };
      new ClusterPolicies(this, "Policies", { ...places, homeRegionProvider, displayName: nameOf(this) });
    }
    if (loadBalancerRights === undefined) this.node.addValidation({ validate: () => this.warn() });
  }

  /** @internal */
  public _addControllerRules(service: string): void {
    this.services.add(service);
  }

  /** If this program creates the same cluster, the rights are granted there. */
  private warn(): string[] {
    const isMade = (one: IConstruct) =>
      one !== this && isSameCluster(one, this) && one.node.tryFindChild("Policies") !== undefined;
    if (this.services.size === 0 || this.isWarned || this.node.root.node.findAll().some(isMade)) return [];
    this.isWarned = true;
    warnOfMissingGrants(this, [...this.services].sort());
    return [];
  }

  public get clusterType(): string | undefined {
    return this.attributes.clusterType;
  }

  public get compartmentId(): string {
    return this.attribute("compartmentId", this.attributes.compartmentId);
  }

  public get kubernetesVersion(): KubernetesVersion {
    return this.attribute("kubernetesVersion", this.attributes.kubernetesVersion);
  }

  public get network(): IClusterNetwork {
    return this.attribute("network", this.attributes.network);
  }

  public get privateEndpoint(): string {
    return this.attribute("privateEndpoint", this.attributes.privateEndpoint);
  }

  public get podNetworking(): PodNetworking {
    return this.attributes.podNetworking ?? PodNetworking.vcnNative();
  }

  public get apiEndpointSecurityGroup(): INetworkSecurityGroup {
    return this.attribute("apiEndpointSecurityGroup", this.attributes.apiEndpointSecurityGroup);
  }

  public get workerSecurityGroup(): INetworkSecurityGroup {
    return this.attribute("workerSecurityGroup", this.attributes.workerSecurityGroup);
  }

  public get podSecurityGroup(): INetworkSecurityGroup {
    // Outside of the cluster, pods of an overlay use the addresses of the nodes.
    if (isOverlay(this.podNetworking)) return this.workerSecurityGroup;
    return this.attribute("podSecurityGroup", this.attributes.podSecurityGroup);
  }

  public addCdk8sChart(id: string, chart: Chart): void {
    addChart(this, id, chart);
  }

  public grantAccess(groupId: string, access: IKubernetesAccess, options?: GrantAccessOptions): void {
    ClusterAccess.of(this).grant(groupId, access, options);
  }

  /** @internal */
  public get _homeRegionProvider(): TerraformProvider | undefined {
    return this.attributes.homeRegionProvider;
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return given(this, "SecureOkeCluster.fromClusterAttributes", name, value);
  }
}
