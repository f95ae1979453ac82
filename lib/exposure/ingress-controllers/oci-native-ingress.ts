import { ApiObject, Chart, JsonPatch } from "cdk8s";
import { Construct } from "constructs";
import { type OciNativeIngressProps, readNativeIngress } from "./oci-native-ingress-props";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { checkRegionWhenWritten } from "../../core/region-of-ocid";
import { nameOf, stemOf } from "../../core/resource-name";
import { Problems } from "../../core/validation-error";
import { NetworkPeer } from "../../network/security-groups/network-peer";
import { NetworkSecurityGroup } from "../../network/security-groups/network-security-group";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { balancerSubnetOf } from "../../network/vcn/network";
import { type ClusterSubnet } from "../../network/vcn/subnet-exposure";
import { isSameCluster, scopeOf } from "../../synthesis/chart-scopes";
import { guardStaticSynthesis } from "../../synthesis/static-synthesis";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { AppProtocol } from "../../workload/pods/app-protocol";
import { CertificateStore, type IngressCertificate } from "../ingress-certificate";
import { type ResolvedRoute, IngressGateway, ingressOf, type RouteManifest } from "../ingress-props";
import { type LoadBalancerAccess } from "../load-balancer-access";
import { LoadBalancerShape } from "../load-balancer-props";
import { type IServiceBackend } from "../service-backend";

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

  private readonly subnet: ClusterSubnet;
  private readonly workloads = new Set<string>();
  private certificate?: IngressCertificate;

  /** @param id also the name of the IngressClass: up to 63 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: OciNativeIngressProps) {
    readNativeIngress(scope, id, props);
    const { controller, access, wafPolicyId, reservedAddressId } = props;
    const { cluster } = controller;
    super(scope, id, id, cluster);
    this.access = access;
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkCluster(this));
    access._acknowledge(this);
    if (wafPolicyId !== undefined) controller._statements.needFirewall();
    if (reservedAddressId !== undefined) controller._statements.needReservedAddress();
    this.subnet = balancerSubnetOf(cluster.network, access.isInternal);
    this.securityGroup = this.addGroup(props);
    this.addParameters(props);
    this.node.defaultChild = this.addClass(wafPolicyId);
    checkRegionWhenWritten(cluster, `wafPolicyId of ${this.node.path}`, wafPolicyId);
    checkRegionWhenWritten(cluster, `reservedAddressId of ${this.node.path}`, reservedAddressId);
  }

  /** @internal */
  public _homeOf(workload: IServiceBackend): Construct {
    return workload as unknown as Construct;
  }

  /** @internal */
  public _check(problems: Problems, { workload, certificate }: ResolvedRoute): void {
    const refuse = (what: string, fix: string) => problems.add("INGRESS_INVALID", what, fix);
    if (certificate.store !== CertificateStore.OCI_CERTIFICATES) {
      refuse(
        `The certificate ${certificate.name} is in a Secret, from which the controller would make a certificate with a copy of its key`,
        "Take IngressCertificate.fromOciCertificates, or a gateway that is a TraefikIngress",
      );
    } else if (this.certificate?._differsFrom(certificate, this.cluster)) {
      refuse(
        "Another route of the gateway has another certificate, and a listener has one",
        "Give all routes a certificate that names all hosts, or make a gateway for each certificate",
      );
    }
    if (workload.protocol === AppProtocol.GRPC) {
      refuse(
        "The workload speaks AppProtocol.GRPC, and the load balancer speaks HTTP 1 to pods",
        "Take a TraefikIngress, or exposeViaLoadBalancer",
      );
    }
    if (!this.workloads.has(workload.node.path) && this.workloads.size >= MAX_WORKLOADS) {
      refuse(
        `The gateway leads to ${MAX_WORKLOADS} workloads already, as many as a load balancer has backend sets`,
        "Make another OciNativeIngress",
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

  private addGroup({ access }: OciNativeIngressProps): NetworkSecurityGroup {
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

  private addParameters({ access, shape, reservedAddressId }: OciNativeIngressProps): void {
    const { compartmentId } = this.cluster;
    const { minimumMbps, maximumMbps } = shape ?? LoadBalancerShape.flexible(10, 100);
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
    // The object is cluster-scoped, but cdk8s sets the chart's namespace on every object.
    object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
    return object;
  }
}

/** Refuses a gateway whose load balancer belongs to another cluster than its chart. */
function checkCluster(gateway: OciNativeIngress): void {
  const home = scopeOf(Chart.of(gateway));
  if (!home || isSameCluster(home, gateway.cluster)) return;
  const problems = new Problems(gateway);
  problems.add(
    "INGRESS_INVALID",
    `The gateway is one of ${gateway.cluster.node.path}, and its chart was added to ${home.node.path}`,
    "Give it the controller of the cluster whose addCdk8sChart gets the chart",
  );
  problems.throwIfAny();
}
