import { ApiObject, Chart } from "cdk8s";
import { type Construct } from "constructs";
import {
  TRAEFIK_DYNAMIC_FILE,
  TRAEFIK_PORTS,
  traefikArguments,
  TraefikGateway,
  traefikTlsOptions,
} from "./private/traefik-gateway";
import { readTraefik, type TraefikIngressProps } from "./traefik-ingress-props";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { shortHash } from "../../core/short-hash";
import { type Problems } from "../../core/validation-error";
import { RoleRule } from "../../rbac/allow";
import { GATEWAY_API_GROUP } from "../../rbac/private/gateway-api";
import { LeastPrivilegeRole, RoleScope } from "../../rbac/role";
import { RbacResource } from "../../rbac/role-resource";
import { RbacVerb } from "../../rbac/role-verb";
import { Subject } from "../../rbac/subject";
import { HardenedDeployment } from "../../workload/hardened-deployment";
import { AppProtocol } from "../../workload/pods/app-protocol";
import { TlsVersion } from "../../workload/pods/cipher-suites";
import { ConfigFile } from "../../workload/pods/config-file";
import { HealthProbe } from "../../workload/pods/probe";
import { ApiAccess } from "../../workload/pods/rbac-api-access";
import { CertificateStore } from "../ingress-certificate";
import {
  type AskedRoute,
  INGRESS_SERVICE_PORT,
  IngressGateway,
  ingressOf,
  IngressPathType,
  type RouteManifest,
} from "../ingress-props";
import { type LoadBalancer } from "../load-balancer";
import { ProxyProtocol } from "../load-balancer-kinds";
import { type IServiceBackend } from "../service-backend";
import { TlsTermination } from "../tls-termination";

/** Say that the slice is none of the controllers of Kubernetes, and that those who keep the addresses of Services have no use for it. */
const SLICE_LABELS = {
  "endpointslice.kubernetes.io/managed-by": "secure-oke",
  "service.kubernetes.io/headless": "",
};

/** How Traefik is told of the Service of another namespace. */
enum BackendKind {
  /** A Service of the type ExternalName, for Ingress objects. */
  EXTERNAL_NAME,
  /**
   * A Service without selector and an EndpointSlice with the name, for routes of the Gateway API: Traefik refuses an ExternalName there, and
   * takes the name from a slice as it would an address.
   */
  NAMED_ENDPOINT,
}

/** A Service of the gateway's namespace that stands for one of the workload's, which no route here can name. */
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
  // Without an address of its own: nothing connects to it, and Traefik reads its name and port only.
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

/** What Traefik must read in its own namespace to be configured by Ingress objects; it changes nothing. */
function ingressPermissions(): RoleRule[] {
  return [watch(RbacResource.INGRESSES), ...backendPermissions()];
}

/**
 * What Traefik must read in its own namespace to be configured by the Gateway API, and where it says what became of it.
 *
 * It waits for every kind that it lists, also for those that no gateway of this library has.
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

/** What Traefik reads of the cluster itself: how namespaces are labelled, and which classes there are. */
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
 * A hardened Traefik that ends TLS for the hosts of many workloads, behind a load balancer of its own.
 *
 * It reads Ingress objects, Services and Secrets of its own namespace and nothing else of the cluster; what other namespaces
 * keep it never sees. So its chart has a namespace of its own, which the Ingress objects of all workloads and their
 * certificates are in. The load balancer passes TCP on and says who the client is. There is no dashboard, no API, and no
 * word to its makers. On request objects of the Gateway API take the place of Ingress objects, see `TraefikRouting`.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-ingress/
 */
@checked
export class TraefikIngress extends IngressGateway {
  /** The pods of Traefik. */
  public readonly workload: HardenedDeployment;
  /** The load balancer in front of them. */
  public readonly loadBalancer: LoadBalancer;
  /** The name of the class of its Gateway; none where Ingress objects configure it. */
  public readonly gatewayClassName?: string;

  private readonly gatewayApi?: TraefikGateway;

