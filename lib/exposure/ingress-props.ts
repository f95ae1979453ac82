import { Construct } from "constructs";
import { type IngressCertificate } from "./ingress-certificate";
import { type IngressHost } from "./ingress-host";
import { type LoadBalancerAccess } from "./load-balancer-access";
import { type IServiceBackend } from "./service-backend";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { type Problems } from "../core/validation-error";

/**
 * How a path is matched against that of a request.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
 */
export enum IngressPathType {
  /** The path and everything below it, element by element: `/api` matches `/api/v1`, but not `/apis`. */
  PREFIX = "Prefix",
  /** The path itself only. */
  EXACT = "Exact",
}

/** A route of a gateway, with its resolved props. */
export interface ResolvedRoute {
  readonly workload: IServiceBackend;
  readonly host: IngressHost;
  readonly path: string;
  readonly pathType: IngressPathType;
  readonly certificate: IngressCertificate;
}

/** The object that declares a route to a gateway, without its name and labels. */
export interface RouteManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly annotations?: { [key: string]: string };
  readonly spec: object;
}

/** The parts of an Ingress that depend on the controller of its gateway. */
interface IngressParts {
  /** The name of the Service, in the namespace of the Ingress. */
  readonly serviceName: string;
  readonly annotations: { [key: string]: string };
  /** The fields of its spec besides the rule. */
  readonly spec: object;
}

/** The port of every Service that a gateway connects to; the pods listen on their own port. */
export const INGRESS_SERVICE_PORT = 80;

/**
 * A gateway that terminates TLS for many hosts and routes their requests to workloads, configured by Ingress
 * or Gateway API objects.
 *
 * `TraefikIngress` runs in the cluster, `OciNativeIngress` is an OCI load balancer.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
@checked
export abstract class IngressGateway extends Construct {
  /** The name of the class that Ingress objects use to select this gateway. */
  public readonly ingressClassName: string;
  /** The cluster whose workloads the gateway serves. */
  public readonly cluster: ISecureOkeCluster;

  /** The load balancer's access: internal or public, with the ranges of its clients. */
  public abstract readonly access: LoadBalancerAccess;

  private readonly routes = new Map<string, string>();
  private readonly certificates = new Map<string, IngressCertificate>();

  protected constructor(scope: Construct, id: string, ingressClassName: string, cluster: ISecureOkeCluster) {
    super(scope, id);
    this.ingressClassName = ingressClassName;
    this.cluster = cluster;
  }

  /** The scope in which the route of a workload is created. @internal */
  public abstract _homeOf(workload: IServiceBackend): Construct;

  /** Adds a problem for each option that this kind of gateway does not support. @internal */
  public abstract _check(problems: Problems, route: ResolvedRoute): void;

  /**
   * Allows connections from the gateway to the workload, and returns the object that declares the route.
   * @internal
   */
  public abstract _connect(route: ResolvedRoute, serviceName: string): RouteManifest;

  /** Adds a problem if the host and path are already taken, by the same or another workload. @internal */
  public _checkFree(problems: Problems, route: ResolvedRoute): void {
    const { host, path, certificate } = route;
    const owner = this.routes.get(keyOf(host, path));
    if (owner !== undefined) {
      problems.add(
        "NAME_DUPLICATE",
        `The gateway ${this.node.path} already routes ${host.name}${path} to ${owner}`,
        "Give each route another host or path, whatever its path type",
      );
    }
    const other = this.certificates.get(host.name);
    if (other?._differsFrom(certificate, this.cluster)) {
      problems.add(
        "INGRESS_INVALID",
        `The host ${host.name} has the certificate ${other.name} on another path, but ${certificate.name} here`,
        "Give the same certificate to all routes of a host",
      );
    }
    this.checkOrder(problems, route);
  }

  /** Adds a problem if cert-manager would issue a certificate for one host that the other would share. */
  private checkOrder(problems: Problems, { host, certificate }: ResolvedRoute): void {
    const shared = [...this.certificates].find(
      ([name, other]) => name !== host.name && certificate._isOrderFor(other),
    );
    if (!shared) return;
    problems.add(
      "INGRESS_INVALID",
      `cert-manager stores the certificate of ${shared[0]} in the Secret ${certificate.name}, which does not cover ${host.name}`,
      "Give each host its own Secret",
    );
  }

  /** @internal */
  public _claim({ workload, host, path, certificate }: ResolvedRoute): void {
    this.routes.set(keyOf(host, path), workload.node.path);
    this.certificates.set(host.name, certificate);
  }
}

/** The Ingress of a route. */
export function ingressOf(
  route: ResolvedRoute,
  { annotations, serviceName, spec }: IngressParts,
): RouteManifest {
  const { host, path, pathType, certificate } = route;
  const service = { name: serviceName, port: { number: INGRESS_SERVICE_PORT } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    annotations: { ...annotations, ...certificate._annotations() },
    spec: {
      ...spec,
      rules: [{ host: host.name, http: { paths: [{ path, pathType, backend: { service } }] } }],
    },
  };
}

function keyOf({ name }: IngressHost, path: string): string {
  return `${name}${path.length > 1 ? path.replace(/\/$/, "") : path}`;
}

/** Options of `exposeViaIngress`. */
export interface IngressOptions {
  /** The ingress gateway. */
  readonly gateway: IngressGateway;
  /** The host of the route. */
  readonly host: IngressHost;
  /** The TLS termination: `TlsTermination.atIngress(certificate)`. */
  readonly tls: TlsTermination;
  /**
   * The path of the route: `/`, or elements of letters, digits, `-`, `_`, `.` and `~`, each after a slash.
   *
   * @default "/"
   */
  readonly path?: string;
  /**
   * How the path is matched.
   *
   * @default IngressPathType.PREFIX
   */
  readonly pathType?: IngressPathType;
}

/** Props for IngressRoute. */
export interface IngressRouteProps extends IngressOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}
