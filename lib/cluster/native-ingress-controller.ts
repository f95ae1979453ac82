import { compartmentOfSubnet } from "../network/vcn/cluster-network-base";
import { type ITerraformDependable, Lazy, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { checkOnce } from "./add-ons/cluster-add-on";
import { waitForCertManager } from "./add-ons/private/add-ons-of-cluster";
import { createdClusterOf, type ISecureOkeCluster } from "./cluster-base";
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
 * The IAM statements of the OCI native ingress controller, by compartment.
 *
 * They are narrower than the documented list. The rights to turn Secrets into certificates are left out, because the gateways use
 * certificates of OCI Certificates only; the rights for firewalls and reserved addresses are left out until a gateway has one; and the
 * rights for cluster resources are limited to reading the cluster itself, for its pod networking.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupnativeingresscontroller-addon-prereqs.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
 */
class IngressControllerStatements {
  private hasFirewall = false;
  private hasReservedAddress = false;

  constructor(private readonly clusterId: string) {}

  /** Called for a gateway with a web application firewall. */
  public needFirewall(): void {
    this.hasFirewall = true;
  }

  /** Called for a gateway with a reserved address. */
  public needReservedAddress(): void {
    this.hasReservedAddress = true;
  }

  /** The statements for the compartment of the cluster, in which the load balancers are created. */
  public ofLoadBalancers(compartmentId: string): string[] {
    return this.allow(compartmentId, [
      "manage load-balancers",
      "read clusters",
      ...(this.hasFirewall ? ["manage waf-family"] : []),
      ...(this.hasReservedAddress ? ["read public-ips", "manage floating-ips"] : []),
    ]);
  }

  /** The statements for the compartment of the network, and for that of the load balancers' subnet if it is a different one. */
  public ofNetwork(compartmentId: string): string[] {
    return this.allow(compartmentId, ["use virtual-network-family"]);
  }

  /** The statements for the compartment of the certificates. */
  public ofCertificates(compartmentId: string): string[] {
    return this.allow(compartmentId, [
      "read leaf-certificates",
      "read leaf-certificate-bundles",
      "manage certificate-associations",
    ]);
  }

  /** The condition that identifies the controller in a statement. */
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

/** Props for NativeIngressController. */
export interface NativeIngressControllerProps extends TaggingProps {
  /** The cluster, which can have one such controller. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The OCID of the compartment of the certificates.
   *
   * @default - the compartment of the cluster
   */
  readonly certificateCompartmentId?: string;
  /**
   * The replica count of the controller, one of which is active; 1 to 5.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * Whether to create the add-on CertManager too, which the controller's webhook needs; set it to false if the cluster already has
   * cert-manager.
   *
   * @default true
   */
  readonly installCertManager?: boolean;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const DEFAULT_REPLICAS = 2;
const MAX_REPLICAS = 5;

/**
 * The OCI native ingress controller, as an add-on of a cluster, with the minimum rights that it needs.
 *
 * The controller authenticates by workload identity: the rights are granted to its service account in this cluster, not to nodes. Oracle
 * keeps the add-on current. The controller runs on nodes, so create it after a node pool: `controller.node.addDependency(pool)`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupnativeingresscontroller-cluster-addon-top-level.htm
 */
@checked
export class NativeIngressController extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** The additional rights for the gateways of this controller. @internal */
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
      tenancyId: createdClusterOf(cluster)?._tenancyId,
      homeRegionProvider: props.homeRegionProvider,
      displayName: nameOf(this),
    });
    if (installCertManager)
      before.push(this.addOn("CertManager", "CertManager", [["numOfReplicas", "1"]], []));
    const configurations: [string, string][] = [
      ["compartmentId", cluster.compartmentId],
      ["loadBalancerSubnetId", cluster.network.loadBalancerSubnet.subnetId],
      // Otherwise the controller, like every other pod on its node, would use the identity of the node.
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

  /** A policy may refer to the compartment that it is attached to; so each compartment has its own policy. */
  private addPolicies(): IdentityPolicy[] {
    const { cluster, certificateCompartmentId: certificates = cluster.compartmentId } = this.props;
    const [own, network] = [cluster.compartmentId, cluster.network.compartmentId];
    const is = (one: string, other: string) =>
      compareOcids({ scope: this, id: one }, { scope: this, id: other }) === "same";
    const all = this._statements;
    // The load balancers' subnets of a network are in one compartment, unless one of them was created and the other was given.
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
      // IAM can't rename a policy, and replacing it would remove its rights for a while.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets the OCI native ingress controller of the cluster keep its load balancers",
      // Gateways are created after the controller, and some need more rights than others.
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
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MAX_REPLICAS) {
    problems.add(
      "COUNT_INVALID",
      `replicas is ${shown(replicas)}`,
      `Give a whole number from 1 to ${MAX_REPLICAS}`,
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

/** Adds a problem if the program already has a controller for the cluster: a cluster can have an add-on once. */
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
