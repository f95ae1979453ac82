import { ApiObject, Chart, Duration } from "cdk8s";
import { type Construct } from "constructs";
import {
  TRAEFIK_DYNAMIC_FILE,
  TRAEFIK_PORTS,
  traefikArguments,
  TraefikGateway,
  traefikTlsOptions,
  priorityOf,
} from "./private/traefik-gateway";
import {
  readTraefik,
  type ResolvedTraefik,
  type TraefikIngressProps,
  type TraefikRouting,
} from "./traefik-ingress-props";
import { type ContainerImage } from "../../workload/images/container-image";
import { fail, type Problems } from "../../core/validation-error";
import { type TlsVersion } from "../../workload/pods/load-balancer-listeners";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { shortHash } from "../../core/resource-name";
import { RoleRule } from "../../rbac/role-rule";
import { GATEWAY_API_GROUP, RbacVerb } from "../../rbac/rbac-verb";
import { LeastPrivilegeRole, RoleScope } from "../../rbac/role";
import { RbacResource } from "../../rbac/rbac-resource";
import { Subject } from "../../rbac/subject";
import { HardenedDeployment } from "../../workload/hardened-deployment";
import { AppProtocol } from "../../workload/pods/ports";
import { ConfigFile } from "../../workload/pods/mounted-files";
import { HealthProbe } from "../../workload/pods/probe";
import { ApiAccess } from "../../workload/pods/service-account";
import { CertificateStore } from "../ingress-certificate";
import {
  type ResolvedRoute,
  INGRESS_SERVICE_PORT,
  IngressGateway,
  ingressOf,
  type RouteManifest,
} from "../ingress-gateway";
import { type LoadBalancer } from "../load-balancer";
import { type LoadBalancerAccess, ProxyProtocol } from "../load-balancer-settings";
import { type IServiceBackend } from "../workload-service";
import { TlsTermination } from "../tls-termination";

/**
 * Labels that exclude the slice from the controllers of Kubernetes and from components that track Service
 * addresses.
 */
const SLICE_LABELS = {
  "endpointslice.kubernetes.io/managed-by": "secure-oke",
  "service.kubernetes.io/headless": "",
};

/** How Traefik refers to a Service in another namespace. */
enum BackendKind {
  /** A Service of the type ExternalName, for Ingress objects. */
  EXTERNAL_NAME,
  /**
   * A Service without a selector and an EndpointSlice with a host name, for Gateway API routes: Traefik
   * refuses an ExternalName there, but accepts a name in a slice like an address.
   */
  NAMED_ENDPOINT,
}

/**
 * A Service in the gateway's namespace that stands for a workload's Service, which no route here can refer
 * to.
 */
function backendOf(
  scope: Construct,
  kind: BackendKind,
  labels: { [key: string]: string },
  workload: IServiceBackend,
  serviceName: string,
): string {
  const { namespace = "" } = Chart.of(workload);
  const hash = shortHash(JSON.stringify([namespace, workload.name]));
  const name = `to-${`${namespace}-${workload.name}`.slice(0, 50).replace(/-+$/, "")}-${hash}`;
  if (scope.node.tryFindChild(name)) return name;
  const isGrpc = workload.protocol === AppProtocol.GRPC;
  const hostName = `${serviceName}.${namespace}.svc.cluster.local`;
  const port = { name: isGrpc ? "grpc" : "http", port: INGRESS_SERVICE_PORT, protocol: "TCP" };
  if (kind === BackendKind.EXTERNAL_NAME) {
    const annotations = isGrpc ? { "traefik.ingress.kubernetes.io/service.serversscheme": "h2c" } : undefined;
    addService(
      scope,
      name,
      { labels, annotations },
      { type: "ExternalName", externalName: hostName, ports: [port] },
    );
    return name;
  }
  const appProtocol = isGrpc ? { appProtocol: "kubernetes.io/h2c" } : {};
  // Without a cluster IP: nothing connects to it, and Traefik reads only its name and port.
  addService(
    scope,
    name,
    { labels },
    { type: "ClusterIP", clusterIP: "None", ports: [{ ...port, ...appProtocol }] },
  );
  new ApiObject(scope, `${name}-endpoints`, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, labels: { ...labels, ...SLICE_LABELS, "kubernetes.io/service-name": name } },
    addressType: "FQDN",
    endpoints: [{ addresses: [hostName], conditions: { ready: true } }],
    ports: [port],
  });
  return name;
}

function addService(scope: Construct, name: string, metadata: object, spec: object): void {
  new ApiObject(scope, name, { apiVersion: "v1", kind: "Service", metadata: { name, ...metadata }, spec });
}

const WHY_SECRETS =
  "Traefik lists the Secrets of the namespaces that it watches: its own only, which is there for certificates";

/** The read permissions of Traefik in its own namespace for Ingress objects; it changes nothing. */
function ingressPermissions(): RoleRule[] {
  return [watch(RbacResource.INGRESSES), ...backendPermissions()];
}

