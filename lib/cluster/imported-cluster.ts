import { type Chart } from "cdk8s";
import { type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type GrantAccessOptions, type IKubernetesAccess } from "./access/kubernetes-access";
import { ClusterAccess } from "./access/private/cluster-access";
import { type ISecureOkeCluster, SecureOkeClusterBase } from "./cluster-base";
import { type KubernetesVersion } from "./kubernetes-version";
import {
  checkEngineFits,
  type NetworkPolicyEngine,
  policyEngine,
} from "./policy-engine/network-policy-engine";
import { installEngine } from "./policy-engine/private/policy-engine-files";
import { addChart } from "./private/cluster-charts";
import { type ClusterPlaces, ClusterPolicies, grantsOf } from "./private/cluster-policies";
import { groupValue, kubernetesVersion, networkValue } from "./private/cluster-readers";
import { problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider, checkRegionWhenWritten, terraformProvider } from "../core/regions";
import { requiredAttribute, checkGiven } from "../core/missing-values";
import { readableStatement } from "../identity/private/statement-model";
import {
  boolean,
  choice,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  withDefault,
} from "../core/readers";
import { nameOf } from "../core/resource-name";
import { Problems } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { apiEndpoint } from "../network/bastion/bastion";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { baseOf, compartmentOfSubnet, balancerSubnetsOf, type IClusterNetwork } from "../network/vcn/network";
import { SubnetRole } from "../network/vcn/cluster-subnet";
import { isOverlay, PodNetworking, podNetworking } from "../network/vcn/pod-networking";
import { isSameCluster } from "../synthesis/chart-scopes";
import { watchCharts } from "../synthesis/chart-guards";

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
  const attempt = <T>(get: () => T) => new Problems(cluster).collect(get);
  const compartmentId = attempt(() => cluster.compartmentId) ?? "<compartment of the cluster>";
  const network = attempt(() => cluster.network);
  const networkCompartmentId = attempt(() => network?.compartmentId) ?? "<compartment of the network>";
  const places = network && attempt(() => placesOf(cluster, network));
  const grants = grantsOf(cluster, {
    ...(places ?? { networkCompartmentId }),
    clusterId: cluster.clusterId,
    compartmentId,
    // For the load balancers only: the pods of a running cluster have their rights already.
    withPodAddresses: false,
  });
  const texts = grants.flatMap(({ statements }) => statements).map((text) => readableStatement(text));
  addWarning(
    cluster,
    `[${NO_GRANT}] The cloud controller of the imported cluster ${cluster.node.path} writes the security group rules of ` +
      `${services.join(", ")} at run time, and this program grants it no rights for that: without them, it can't create the load ` +
      "balancer. Set loadBalancerRights: true in fromClusterAttributes to create the policies here; or set loadBalancerRights: false " +
      `if policies with these statements exist: ${texts.join("; ")}`,
  );
}

/** The attributes of an existing cluster. */
export interface ClusterAttributes {
  /** The OCID of the cluster. */
  readonly clusterId: string;
  /** The OCID of the compartment of the cluster. @default - throws when it is used */
  readonly compartmentId?: string;
  /**
   * The type of the cluster, `ENHANCED_CLUSTER` or `BASIC_CLUSTER`: a basic cluster supports neither add-ons nor virtual nodes.
   *
   * @default - unknown, and nothing is rejected
   */
  readonly clusterType?: string;
  /** The version of the control plane, which may be retired. @default - throws when it is used */
  readonly kubernetesVersion?: KubernetesVersion;
  /** The network of the cluster, see `ClusterNetwork.fromClusterNetworkAttributes`. @default - throws when it is used */
  readonly network?: IClusterNetwork;
  /** The private endpoint of the Kubernetes API, such as `10.0.0.5:6443`. @default - throws when it is used */
  readonly privateEndpoint?: string;
  /** The pod networking of the cluster. @default PodNetworking.vcnNative() */
  readonly podNetworking?: PodNetworking;
  /** The security group of the API endpoint. @default - throws when it is used */
  readonly apiEndpointSecurityGroup?: INetworkSecurityGroup;
  /** The security group of the worker nodes. @default - throws when it is used */
  readonly workerSecurityGroup?: INetworkSecurityGroup;
  /** The security group of the pods. @default - throws when it is used */
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

const ATTRIBUTES = {
  clusterId: ocid("cluster"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  clusterType: optional(
    choice({ BASIC: "BASIC_CLUSTER", ENHANCED: "ENHANCED_CLUSTER" }, '"ENHANCED_CLUSTER" or "BASIC_CLUSTER"'),
  ),
  kubernetesVersion: optional(kubernetesVersion()),
  network: optional(networkValue()),
  privateEndpoint: optional(apiEndpoint()),
  podNetworking: withDefault(podNetworking(), PodNetworking.vcnNative()),
  apiEndpointSecurityGroup: optional(groupValue()),
  workerSecurityGroup: optional(groupValue()),
  podSecurityGroup: optional(groupValue()),
  networkPolicyEngine: optional(policyEngine()),
  loadBalancerRights: optional(boolean()),
  homeRegionProvider: optional(terraformProvider()),
} satisfies PropsSchema<ClusterAttributes>;

type ResolvedAttributes = Resolved<typeof ATTRIBUTES>;

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
export function readAttributes(
  scope: Construct,
  id: string,
  attributes: ClusterAttributes,
): ResolvedAttributes {
  const problems = problemsIn(scope, id);
  const read = readProps(problems, attributes, ATTRIBUTES);
  const { loadBalancerRights, compartmentId, network } = read;
  checkEngineFits(problems, read.networkPolicyEngine, read.podNetworking);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  if (loadBalancerRights === true && checkGiven(problems, { compartmentId, network })) {
    problems.collect(() => [network?.compartmentId, network?.loadBalancerSubnet]);
  }
  return problems.resolved<ResolvedAttributes>(read);
}

export class ImportedCluster extends SecureOkeClusterBase implements ISecureOkeCluster {
  public readonly clusterId: string;
  public readonly networkPolicyEngine?: NetworkPolicyEngine;
  private readonly services = new Set<string>();
  private isWarned = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: ResolvedAttributes,
  ) {
    super(scope, id);
    this.clusterId = attributes.clusterId;
    checkRegionWhenWritten(this, "clusterId", attributes.clusterId);
    this.networkPolicyEngine = attributes.networkPolicyEngine;
    const { kubernetesVersion: version } = attributes;
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
    const isCreated = (construct: IConstruct) =>
      construct !== this &&
      isSameCluster(construct, this) &&
      construct.node.tryFindChild("Policies") !== undefined;
    if (this.services.size === 0 || this.isWarned || this.node.root.node.findAll().some(isCreated)) return [];
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
    return this.attributes.podNetworking;
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
    return requiredAttribute(this, "SecureOkeCluster.fromClusterAttributes", name, value);
  }
}
