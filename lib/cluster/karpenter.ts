import { Fn, TerraformOutput, type TerraformProvider, Token } from "cdktf";
import { type Construct } from "constructs";
import { homeRegionProviderFor, type ISecureOkeCluster } from "./cluster-base";
import { type KubernetesVersion } from "./kubernetes-version";
import { tagsGiven, clusterValue } from "./private/cluster-readers";
import {
  addWorkloadPolicy,
  type WorkloadIdentity,
  workloadPrincipal,
  workloadStatements,
} from "./private/granted-rights";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { compareOcids } from "../core/ocid";
import { outputNameOf, nameOf, policyNameOf } from "../core/resource-name";
import {
  boolean,
  matching,
  objectName,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { setTagOwner, type TaggingProps, tagsOf } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { isOverlay } from "../network/vcn/pod-networking";
import { IdentityDynamicGroup } from "../oci/identity-dynamic-group";
import { checkEnhanced } from "../synthesis/chart-scopes";

/** Props for Karpenter. */
export interface KarpenterProps extends TaggingProps {
  /** The cluster, which must be an enhanced one. Give it a node pool too, to run Karpenter itself. */
  readonly cluster: ISecureOkeCluster;
  /** The OCID of the tenancy: dynamic groups exist in its root compartment only. */
  readonly tenancyId: string;
  /**
   * The namespace and the key of a defined tag that distinguishes Karpenter's nodes from all other instances of the compartment, such as
   * `Operations.NodeRole`. Each `OCINodeClass` must set it in `definedTags`: without it, a node can't join.
   *
   * Both must exist in the tenancy. Everyone who may set the tag on an instance can let that instance join the cluster: restrict the use
   * of the tag namespace.
   */
  readonly nodeTag: string;
  /**
   * The value of the tag.
   *
   * @default "karpenter"
   */
  readonly nodeTagValue?: string;
  /**
   * The OCID of the compartment of the nodes.
   *
   * @default - the compartment of the cluster
   */
  readonly nodeCompartmentId?: string;
  /**
   * The Kubernetes namespace of Karpenter.
   *
   * @default "karpenter"
   */
  readonly namespace?: string;
  /**
   * The version of the chart, without `v`.
   *
   * @default "1.3.0"
   */
  readonly chartVersion?: string;
  /**
   * Whether node classes use capacity reservations.
   *
   * @default false
   */
  readonly usesCapacityReservations?: boolean;
  /**
   * The provider of the tenancy's home region, in which IAM resources are created.
   *
   * @default - the one of the cluster; otherwise the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const SERVICE_ACCOUNT = "karpenter";
const CHARTS = "https://oracle.github.io/karpenter-provider-oci/charts";
const CHART_VERSION = "1.3.0";

const KARPENTER = {
  cluster: clusterValue(),
  tenancyId: ocid("tenancy"),
  nodeTag: matching(
    /^[A-Za-z][\w-]{0,99}\.[\w-]{1,100}$/,
    'Give the namespace and the key of a defined tag, for example "Operations.NodeRole"',
    { code: "TAG_INVALID" },
  ),
  nodeTagValue: withDefault(
    matching(/^[\w.-]{1,100}$/, 'Give up to 100 letters, digits, ., _ and -, for example "karpenter"', {
      code: "TAG_INVALID",
    }),
    "karpenter",
  ),
  nodeCompartmentId: optional(ocid("compartment", "tenancy")),
  namespace: withDefault(objectName(), "karpenter"),
  chartVersion: withDefault(
    matching(/^\d+\.\d+\.\d+$/, `Give the version without v, for example "${CHART_VERSION}"`, {
      code: "VALUE_INVALID",
    }),
    CHART_VERSION,
  ),
  usesCapacityReservations: withDefault(boolean(), false),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<KarpenterProps>;

type ResolvedKarpenter = Resolved<typeof KARPENTER>;

/** The first chart version for each minor version of Kubernetes, from Oracle's page of 2026-09. */
const FIRST_CHART: { readonly [minor: number]: string } = { 35: "1.1.0", 36: "1.3.0" };

/**
 * The prerequisites of Karpenter to create nodes for a cluster: its rights by workload identity, and the right of its nodes to join.
 *
 * OKE has no add-on for it; Oracle publishes a chart. The output `<path>_karpenter_values` contains the values of the chart, and
 * `<path>_karpenter` the command that installs it with them. You write the `NodePool` and `OCINodeClass` objects: use private subnets,
 * the security groups of the cluster and pinned images in them, as a `PrivateNodePool` does.
 *
 * The network statement is narrower than Oracle's example, which lets Karpenter manage the whole network: launching an instance needs the
 * use of subnets, VNICs and security groups only. This project has not tried it in a tenancy.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/conteng-kpo.htm
 */
@checked
export class Karpenter extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** The OCID of the dynamic group of the nodes. */
  public readonly dynamicGroupId: string;
  /** The namespace and the key of the tag on the nodes. */
  public readonly nodeTag: string;
  /** The value of the tag on the nodes. */
  public readonly nodeTagValue: string;
  /** The OCID of the compartment of the nodes. */
  public readonly nodeCompartmentId: string;
  /** The Kubernetes namespace of Karpenter. */
  public readonly namespace: string;
  /** The version of the chart. */
  public readonly chartVersion: string;

  constructor(scope: Construct, id: string, props: KarpenterProps) {
    const read = readKarpenter(scope, id, props);
    super(scope, id);
    const { cluster, tenancyId } = read;
    const homeRegionProvider = homeRegionProviderFor(this, cluster, read.homeRegionProvider);
    this.cluster = cluster;
    this.nodeTag = read.nodeTag;
    this.nodeTagValue = read.nodeTagValue;
    this.namespace = read.namespace;
    this.chartVersion = read.chartVersion;
    setTagOwner(this, cluster);
    const { compartmentId, clusterId, network } = cluster;
    const nodes = read.nodeCompartmentId ?? compartmentId;
    this.nodeCompartmentId = nodes;
    const group = new IdentityDynamicGroup(this, "Resource", {
      provider: homeRegionProvider,
      lifecycle: { ignoreChanges: ["name"] },
      compartmentId: tenancyId,
      name: policyNameOf(this, `${nameOf(this)}-nodes`),
      description: "Nodes that Karpenter creates",
      matchingRule: `ALL {instance.compartment.id = '${nodes}', tag.${this.nodeTag}.value = '${this.nodeTagValue}'}`,
      ...tagsOf(this, read),
    });
    this.dynamicGroupId = group.id;
    const karpenter = { clusterId, namespace: this.namespace, serviceAccount: SERVICE_ACCOUNT };
    const isOwn = (id: string) =>
      compareOcids({ scope: this, id }, { scope: this, id: compartmentId }) === "same";
    const join = `Allow dynamic-group id ${group.id} to {CLUSTER_JOIN} in compartment id ${compartmentId} where target.cluster.id = '${clusterId}'`;
    const ofNetwork = workloadStatements(karpenter, network.compartmentId, ["use virtual-network-family"]);
    const ofNodes = workloadStatements(karpenter, nodes, [
      "manage instance-family",
      "manage volumes",
      "manage volume-attachments",
      "inspect compartments",
      ...(read.usesCapacityReservations ? ["use compute-capacity-reservations"] : []),
    ]);
    const addPolicy = (policyId: string, policyCompartmentId: string, statements: string[]) =>
      addWorkloadPolicy(this, policyId, {
        ...tagsGiven(read),
        compartmentId: policyCompartmentId,
        description: "Lets Karpenter create nodes for the cluster",
        statements,
        homeRegionProvider,
      });
    addPolicy("TagPolicy", tenancyId, [this.tagStatement(karpenter)]);
    addPolicy("Policy", compartmentId, [
      join,
      ...(isOwn(nodes) ? ofNodes : []),
      ...(isOwn(network.compartmentId) ? ofNetwork : []),
    ]);
    if (!isOwn(nodes)) addPolicy("NodesPolicy", nodes, ofNodes);
    if (!isOwn(network.compartmentId)) addPolicy("NetworkPolicy", network.compartmentId, ofNetwork);
    this.addOutputs();
  }

  /** In the root compartment: a tag namespace may be in any compartment. */
  private tagStatement(karpenter: WorkloadIdentity): string {
    const [namespace = ""] = this.nodeTag.split(".");
    return `Allow any-user to use tag-namespaces in tenancy where all {${workloadPrincipal(karpenter)}, target.tag-namespace.name = '${namespace}'}`;
  }

  private addOutputs(): void {
    const { cluster, namespace, chartVersion } = this;
    // The endpoint includes its port, and Karpenter expects the address only.
    const endpoint = Token.asString(Fn.element(Fn.split(":", cluster.privateEndpoint), 0));
    const values = new TerraformOutput(this, "Values", {
      description: "The values of Karpenter's chart",
      value: [
        "settings:",
        `  clusterCompartmentId: ${cluster.compartmentId}`,
        `  vcnCompartmentId: ${cluster.network.compartmentId}`,
        `  apiserverEndpoint: ${endpoint}`,
        `  ociVcnIpNative: ${!isOverlay(cluster.podNetworking)}`,
        "",
      ].join("\n"),
    });
    values.overrideLogicalId(outputNameOf(this, "karpenter_values"));
    const command = new TerraformOutput(this, "Command", {
      description: "Installs Karpenter with the values of the other output",
      value:
        `terraform output -raw ${outputNameOf(this, "karpenter_values")} | helm upgrade --install karpenter karpenter --repo ${CHARTS} ` +
        `--version ${chartVersion} --namespace ${namespace} --create-namespace --values -`,
    });
    command.overrideLogicalId(outputNameOf(this, "karpenter"));
  }
}

function readKarpenter(scope: Construct, id: string, props: KarpenterProps): ResolvedKarpenter {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, KARPENTER);
  const { cluster, chartVersion } = read;
  if (cluster) {
    problems.collect(() => [cluster.compartmentId, cluster.network.compartmentId, cluster.privateEndpoint]);
    checkEnhanced(problems, cluster, "Karpenter");
    const version = problems.collect(() => cluster.kubernetesVersion);
    if (version && chartVersion !== undefined) checkChart(problems, version, chartVersion);
  }
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedKarpenter>(read);
}

function checkChart(problems: Problems, { minor, version }: KubernetesVersion, chartVersion: string): void {
  const first = FIRST_CHART[minor];
  if (first === undefined || !isOlder(chartVersion, first)) return;
  problems.add(
    "VALUE_INVALID",
    `chartVersion is ${chartVersion}, and Kubernetes ${version} needs ${first} or later`,
    `Give "${first}", or leave chartVersion out`,
  );
}

function isOlder(version: string, other: string): boolean {
  const [parts = [], others = []] = [version, other].map((text) => text.split(".").map(Number));
  const index = parts.findIndex((part, position) => part !== others[position]);
  return index >= 0 && (parts[index] ?? 0) < (others[index] ?? 0);
}
