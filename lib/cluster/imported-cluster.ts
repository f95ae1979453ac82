import { type Chart } from "cdk8s";
import { type TerraformProvider } from "cdktf";
import { addWarning } from "../core/warnings";
import { type Construct, type IConstruct } from "constructs";
import { checkPolicyEngine } from "./check-policy-engine";
import { type ISecureOkeCluster } from "./cluster";
import { ClusterPolicies } from "./cluster-policies";
import { checkHomeRegionProvider } from "./home-region";
import { placesOf, warnOfMissingGrants } from "./imported-cluster-grants";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NetworkPolicyEngine } from "./network-policy-engine";
import { installEngine } from "./policy-engine-files";
import { addChart } from "./unenforced-policies";
import { checkGroup, checkNetwork, checkVersion, readVersion } from "./value-kinds";
import { problemsIn } from "../core/construct-scope";
import { given } from "../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven } from "../core/required";
import { nameOf } from "../core/resource-name";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";
import { isSameCluster } from "../manifests/chart-scopes";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { ResourceConstruct } from "../core/resource-construct";
import { watchCharts } from "../manifests/forgotten-charts";
import { checkApiEndpoint } from "../network/bastion-props";
import { type IClusterNetwork } from "../network/cluster-network";
import { type INetworkSecurityGroup } from "../network/network-security-group";
import { isOverlay, PodNetworking } from "../network/pod-networking";

/** A cluster that exists already. */
export interface ClusterAttributes {
  /** The OCID of the cluster. */
  readonly clusterId: string;
  /** The OCID of the compartment. @default - throws when touched */
  readonly compartmentId?: string;
  /** The version of the control plane, which OKE may have retired. @default - throws when touched */
  readonly kubernetesVersion?: KubernetesVersion;
  /** The network, see `ClusterNetwork.fromClusterNetworkAttributes`. @default - throws when touched */
  readonly network?: IClusterNetwork;
  /** The private endpoint of the Kubernetes API, such as `10.0.0.5:6443`. @default - throws when touched */
  readonly privateEndpoint?: string;
  /** How pods get their addresses. @default PodNetworking.vcnNative() */
  readonly podNetworking?: PodNetworking;
  /** The group of the API endpoint. @default - throws when touched */
  readonly apiEndpointSecurityGroup?: INetworkSecurityGroup;
  /** The group of the worker nodes. @default - throws when touched */
  readonly workersSecurityGroup?: INetworkSecurityGroup;
  /** The group of the pods. @default - throws when touched */
  readonly podsSecurityGroup?: INetworkSecurityGroup;
  /**
   * What enforces NetworkPolicies; the output `<path>_network_policy_engine` is the command that installs it.
   *
   * @default - that of the same cluster where it is made or imported too; else the warning `network-policy-engine` at synthesis
   */
  readonly networkPolicyEngine?: NetworkPolicyEngine;
  /**
   * Whether the policies are written that let the cloud controller keep load balancers with groups of their own, as a cluster that
   * is made here has them. It takes the compartment and the network.
   *
   * Say false where the statements are there already.
   *
   * @default - no policies; where the cloud controller writes the rules of a load balancer, the warning `load-balancer-rights` names
   * the statements
   */
  readonly loadBalancerRights?: boolean;
  /**
   * The provider of the tenancy's home region, where policies of IAM are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const GROUPS = ["apiEndpointSecurityGroup", "workersSecurityGroup", "podsSecurityGroup"] as const;

/** Before the construct is made, so that a refused one leaves its id free. */
export function checkAttributes(scope: Construct, id: string, all: ClusterAttributes): void {
  const attributes: Partial<ClusterAttributes> = all ?? {};
  const problems = problemsIn(scope, id);
  checkOcid(problems, "clusterId", attributes.clusterId, "cluster");
  checkOcidIfGiven(problems, "compartmentId", attributes.compartmentId, "compartment", "tenancy");
  checkVersion(problems, attributes.kubernetesVersion);
  checkNetwork(problems, attributes.network);
  if (attributes.privateEndpoint !== undefined) {
    checkApiEndpoint(problems, "privateEndpoint", attributes.privateEndpoint);
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

export class ImportedCluster extends ResourceConstruct implements ISecureOkeCluster {
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

  /**
   * Notes a Service whose rules the cloud controller writes.
   *
   * @internal
   */
  public _writesRulesOf(service: string): void {
    this.services.add(service);
  }

  /** Where the same cluster is made in this program, it has its rights from there. */
  private warn(): string[] {
    const isMade = (one: IConstruct) =>
      one !== this && isSameCluster(one, this) && one.node.tryFindChild("Policies") !== undefined;
    if (this.services.size === 0 || this.isWarned || this.node.root.node.findAll().some(isMade)) return [];
    this.isWarned = true;
    warnOfMissingGrants(this, [...this.services].sort());
    return [];
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

  public get workersSecurityGroup(): INetworkSecurityGroup {
    return this.attribute("workersSecurityGroup", this.attributes.workersSecurityGroup);
  }

  public get podsSecurityGroup(): INetworkSecurityGroup {
    // What pods of an overlay reach, they reach with the addresses of the nodes.
    if (isOverlay(this.podNetworking)) return this.workersSecurityGroup;
    return this.attribute("podsSecurityGroup", this.attributes.podsSecurityGroup);
  }

  public addCdk8sChart(id: string, chart: Chart): void {
    addChart(this, id, chart);
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return given(this, "SecureOkeCluster.fromClusterAttributes", name, value);
  }
}
