import { type ITerraformDependable, Lazy, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import {
  CERT_MANAGER,
  checkOnce,
  installCertManager,
  noteAddOn,
  waitForCertManager,
} from "./add-ons/private/add-ons-of-cluster";
import { createdClusterOf, type ISecureOkeCluster } from "./cluster-base";
import { tagsGiven, clusterValue } from "./private/cluster-readers";
import { TagNamespacePolicy } from "./private/cluster-policies";
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
import {
  boolean,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { setTagOwner, type TaggingProps } from "../core/tagging";
import { compartmentOfSubnet, balancerSubnetsOf } from "../network/vcn/network";
import { ContainerengineAddon } from "../oci/containerengine-addon";
import { type IdentityPolicy } from "../oci/identity-policy";

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

  /** The controller in the statements. */
  public readonly controller: WorkloadIdentity;

  constructor(clusterId: string) {
    this.controller = { clusterId, namespace: NAMESPACE, serviceAccount: SERVICE_ACCOUNT };
  }

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

  private allow(compartmentId: string, rights: readonly string[]): string[] {
    return workloadStatements(this.controller, compartmentId, rights);
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

/** The name of the add-on as OKE spells it. */
const CONTROLLER_NAME = "NativeIngressController";

const CONTROLLER = {
  cluster: clusterValue(),
  certificateCompartmentId: optional(ocid("compartment", "tenancy")),
  replicas: withDefault(wholeNumber({ least: 1, most: 5 }), 2),
  installCertManager: withDefault(boolean(), true),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<NativeIngressControllerProps>;

type ResolvedController = Resolved<typeof CONTROLLER>;

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

  /** The OCID of the compartment of the certificates. */
  public readonly certificateCompartmentId: string;
  /** The replica count of the controller. */
  public readonly replicas: number;

  constructor(scope: Construct, id: string, props: NativeIngressControllerProps) {
    const read = readController(scope, id, props);
    super(scope, id);
    const { cluster, homeRegionProvider } = read;
    this.cluster = cluster;
    this.certificateCompartmentId = read.certificateCompartmentId ?? cluster.compartmentId;
    this.replicas = read.replicas;
    setTagOwner(this, cluster);
    this._statements = new IngressControllerStatements(cluster.clusterId);
    const dependencies: ITerraformDependable[] = this.addPolicies(read);
    new TagNamespacePolicy(this, "TagNamespaces", {
      principals: [workloadPrincipal(this._statements.controller)],
      description: "Lets the native ingress controller write the defined tags of its load balancers",
      what: "the load balancers of its gateways",
      tenancyId: createdClusterOf(cluster)?._tenancyId,
      homeRegionProvider,
      displayName: nameOf(this),
    });
    if (read.installCertManager) {
      const configurations = [["numOfReplicas", "1"]] as const;
      dependencies.push(installCertManager(this, CERT_MANAGER, cluster, { configurations }));
    }
    const resource = this.addController(dependencies);
    this.node.defaultChild = resource;
    if (!read.installCertManager) waitForCertManager(this, resource, cluster);
  }

  private addController(dependsOn: ITerraformDependable[]): ContainerengineAddon {
    const { cluster } = this;
    const addOn = new ContainerengineAddon(this, "Resource", {
      addonName: CONTROLLER_NAME,
      clusterId: cluster.clusterId,
      configurations: [
        { key: "compartmentId", value: cluster.compartmentId },
        { key: "loadBalancerSubnetId", value: cluster.network.loadBalancerSubnet.subnetId },
        // Otherwise the controller, like every other pod on its node, would use the identity of the node.
        { key: "authType", value: "workloadIdentity" },
        { key: "numOfReplicas", value: String(this.replicas) },
      ],
      removeAddonResourcesOnDelete: true,
      dependsOn,
    });
    noteAddOn(addOn, cluster);
    return addOn;
  }

  private addPolicies(read: ResolvedController): IdentityPolicy[] {
    const { cluster, certificateCompartmentId: certificates } = this;
    const [own, network] = [cluster.compartmentId, cluster.network.compartmentId];
    const isSame = (id: string, other: string) =>
      compareOcids({ scope: this, id }, { scope: this, id: other }) === "same";
    const addPolicy = (id: string, compartmentId: string, statements: () => string[]) =>
      addWorkloadPolicy(this, id, {
        ...tagsGiven(read),
        compartmentId,
        description: "Lets the OCI native ingress controller of the cluster manage its load balancers",
        // Gateways are created after the controller, and some need more rights than others.
        statements: Lazy.listValue({ produce: statements }),
        homeRegionProvider: read.homeRegionProvider,
      });
    const statements = this._statements;
    // The load balancers' subnets of a network are in one compartment, unless one of them was created and the other was given.
    const subnets = balancerSubnetsOf(cluster.network).map(([part]) =>
      compartmentOfSubnet(cluster.network, part),
    );
    const isNetworkOwn = isSame(own, network);
    const isSubnetOwn = subnets.some((subnet) => isSame(own, subnet));
    const isCertificatesOwn = isSame(own, certificates);
    const policies = [
      addPolicy("Policy", own, () => [
        ...statements.ofLoadBalancers(own),
        ...(isNetworkOwn || isSubnetOwn ? statements.ofNetwork(own) : []),
        ...(isCertificatesOwn ? statements.ofCertificates(own) : []),
      ]),
    ];
    if (!isNetworkOwn) {
      policies.push(addPolicy("NetworkPolicy", network, () => statements.ofNetwork(network)));
    }
    const elsewhere = subnets.filter((subnet) => !isSame(own, subnet) && !isSame(network, subnet));
    const different = elsewhere.filter(
      (subnet, index) => !elsewhere.slice(0, index).some((earlier) => isSame(earlier, subnet)),
    );
    different.forEach((subnet, index) => {
      const id = index === 0 ? "SubnetPolicy" : "FurtherSubnetPolicy";
      policies.push(addPolicy(id, subnet, () => statements.ofNetwork(subnet)));
    });
    if (!isCertificatesOwn) {
      const ofCertificates = () => statements.ofCertificates(certificates);
      policies.push(addPolicy("CertificatesPolicy", certificates, ofCertificates));
    }
    return policies;
  }
}

function readController(
  scope: Construct,
  id: string,
  props: NativeIngressControllerProps,
): ResolvedController {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CONTROLLER);
  const { cluster } = read;
  if (cluster) {
    problems.collect(() => [cluster.compartmentId, cluster.network.compartmentId]);
    problems.collect(() => cluster.network.loadBalancerSubnet.subnetId);
    checkOnce(problems, cluster, CONTROLLER_NAME, "Use that controller for all gateways of the cluster");
    if (read.installCertManager === true) {
      checkOnce(problems, cluster, CERT_MANAGER, "Set installCertManager: false");
    }
  }
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedController>(read);
}