/**
 * The permissions of Traefik in its own namespace for the Gateway API: read objects and write their status.
 *
 * It waits for every kind that it lists, even if no gateway of this library uses it.
 */
function gatewayPermissions(gateway: string): RoleRule[] {
  const kinds = [
    "gateways",
    "httproutes",
    "grpcroutes",
    "tlsroutes",
    "backendtlspolicies",
    "referencegrants",
  ];
  return [
    ...backendPermissions(),
    watch(RbacResource.CONFIG_MAPS),
    ...kinds.map((plural) => watch(ofGatewayApi(plural))),
    status("gateways").named(gateway),
    status("httproutes"),
    status("grpcroutes"),
  ];
}

/** The cluster-wide read permissions of Traefik: the labels of namespaces and the gateway classes. */
function clusterPermissions(className: string): RoleRule[] {
  return [
    watch(RbacResource.NAMESPACES),
    watch(ofGatewayApi("gatewayclasses", false)),
    status("gatewayclasses", false).named(className),
  ];
}

function backendPermissions(): RoleRule[] {
  return [
    watch(RbacResource.SERVICES),
    watch(RbacResource.ENDPOINT_SLICES),
    watch(RbacResource.SECRETS).acknowledged({ reason: WHY_SECRETS }),
  ];
}

function watch(resource: RbacResource): RoleRule {
  return RoleRule.verbs(resource, RbacVerb.LIST, RbacVerb.WATCH);
}

function status(plural: string, namespaced = true): RoleRule {
  return RoleRule.verbs(ofGatewayApi(plural, namespaced, "status"), RbacVerb.UPDATE);
}

function ofGatewayApi(plural: string, namespaced = true, subresource?: string): RbacResource {
  return RbacResource.of({ group: GATEWAY_API_GROUP, plural, namespaced, subresource });
}

const ANNOTATIONS = "traefik.ingress.kubernetes.io";

/**
 * A hardened Traefik that terminates TLS for the hosts of many workloads, behind its own load balancer.
 *
 * It reads the Ingress objects, Services and Secrets of its own namespace and nothing else in the cluster. So
 * its chart has its own namespace, which contains the Ingress objects of all workloads and their
 * certificates. The load balancer forwards TCP and passes the client's address. The dashboard, the API and
 * telemetry are off. Optionally, Gateway API objects replace the Ingress objects, see `TraefikRouting`.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-ingress/
 */
@checked
export class TraefikIngress extends IngressGateway {
  /** The Traefik deployment. */
  public readonly workload: HardenedDeployment;
  /** The load balancer in front of the deployment. */
  public readonly loadBalancer: LoadBalancer;
  /** The name of the GatewayClass; undefined with Ingress objects. */
  public readonly gatewayClassName?: string;

  /** The load balancer's access. */
  public readonly access: LoadBalancerAccess;
  /** The kinds of objects that configure Traefik. */
  public readonly routing: TraefikRouting;
  /** The minimum TLS version of clients. */
  public readonly minimumVersion: TlsVersion;

  private readonly gatewayApi?: TraefikGateway;

  /**
   * @param id also the name of the Deployment and of the class of its Ingress objects: up to 40 lower-case
   * letters, digits and dashes
   */
  constructor(scope: Construct, id: string, props: TraefikIngressProps) {
    const resolved = readTraefik(scope, id, props);
    super(scope, id, id, resolved.cluster);
    this.access = resolved.access;
    this.routing = resolved.routing;
    this.minimumVersion = resolved.minimumVersion;
    const { isGatewayApi, reason = "" } = resolved.routing;
    const { namespace = "" } = Chart.of(this);
    // A class is cluster-scoped; the dot is unambiguous, as no namespace name contains one.
    if (isGatewayApi) this.gatewayClassName = `${id}.${namespace}`;
    try {
      this.workload = this.addWorkload(id, resolved);
      this.loadBalancer = this.addLoadBalancer(resolved);
      this.node.defaultChild = this.workload;
      const allow = isGatewayApi ? gatewayPermissions(id) : ingressPermissions();
      const account = Subject.serviceAccountOf(this.workload);
      new LeastPrivilegeRole(this, `${id}-reads-routes`, { allow }).grantTo(account);
      if (this.gatewayClassName === undefined) return;
      this.gatewayApi = new TraefikGateway(this, "GatewayApi", {
        name: id,
        className: this.gatewayClassName,
        labels: this.workload.labels,
        classLabels: { ...this.workload.labels, ...classLabelsOf(id, namespace) },
      });
      new LeastPrivilegeRole(this, `${id}-reads-classes-${shortHash(namespace)}`, {
        allow: clusterPermissions(this.gatewayClassName),
        roleScope: RoleScope.cluster({ reason }),
      }).grantTo(account);
    } catch (error) {
      // The parts validate their own props: remove everything if one of them throws.
      scope.node.tryRemoveChild(id);
      throw error;
    }
  }