  /**
   * @param id the name of the Deployment and of the class of its Ingress objects too: up to 40 lower-case letters, digits and dashes
   * @throws ATTRIBUTE_MISSING, also where the chart has no namespace; NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, REPLICAS_INVALID,
   * COUNT_INVALID, QUANTITY_INVALID, RESOURCES_INVALID, LABEL_INVALID, LOAD_BALANCER_INVALID, NODE_PORT_INVALID, SUBNET_NOT_PUBLIC,
   * IMAGE_INVALID for a Traefik that is too old, REASON_MISSING; at synthesis LOAD_BALANCER_INVALID where the chart was added to another cluster
   */
  constructor(scope: Construct, id: string, props: TraefikIngressProps) {
    const trustedRanges = readTraefik(scope, id, props);
    super(scope, id, id, props.cluster);
    const { isGatewayApi = false, reason = "" } = props.routing ?? {};
    const { namespace = "" } = Chart.of(this);
    // A class belongs to the whole cluster; no namespace has a dot in its name.
    if (isGatewayApi) this.gatewayClassName = `${id}.${namespace}`;
    try {
      this.workload = this.addWorkload(id, props, trustedRanges);
      this.loadBalancer = this.addLoadBalancer(props);
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
      // They check what they are given themselves: nothing stays half made.
      scope.node.tryRemoveChild(id);
      throw error;
    }
  }

  /** @internal */
  public _homeOf(): Construct {
    return this;
  }

  /** @internal */
  public _check(problems: Problems, route: AskedRoute): void {
    const { workload, certificate } = route;
    this.gatewayApi?.check(problems, route);
    if (certificate.store !== CertificateStore.SECRET) {
      problems.add(
        "INGRESS_INVALID",
        `The certificate ${certificate.name} is one of the OCI Certificates service, which gives its key to load balancers of OCI only`,
        "Take IngressCertificate.fromCertManager or .fromSecret, or a gateway that is an OciNativeIngress",
      );
    }
    if (Chart.of(workload).namespace === undefined) {
      problems.add(
        "NAME_INVALID",
        `${workload.node.path} has no namespace, so nothing in another namespace can name it`,
        'Give its chart one: new Chart(app, "shop", { namespace: "shop" })',
      );
    }
  }

  /** @internal */
  public _connect(route: AskedRoute, serviceName: string): RouteManifest {
    const { workload, host, certificate } = route;
    // Both ends, by one declaration.
    this.workload.connections.allowTo(workload, Port.tcp(workload.port ?? 0));
    const kind = this.gatewayApi ? BackendKind.NAMED_ENDPOINT : BackendKind.EXTERNAL_NAME;
    const backend = backendOf(this, kind, this.workload.labels, workload, serviceName);
    if (this.gatewayApi) return this.gatewayApi.connect(route, backend);
    return ingressOf(route, {
      serviceName: backend,
      annotations: {
        // Names the class without an object of it, which Traefik could read only with a right in the whole cluster.
        "kubernetes.io/ingress.class": this.ingressClassName,
        [`${ANNOTATIONS}/router.priority`]: String(priorityOf(route)),
      },
      spec: { tls: [{ hosts: [host.name], secretName: certificate.name }] },
    });
  }

  private addWorkload(
    id: string,
    props: TraefikIngressProps,
    trustedRanges: readonly string[],
  ): HardenedDeployment {
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
    } = props;
    const tls = traefikTlsOptions(props.minimumVersion ?? TlsVersion.V1_2);
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
      liveness: HealthProbe.fromTcpSocket(TRAEFIK_PORTS.ping, { periodSeconds: 15, failureThreshold: 4 }),
      apiAccess: ApiAccess._of(cluster),
      ...{ autoscale, imagePullSecrets, nodeSelector, priorityClassName, replicas, resources, tolerations },
    });
  }

  private addLoadBalancer(props: TraefikIngressProps): LoadBalancer {
    const { access, cluster, externalTrafficPolicy, httpListener, reservedAddress, securityRules, shape } =
      props;
    if (httpListener) this.workload._redirectPort = TRAEFIK_PORTS.web;
    return this.workload.exposeViaLoadBalancer({
      ...{ access, cluster, externalTrafficPolicy, httpListener, reservedAddress, securityRules, shape },
      proxyProtocol: ProxyProtocol.V2,
      tls: TlsTermination.atPod(),
    });
  }
}

/**
 * One host before many, a longer path before a shorter one, and of equal ones the exact one, as Kubernetes asks for it.
 *
 * Traefik itself goes by the length of its own rule, which is longer for a prefix than for an exact path.
 */
function priorityOf({ host, path, pathType }: AskedRoute): number {
  const isExact = pathType === IngressPathType.EXACT;
  return (host.name.startsWith("*") ? 10_000 : 20_000) + path.length * 10 + (isExact ? 5 : 0);
}

/** By which a Traefik tells its class from those of others in the cluster, whose status is not its to write. */
function classLabelsOf(id: string, namespace: string): { [key: string]: string } {
  return { "app.kubernetes.io/instance": id, "app.kubernetes.io/part-of": namespace };
}
