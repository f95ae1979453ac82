import { compartmentOfSubnet } from "../network/vcn/cluster-network-base";
import { type ITerraformDependable, Lazy, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type SecureOkeCluster } from "./cluster";
import { checkOnce } from "./add-ons/cluster-add-on";
import { waitForCertManager } from "./add-ons/private/add-ons-of-cluster";
import { type ISecureOkeCluster } from "./cluster-base";
import { TagNamespacePolicy } from "./private/tag-namespace-policy";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcidIfGiven, compareOcids } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { setTagOwner } from "../core/scope-tags";
import { checkTags, type TaggingProps, tagsOf } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { balancerSubnetsOf } from "../network/vcn/network";
import { ContainerengineAddon } from "../oci/containerengine-addon";
import { IdentityPolicy } from "../oci/identity-policy";

const NAMESPACE = "native-ingress-controller-system";
const SERVICE_ACCOUNT = "oci-native-ingress-controller";

/**
 * What the OCI native ingress controller may do, in each compartment.
 *
 * Narrower than the documented list: what it needs to turn Secrets into certificates is left out, as its gateways here take
 * certificates of OCI Certificates only; so are firewalls and reserved addresses until a gateway has one, and whatever of a
 * cluster is not the cluster itself, of which it reads what pods' network it has.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupnativeingresscontroller-addon-prereqs.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
 */
class IngressControllerStatements {
  private hasFirewall = false;
  private hasReservedAddress = false;

  constructor(private readonly clusterId: string) {}

  /** A gateway has a web application firewall. */
  public needFirewall(): void {
    this.hasFirewall = true;
  }

  /** A gateway has an address that was there before it. */
  public needReservedAddress(): void {
    this.hasReservedAddress = true;
  }

  /** In the compartment of the cluster, which the load balancers are in. */
  public ofLoadBalancers(compartmentId: string): string[] {
    return this.allow(compartmentId, [
      "manage load-balancers",
      "read clusters",
      ...(this.hasFirewall ? ["manage waf-family"] : []),
      ...(this.hasReservedAddress ? ["read public-ips", "manage floating-ips"] : []),
    ]);
  }

  /** In the compartment of the network, and in that of the load balancers' subnet where it is another one. */
  public ofNetwork(compartmentId: string): string[] {
    return this.allow(compartmentId, ["use virtual-network-family"]);
  }

  /** In the compartment of the certificates. */
  public ofCertificates(compartmentId: string): string[] {
    return this.allow(compartmentId, [
      "read leaf-certificates",
      "read leaf-certificate-bundles",
      "manage certificate-associations",
    ]);
  }

  /** Says who the controller is in the condition of a statement. */
  public get principal(): string {
    return [
      "request.principal.type = 'workload'",
      `request.principal.namespace = '${NAMESPACE}'`,
      `request.principal.service_account = '${SERVICE_ACCOUNT}'`,
      `request.principal.cluster_id = '${this.clusterId}'`,
    ].join(", ");
  }

  private allow(compartmentId: string, rights: readonly string[]): string[] {
    return rights.map(
      (right) =>
        `Allow any-user to ${right} in compartment id ${compartmentId} where all {${this.principal}}`,
    );
  }
}

/** What the OCI native ingress controller of a cluster is made of. */
export interface NativeIngressControllerProps extends TaggingProps {
  /** The cluster; it has one such controller. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The OCID of the compartment of the certificates.
   *
   * @default - that of the cluster
   */
  readonly certificateCompartmentId?: string;
  /**
   * How many pods of the controller run, of which one works; 1 to 5.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * Whether the add-on CertManager is made too, which the controller's webhook needs; false where cert-manager is in the cluster
   * already.
   *
   * @default true
   */
  readonly installCertManager?: boolean;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const DEFAULT_REPLICAS = 2;
const MOST_REPLICAS = 5;

/**
 * The OCI native ingress controller, as an add-on of a cluster, with the rights that it needs and no others.
 *
 * It is who it is by workload identity: the rights are for its service account in this cluster, not for nodes. Oracle keeps the
 * add-on current. It runs on nodes: have it made after a node pool: `controller.node.addDependency(pool)`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupnativeingresscontroller-cluster-addon-top-level.htm
 */
@checked
export class NativeIngressController extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** What the gateways of this controller need beside what it always needs. @internal */
  public readonly _statements: IngressControllerStatements;

