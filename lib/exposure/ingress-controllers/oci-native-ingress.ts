import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { type NativeIngressController } from "../../cluster/native-ingress-controller";
import { pathOf } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import {
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  valueOf,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { checkPublicBalancer, balancerSubnetOf } from "../../network/vcn/network";
import { isOverlay } from "../../network/vcn/pod-networking";
import { chartOf, checkUnused, removeNamespace } from "../../synthesis/chart-objects";
import { type LoadBalancerAccess } from "../load-balancer-settings";
import { LoadBalancerShape } from "../load-balancer-props";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { checkRegionWhenWritten } from "../../core/regions";
import { nameOf, stemOf } from "../../core/resource-name";
import { NetworkPeer, type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../network/security-groups/network-security-group";
import { type ClusterSubnet } from "../../network/vcn/cluster-subnet";
import { isSameCluster, scopeOf } from "../../synthesis/chart-scopes";
import { guardStaticSynthesis } from "../../synthesis/chart-guards";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { AppProtocol } from "../../workload/pods/ports";
import { CertificateStore, type IngressCertificate } from "../ingress-certificate";
import { type ResolvedRoute, IngressGateway, ingressOf, type RouteManifest } from "../ingress-gateway";
import { type IServiceBackend } from "../workload-service";

/** Props for OciNativeIngress. */
export interface OciNativeIngressProps {
  /** The native ingress controller of the cluster whose workloads the gateway serves. */
  readonly controller: NativeIngressController;
  /** The clients that may connect to the load balancer. */
  readonly access: LoadBalancerAccess;
  /**
   * The OCID of a Web Application Firewall policy, which the controller attaches to the load balancer.
   *
   * @default - no firewall
   */
  readonly wafPolicyId?: string;
  /**
   * The OCID of a reserved public IP address, for a public load balancer; it can't be changed later.
   *
   * @default - OCI chooses an address
   */
  readonly reservedAddressId?: string;
  /**
   * The bandwidth of the load balancer.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
}

const NATIVE_INGRESS = {
  controller: valueOf<NativeIngressController>("NativeIngressController"),
  access: valueOf<LoadBalancerAccess>("LoadBalancerAccess"),
  wafPolicyId: optional(ocid("webappfirewallpolicy")),
  reservedAddressId: optional(ocid("publicip")),
  shape: withDefault(valueOf<LoadBalancerShape>("LoadBalancerShape"), LoadBalancerShape.flexible(10, 100)),
} satisfies PropsSchema<OciNativeIngressProps>;

/** The resolved props of a native ingress gateway. */
type ResolvedNativeIngress = Resolved<typeof NATIVE_INGRESS>;

/** Reads the props; throws an error that lists every problem. */
function readNativeIngress(
  scope: Construct,
  id: string,
  props: OciNativeIngressProps,
): ResolvedNativeIngress {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, NATIVE_INGRESS);
  checkObjectName(problems, "id", id);
  checkUnused(problems, scope, ["IngressClass"], id);
  if (chartOf(scope) && chartOf(scope)?.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, which the parameters of the IngressClass need",
      'Give the chart a namespace: new Chart(app, "gateway", { namespace: "gateway" })',
    );
  }
  checkControllerAndAccess(problems, id, read);
  return problems.resolved<ResolvedNativeIngress>(read);
}

function checkControllerAndAccess(
  problems: Problems,
  id: string,
  { controller, access, reservedAddressId }: Partial<ResolvedNativeIngress>,
): void {
  if (access?.isInternal && reservedAddressId !== undefined) {
    problems.add(
      "INGRESS_INVALID",
      "reservedAddressId is set for an internal load balancer, which has no public address",
      "Leave reservedAddressId out, or use LoadBalancerAccess.publicFrom",
    );
  }
  if (!controller) return;
  const { cluster } = controller;
  if (isOverlay(cluster.podNetworking)) {
    problems.add(
      "INGRESS_INVALID",
      `controller belongs to ${cluster.node.path}, whose pods are in a flannel overlay that load balancers can't reach`,
      "Use a TraefikIngress with ExternalTrafficPolicy.LOCAL, or a cluster with PodNetworking.vcnNative()",
    );
  }
  problems.collect(() => cluster.podSecurityGroup);
  problems.collect(() => [cluster.network.vcnId, cluster.network.compartmentId]);
  const subnet = problems.collect(() => balancerSubnetOf(cluster.network, access?.isInternal));
  problems.collect(() => subnet?.cidr);
  if (subnet && access && !access.isInternal)
    checkPublicBalancer(problems, cluster.network, cluster.node.path);
  if (cluster.node.tryFindChild("IngressGateways")?.node.tryFindChild(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `id is ${id}, which another gateway of ${cluster.node.path} has`,
      "Give each gateway its own id, as an IngressClass is cluster-scoped",
    );
  }
}

const ANNOTATIONS = "oci-native-ingress.oraclecloud.com";
const HTTPS = Port.tcp(443);
/** A load balancer has 16 backend sets, and the controller reserves one of them. */
const MAX_WORKLOADS = 15;

/**
 * An OCI load balancer that terminates TLS with a certificate of OCI Certificates and connects to the pods of
 * workloads.
 *
 * Its network security group and every rule are managed by Terraform: from clients to port 443, and from the
 * load balancer to the pods' own ports, one rule for each. No other port has a listener. The controller
 * leaves TLS versions and ciphers to OCI, which uses TLS 1.2. Prefixes are compared character by character,
 * so `/api` also matches `/apis`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupnativeingresscontroller.htm
 * @see https://github.com/oracle/oci-native-ingress-controller/blob/main/GettingStarted.md
 */
@checked
export class OciNativeIngress extends IngressGateway {
  /** The network security group of the load balancer, in the cluster's stack. */
  public readonly securityGroup: INetworkSecurityGroup;
  /** The load balancer's access. */
  public readonly access: LoadBalancerAccess;
  /** The native ingress controller that configures the load balancer. */
  public readonly controller: NativeIngressController;
  /** The bandwidth of the load balancer. */
  public readonly shape: LoadBalancerShape;
  /** The OCID of the Web Application Firewall policy, if there is one. */
  public readonly wafPolicyId?: string;
  /** The OCID of the reserved public IP address, if there is one. */
  public readonly reservedAddressId?: string;

  private readonly subnet: ClusterSubnet;
  private readonly workloads = new Set<string>();
  private certificate?: IngressCertificate;

  /** @param id also the name of the IngressClass: up to 63 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: OciNativeIngressProps) {
    const resolved = readNativeIngress(scope, id, props);
    const { controller, access, wafPolicyId, reservedAddressId } = resolved;
    const { cluster } = controller;
    super(scope, id, id, cluster);
    this.access = access;
    this.controller = controller;
    this.shape = resolved.shape;
    this.wafPolicyId = wafPolicyId;
    this.reservedAddressId = reservedAddressId;
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkChartOfCluster(this));
    access._acknowledge(this);
    if (wafPolicyId !== undefined) controller._statements.needFirewall();
    if (reservedAddressId !== undefined) controller._statements.needReservedAddress();
    this.subnet = balancerSubnetOf(cluster.network, access.isInternal);
    this.securityGroup = this.addGroup(access);
    this.addParameters(resolved);
    this.node.defaultChild = this.addClass(wafPolicyId);
    checkRegionWhenWritten(cluster, `wafPolicyId of ${this.node.path}`, wafPolicyId);
    checkRegionWhenWritten(cluster, `reservedAddressId of ${this.node.path}`, reservedAddressId);
  }

  /** The OCID of the subnet of the load balancer. */
  public get subnetId(): string {
    return this.subnet.subnetId;
  }

  /** @internal */
  public _homeOf(workload: IServiceBackend): Construct {
    return workload as unknown as Construct;
  }

  /** @internal */
  public _check(problems: Problems, { workload, certificate }: ResolvedRoute): void {
    const addProblem = (what: string, fix: string) => problems.add("INGRESS_INVALID", what, fix);
    if (certificate.store !== CertificateStore.OCI_CERTIFICATES) {
      addProblem(
        `The certificate ${certificate.name} is in a Secret, whose key the controller would copy to OCI`,
        "Use IngressCertificate.fromOciCertificates, or a TraefikIngress as gateway",
      );
    } else if (this.certificate?._differsFrom(certificate, this.cluster)) {
      addProblem(
        `The certificate ${certificate.name} differs from that of another route, but the listener of the gateway has one certificate`,
        "Give all routes one certificate for all hosts, or create a gateway for each certificate",
      );
    }
    if (workload.protocol === AppProtocol.GRPC) {
      addProblem(
        "The workload uses AppProtocol.GRPC, but the load balancer uses HTTP 1 to pods",
        "Use a TraefikIngress, or exposeViaLoadBalancer",
      );
    }
    if (!this.workloads.has(workload.node.path) && this.workloads.size >= MAX_WORKLOADS) {
      addProblem(
        `The gateway already routes to ${MAX_WORKLOADS} workloads, the maximum number of backend sets`,
        "Create another OciNativeIngress",
      );
    }
  }

  /** @internal */
  public _connect(route: ResolvedRoute, serviceName: string): RouteManifest {
    const { workload, certificate } = route;
    const port = Port.tcp(workload.port ?? 0);
    this.workloads.add(workload.node.path);
    this.certificate = certificate;
    checkRegionWhenWritten(this.cluster, `The certificate of ${this.node.path}`, certificate.name);
    const { podSecurityGroup } = this.cluster;
    // Both layers: the load balancer connects to the pods' own addresses.
    workload.connections._allowFromBlock(this.subnet.cidr, port);
    this.securityGroup.allowTo(podSecurityGroup, port, {
      reason: `The ingress gateway ${this.ingressClassName} reaches the pods of its workloads`,
    });
    return ingressOf(route, {
      serviceName,
      annotations: {
        [`${ANNOTATIONS}/certificate-ocid`]: certificate.name,
        [`${ANNOTATIONS}/https-listener-port`]: "443",
        [`${ANNOTATIONS}/backend-tls-enabled`]: "false",
      },
      spec: { ingressClassName: this.ingressClassName },
    });
  }

  private addGroup(access: LoadBalancerAccess): NetworkSecurityGroup {
    const { cluster, ingressClassName: name } = this;
    const id = "IngressGateways";
    const scope = (cluster.node.tryFindChild(id) as Construct | undefined) ?? new Construct(cluster, id);
    const group = new NetworkSecurityGroup(scope, name, {
      compartmentId: cluster.network.compartmentId,
      vcnId: cluster.network.vcnId,
      displayName: stemOf(`${nameOf(cluster)}-ingress-${name}`),
    });
    for (const range of access.sourceRanges) {
      const isAnywhere = range === "0.0.0.0/0";
      const peer = isAnywhere
        ? NetworkPeer.anywhere({ reason: access.reason ?? "" })
        : NetworkPeer.cidr(range);
      group.allowFrom(peer, HTTPS, { reason: `Clients of the ingress gateway ${name}` });
    }
    return group;
  }

  private addParameters({ access, shape, reservedAddressId }: ResolvedNativeIngress): void {
    const { compartmentId } = this.cluster;
    const { minimumMbps, maximumMbps } = shape;
    new ApiObject(this, "Parameters", {
      apiVersion: "ingress.oraclecloud.com/v1beta1",
      kind: "IngressClassParameters",
      metadata: { name: this.ingressClassName },
      spec: {
        compartmentId,
        subnetId: this.subnet.subnetId,
        loadBalancerName: stemOf(`${nameOf(this.cluster)}-${this.ingressClassName}`),
        isPrivate: access.isInternal,
        minBandwidthMbps: minimumMbps,
        maxBandwidthMbps: maximumMbps,
        ...(reservedAddressId === undefined ? {} : { reservedPublicAddressId: reservedAddressId }),
      },
    });
  }

  private addClass(wafPolicyId: string | undefined): ApiObject {
    const name = this.ingressClassName;
    const object = new ApiObject(this, "Resource", {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: {
        name,
        annotations: {
          [`${ANNOTATIONS}/network-security-group-ids`]: this.securityGroup.networkSecurityGroupId,
          ...(wafPolicyId === undefined ? {} : { [`${ANNOTATIONS}/waf-policy-ocid`]: wafPolicyId }),
        },
      },
      spec: {
        controller: "oci.oraclecloud.com/native-ingress-controller",
        parameters: {
          apiGroup: "ingress.oraclecloud.com",
          kind: "IngressClassParameters",
          name,
          namespace: Chart.of(this).namespace,
          scope: "Namespace",
        },
      },
    });
    removeNamespace(object);
    return object;
  }
}

/** Throws if the chart of a gateway was added to another cluster. */
function checkChartOfCluster(gateway: OciNativeIngress): void {
  const home = scopeOf(Chart.of(gateway));
  if (!home || isSameCluster(home, gateway.cluster)) return;
  const problems = new Problems(gateway);
  problems.add(
    "INGRESS_INVALID",
    `controller belongs to ${gateway.cluster.node.path}, but the chart was added to ${home.node.path}`,
    `Give the controller of ${home.node.path}, or add the chart to ${gateway.cluster.node.path}`,
  );
  problems.throwIfAny();
}
