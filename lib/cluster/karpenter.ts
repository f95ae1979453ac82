import { Fn, TerraformOutput, TerraformStack, Token, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { checkEnhanced } from "./add-ons/cluster-add-on";
import { type ISecureOkeCluster } from "./cluster-base";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkObjectName } from "../core/kubernetes-names";
import { checkOcid, checkOcidIfGiven, compareOcids } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { setTagOwner } from "../core/scope-tags";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { isOverlay } from "../network/vcn/pod-networking";
import { IdentityDynamicGroup } from "../oci/identity-dynamic-group";
import { IdentityPolicy } from "../oci/identity-policy";

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
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const SERVICE_ACCOUNT = "karpenter";
const CHARTS = "https://oracle.github.io/karpenter-provider-oci/charts";
const CHART_VERSION = "1.3.0";
const TAG = /^[A-Za-z][\w-]{0,99}\.[\w-]{1,100}$/;

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

  /** @throws ADD_ON_INVALID, OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, PROVIDER_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, VERSION_UNKNOWN */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: KarpenterProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, tenancyId, nodeTagValue = "karpenter" } = props;
    this.cluster = cluster;
    setTagOwner(this, cluster);
    const { compartmentId, clusterId, network } = cluster;
    const nodes = props.nodeCompartmentId ?? compartmentId;
    const group = new IdentityDynamicGroup(this, "Resource", {
      provider: props.homeRegionProvider,
      lifecycle: { ignoreChanges: ["name"] },
      compartmentId: tenancyId,
      name: policyNameOf(this, `${nameOf(this)}-nodes`),
      description: "Nodes that Karpenter makes",
      matchingRule: `ALL {instance.compartment.id = '${nodes}', tag.${props.nodeTag}.value = '${nodeTagValue}'}`,
      ...tagsOf(this, props),
    });
    this.dynamicGroupId = group.id;
    const same = (one: string, other: string) =>
      compareOcids({ scope: this, id: one }, { scope: this, id: other }) === "same";
    const join = `Allow dynamic-group id ${group.id} to {CLUSTER_JOIN} in compartment id ${compartmentId} where target.cluster.id = '${clusterId}'`;
    const ofNetwork = this.allow(network.compartmentId, ["use virtual-network-family"]);
    const ofNodes = this.allow(nodes, [
      "manage instance-family",
      "manage volumes",
      "manage volume-attachments",
      "inspect compartments",
      ...(props.usesCapacityReservations ? ["use compute-capacity-reservations"] : []),
    ]);
    this.addPolicy("TagPolicy", tenancyId, [this.tagStatement]);
    const isNodesOwn = same(nodes, compartmentId);
    const isNetworkOwn = same(network.compartmentId, compartmentId);
    this.addPolicy("Policy", compartmentId, [
      join,
      ...(isNodesOwn ? ofNodes : []),
      ...(isNetworkOwn ? ofNetwork : []),
    ]);
    if (!isNodesOwn) this.addPolicy("NodesPolicy", nodes, ofNodes);
    if (!isNetworkOwn) this.addPolicy("NetworkPolicy", network.compartmentId, ofNetwork);
    this.addOutputs();
  }

  private get principal(): string {
    return [
      "request.principal.type = 'workload'",
      `request.principal.namespace = '${this.props.namespace ?? "karpenter"}'`,
      `request.principal.service_account = '${SERVICE_ACCOUNT}'`,
      `request.principal.cluster_id = '${this.cluster.clusterId}'`,
    ].join(", ");
  }

  private allow(compartmentId: string, rights: readonly string[]): string[] {
    return rights.map(
      (right) =>
        `Allow any-user to ${right} in compartment id ${compartmentId} where all {${this.principal}}`,
    );
  }

  /** In the root compartment: a tag namespace may be in any compartment. */
  private get tagStatement(): string {
    const [namespace = ""] = this.props.nodeTag.split(".");
    return `Allow any-user to use tag-namespaces in tenancy where all {${this.principal}, target.tag-namespace.name = '${namespace}'}`;
  }

  private addPolicy(id: string, compartmentId: string, statements: string[]): IdentityPolicy {
    const suffix = id === "Policy" ? "" : `-${id.replace("Policy", "").toLowerCase()}`;
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}${suffix}`),
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets Karpenter make nodes for the cluster",
      statements,
      ...tagsOf(this, this.props),
    });
  }

  private addOutputs(): void {
    const { cluster, namespace = "karpenter", chartVersion = CHART_VERSION } = this.props;
    const stack = TerraformStack.of(this);
    const name = this.node.scopes
      .slice(stack.node.scopes.length)
      .map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-"))
      .join("_");
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
    values.overrideLogicalId(`${name}_karpenter_values`);
    const command = new TerraformOutput(this, "Command", {
      description: "Installs Karpenter with the values of the other output",
      value:
        `terraform output -raw ${name}_karpenter_values | helm upgrade --install karpenter karpenter --repo ${CHARTS} ` +
        `--version ${chartVersion} --namespace ${namespace} --create-namespace --values -`,
    });
    command.overrideLogicalId(`${name}_karpenter`);
  }
}

function check(scope: Construct, id: string, given: KarpenterProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<KarpenterProps> = given ?? {};
  const { cluster, nodeTag, nodeTagValue, namespace, chartVersion = CHART_VERSION } = props;
  checkGiven(problems, { cluster, nodeTag }, "KarpenterProps");
  checkOcid(problems, "tenancyId", props.tenancyId, "tenancy");
  checkOcidIfGiven(problems, "nodeCompartmentId", props.nodeCompartmentId, "compartment", "tenancy");
  if (nodeTag !== undefined && !(typeof nodeTag === "string" && TAG.test(nodeTag))) {
    problems.add(
      "TAG_INVALID",
      `nodeTag is ${shown(nodeTag)}`,
      'Write namespace and key of a defined tag, such as "Operations.NodeRole"',
    );
  }
  if (nodeTagValue !== undefined && !/^[\w.-]{1,100}$/.test(String(nodeTagValue))) {
    problems.add(
      "TAG_INVALID",
      `nodeTagValue is ${shown(nodeTagValue)}`,
      "Write up to 100 letters, digits, ., _ and -",
    );
  }
  if (namespace !== undefined) checkObjectName(problems, "namespace", namespace);
  if (!/^\d+\.\d+\.\d+$/.test(String(chartVersion))) {
    problems.add(
      "VALUE_INVALID",
      `chartVersion is ${shown(chartVersion)}`,
      `Write a version without v, such as "${CHART_VERSION}"`,
    );
  }
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    const known = cluster as ISecureOkeCluster;
    problems.collect(() => [known.compartmentId, known.network.compartmentId, known.privateEndpoint]);
    checkEnhanced(problems, known, "Karpenter");
    const version = problems.collect(() => known.kubernetesVersion);
    const first = version && FIRST_CHART[version.minor];
    if (version && first !== undefined && isOlder(String(chartVersion), first)) {
      problems.add(
        "VALUE_INVALID",
        `chartVersion is ${chartVersion}, and Kubernetes ${version.version} needs ${first} or later`,
        `Write "${first}", or leave it out`,
      );
    }
  }
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

function isOlder(one: string, other: string): boolean {
  const [a = [], b = []] = [one, other].map((text) => text.split(".").map(Number));
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