  /**
   * @throws OCID_INVALID, COUNT_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, PROVIDER_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: NativeIngressControllerProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, installCertManager = true, replicas = DEFAULT_REPLICAS } = props;
    this.cluster = cluster;
    setTagOwner(this, cluster);
    this._statements = new IngressControllerStatements(cluster.clusterId);
    const before: ITerraformDependable[] = this.addPolicies();
    new TagNamespacePolicy(this, "TagNamespaces", {
      principals: [this._statements.principal],
      description: "Lets the native ingress controller write the defined tags of its load balancers",
      what: "the load balancers of its gateways",
      tenancyId: (cluster as Partial<SecureOkeCluster>)._tenancyId,
      homeRegionProvider: props.homeRegionProvider,
      displayName: nameOf(this),
    });
    if (installCertManager)
      before.push(this.addOn("CertManager", "CertManager", [["numOfReplicas", "1"]], []));
    const configurations: [string, string][] = [
      ["compartmentId", cluster.compartmentId],
      ["loadBalancerSubnetId", cluster.network.loadBalancerSubnet.subnetId],
      // Otherwise it would be who the node is that it runs on, and so would every other pod there.
      ["authType", "workloadIdentity"],
      ["numOfReplicas", String(replicas)],
    ];
    const resource = this.addOn("Resource", "NativeIngressController", configurations, before);
    this.node.defaultChild = resource;
    if (!installCertManager) waitForCertManager(this, resource, cluster);
  }

  private addOn(
    id: string,
    addonName: string,
    configurations: readonly [string, string][],
    dependsOn: ITerraformDependable[],
  ): ContainerengineAddon {
    return new ContainerengineAddon(this, id, {
      addonName,
      clusterId: this.cluster.clusterId,
      configurations: configurations.map(([key, value]) => ({ key, value })),
      removeAddonResourcesOnDelete: true,
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
    });
  }

  /** A policy may name the compartment that it is attached to; so each has one of its own. */
  private addPolicies(): IdentityPolicy[] {
    const { cluster, certificateCompartmentId: certificates = cluster.compartmentId } = this.props;
    const [own, network] = [cluster.compartmentId, cluster.network.compartmentId];
    const is = (one: string, other: string) =>
      compareOcids({ scope: this, id: one }, { scope: this, id: other }) === "same";
    const all = this._statements;
    // A network has its subnets of load balancers in one compartment, made or given, unless it makes one and was given the other.
    const subnets = balancerSubnetsOf(cluster.network).map(([part]) =>
      compartmentOfSubnet(cluster.network, part),
    );
    const isNetworkOwn = is(own, network);
    const isSubnetOwn = subnets.some((subnet) => is(own, subnet));
    const isCertificatesOwn = is(own, certificates);
    const policies = [
      this.addPolicy("Policy", own, () => [
        ...all.ofLoadBalancers(own),
        ...(isNetworkOwn || isSubnetOwn ? all.ofNetwork(own) : []),
        ...(isCertificatesOwn ? all.ofCertificates(own) : []),
      ]),
    ];
    if (!isNetworkOwn) policies.push(this.addPolicy("NetworkPolicy", network, () => all.ofNetwork(network)));
    const elsewhere = subnets.filter((subnet) => !is(own, subnet) && !is(network, subnet));
    const different = elsewhere.filter(
      (subnet, index) => !elsewhere.slice(0, index).some((one) => is(one, subnet)),
    );
    different.forEach((subnet, index) => {
      const id = index === 0 ? "SubnetPolicy" : "FurtherSubnetPolicy";
      policies.push(this.addPolicy(id, subnet, () => all.ofNetwork(subnet)));
    });
    if (!isCertificatesOwn) {
      policies.push(
        this.addPolicy("CertificatesPolicy", certificates, () => all.ofCertificates(certificates)),
      );
    }
    return policies;
  }

  private addPolicy(id: string, compartmentId: string, statements: () => string[]): IdentityPolicy {
    const suffix = id === "Policy" ? "" : `-${id.replace("Policy", "").toLowerCase()}`;
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}${suffix}`),
      // IAM renames no policy, and to replace one takes its rights away for a while.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets the OCI native ingress controller of the cluster keep its load balancers",
      // Gateways are made after the controller, and some need more than others.
      statements: Lazy.listValue({ produce: statements }),
      ...tagsOf(this, this.props),
    });
  }
}

function check(scope: Construct, id: string, given: NativeIngressControllerProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props = given ?? ({} as NativeIngressControllerProps);
  const { cluster, replicas = DEFAULT_REPLICAS, installCertManager = true } = props;
  checkGiven(problems, { cluster });
  const isCluster = checkMembers(
    problems,
    "cluster",
    cluster,
    ["clusterId", "addCdk8sChart"],
    "a SecureOkeCluster",
  );
  if (isCluster) {
    problems.collect(() => [cluster.compartmentId, cluster.network.compartmentId]);
    problems.collect(() => cluster.network.loadBalancerSubnet.subnetId);
    checkOnly(problems, scope, cluster);
    if (installCertManager === true)
      checkOnce(problems, cluster, "CertManager", "Write installCertManager: false");
  }
  checkOcidIfGiven(
    problems,
    "certificateCompartmentId",
    props.certificateCompartmentId,
    "compartment",
    "tenancy",
  );
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MOST_REPLICAS) {
    problems.add(
      "COUNT_INVALID",
      `replicas is ${shown(replicas)}`,
      `Give a whole number from 1 to ${MOST_REPLICAS}`,
    );
  }
  if (typeof installCertManager !== "boolean") {
    problems.add(
      "VALUE_INVALID",
      `installCertManager is ${shown(installCertManager)}`,
      "Write true or false",
    );
  }
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** Adds a problem where the program has a controller of the cluster already: an add-on is in a cluster once. */
function checkOnly(problems: Problems, scope: Construct, cluster: ISecureOkeCluster): void {
  const all = scope.node.root.node.findAll().filter((one) => one instanceof NativeIngressController);
  const idOf = (one: ISecureOkeCluster) => ({ scope: one, id: one.clusterId });
  const other = all.find((one) => compareOcids(idOf(one.cluster), idOf(cluster)) === "same");
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `${cluster.node.path} has a controller already, ${other.node.path}`,
    "Give all gateways of the cluster that one",
  );
}