  /** The image of Traefik. */
  public get image(): ContainerImage {
    return this.workload.image;
  }

  /** The replica count; undefined if an autoscaler sets it. */
  public get replicas(): number | undefined {
    return this.workload.replicas;
  }

  /** The namespace of Traefik, its Ingress objects and their certificates. */
  public get namespace(): string {
    return this.workload.namespace ?? fail(`the chart of ${this.node.path} has no namespace`);
  }

  /** The name of the Service of the load balancer. */
  public get serviceName(): string {
    return this.loadBalancer.name;
  }

  /** @internal */
  public _homeOf(): Construct {
    return this;
  }

  /** @internal */
  public _check(problems: Problems, route: ResolvedRoute): void {
    const { workload, certificate } = route;
    this.gatewayApi?.check(problems, route);
    if (certificate.store !== CertificateStore.SECRET) {
      problems.add(
        "INGRESS_INVALID",
        `The certificate ${certificate.name} is in the OCI Certificates service, whose keys only OCI load balancers can use`,
        "Use IngressCertificate.fromCertManager or .fromSecret, or an OciNativeIngress as gateway",
      );
    }
    if (Chart.of(workload).namespace === undefined) {
      problems.add(
        "NAME_INVALID",
        `${workload.node.path} has no namespace, so the gateway can't refer to its Service`,
        'Give its chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
      );
    }
  }

  /** @internal */
  public _connect(route: ResolvedRoute, serviceName: string): RouteManifest {
    const { workload, host, certificate } = route;
    // One declaration covers both sides.
    this.workload.connections.allowTo(workload, Port.tcp(workload.port ?? 0));
    const kind = this.gatewayApi ? BackendKind.NAMED_ENDPOINT : BackendKind.EXTERNAL_NAME;
    const backend = backendOf(this, kind, this.workload.labels, workload, serviceName);
    if (this.gatewayApi) return this.gatewayApi.connect(route, backend);
    return ingressOf(route, {
      serviceName: backend,
      annotations: {
        // The annotation names the class without an IngressClass object, which Traefik could read only with a
        // cluster-wide permission.
        "kubernetes.io/ingress.class": this.ingressClassName,
        [`${ANNOTATIONS}/router.priority`]: String(priorityOf(route)),
      },
      spec: { tls: [{ hosts: [host.name], secretName: certificate.name }] },
    });
  }

  private addWorkload(id: string, resolved: ResolvedTraefik): HardenedDeployment {
    const {
      autoscale,
      cluster,
      httpListener,
      image,
      imagePullSecrets,
      nodeSelector,
      priorityClassName,
      replicas,
      resources,
      tolerations,
      trustedRanges,
    } = resolved;
    const tls = traefikTlsOptions(resolved.minimumVersion);
    const { namespace = "" } = Chart.of(this);
    const labels = this.gatewayClassName === undefined ? undefined : classLabelsOf(id, namespace);
    return new HardenedDeployment(this, id, {
      image,
      args: traefikArguments({
        ingressClassName: id,
        gatewayClassLabels: labels,
        namespace,
        redirects: httpListener !== undefined,
        trustedRanges,
      }),
      files: [ConfigFile.of(TRAEFIK_DYNAMIC_FILE, tls)],
      port: TRAEFIK_PORTS.websecure,
      protocol: AppProtocol.TCP,
      ports: [
        { name: "ping", port: TRAEFIK_PORTS.ping },
        ...(httpListener ? [{ name: "web", port: TRAEFIK_PORTS.web }] : []),
      ],
      readiness: HealthProbe.fromHttpGet("/ping", TRAEFIK_PORTS.ping),
      liveness: HealthProbe.fromTcpSocket(TRAEFIK_PORTS.ping, {
        period: Duration.seconds(15),
        failureThreshold: 4,
      }),
      apiAccess: ApiAccess._of(cluster),
      ...{ autoscale, imagePullSecrets, nodeSelector, priorityClassName, replicas, resources, tolerations },
    });
  }

  private addLoadBalancer(resolved: ResolvedTraefik): LoadBalancer {
    const { access, cluster, externalTrafficPolicy, httpListener, reservedAddress, securityRules, shape } =
      resolved;
    if (httpListener) this.workload._redirectPort = TRAEFIK_PORTS.web;
    return this.workload.exposeViaLoadBalancer({
      ...{ access, cluster, externalTrafficPolicy, httpListener, reservedAddress, securityRules, shape },
      proxyProtocol: ProxyProtocol.V2,
      tls: TlsTermination.atPod(),
    });
  }
}

/**
 * The labels that distinguish a Traefik's own class from other classes in the cluster, whose status it must
 * not write.
 */
function classLabelsOf(id: string, namespace: string): { [key: string]: string } {
  return { "app.kubernetes.io/instance": id, "app.kubernetes.io/part-of": namespace };
}
