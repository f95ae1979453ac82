import { Chart } from "cdk8s";
import { type Construct } from "constructs";
import { readTraefik } from "./read-traefik";
import { BackendKind, backendOf } from "./traefik-backend";
import { traefikArguments, TRAEFIK_DYNAMIC_FILE, TRAEFIK_PORTS, traefikTlsOptions } from "./traefik-config";
import { TraefikGateway } from "./traefik-gateway";
import { type TraefikIngressProps } from "./traefik-ingress-props";
import { clusterPermissions, gatewayPermissions, ingressPermissions } from "./traefik-permissions";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { shortHash } from "../../core/short-hash";
import { type Problems } from "../../core/validation-error";
import { AppProtocol } from "../../workload/app-protocol";
import { ConfigFile } from "../../workload/config-file";
import { HardenedDeployment } from "../../workload/hardened-deployment";
import {
  type AskedRoute,
  IngressGateway,
  ingressOf,
  type RouteManifest,
} from "../../workload/ingress/ingress-gateway";
import { CertificateStore } from "../../workload/ingress/ingress-certificate";
import { IngressPathType } from "../../workload/ingress/ingress-path-type";
import { type LoadBalancer } from "../../workload/load-balancer";
import { ProxyProtocol } from "../../workload/load-balancer-kinds";
import { Probe } from "../../workload/probe";
import { ApiAccess } from "../../workload/rbac-api-access";
import { LeastPrivilegeRole } from "../../workload/role";
import { RoleScope } from "../../workload/role-scope";
import { Subject } from "../../workload/subject";
import { TlsTermination, TlsVersion } from "../../workload/tls-termination";

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
      readiness: Probe.http("/ping", TRAEFIK_PORTS.ping),
      liveness: Probe.tcp(TRAEFIK_PORTS.ping, { periodSeconds: 15, failureThreshold: 4 }),
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
