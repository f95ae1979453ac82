import { Construct } from "constructs";
import { type IngressCertificate } from "./ingress-certificate";
import { type IngressHost } from "./ingress-host";
import { type IServiceBackend } from "./service-backend";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { type Problems } from "../core/validation-error";

/**
 * How a path is compared with that of a request.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
 */
export enum IngressPathType {
  /** The path itself and all below it, element by element: `/api` is for `/api/v1`, and not for `/apis`. */
  PREFIX = "Prefix",
  /** The path itself only. */
  EXACT = "Exact",
}

/** A route that was asked for, as far as it could be read. */
export interface AskedRoute {
  readonly workload: IServiceBackend;
  readonly host: IngressHost;
  readonly path: string;
  readonly pathType: IngressPathType;
  readonly certificate: IngressCertificate;
}

/** The object by which a gateway learns of a route, without its name and labels. */
export interface RouteManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly annotations?: { [key: string]: string };
  readonly spec: object;
}

/** What an Ingress says to the controller of its gateway. */
interface IngressParts {
  /** The Service that the Ingress names, in its own namespace. */
  readonly serviceName: string;
  readonly annotations: { [key: string]: string };
  /** What stands in its spec beside the rule. */
  readonly spec: object;
}

/** The port of every Service that a gateway connects to; the pods' own port is another one. */
export const INGRESS_SERVICE_PORT = 80;

/**
 * What ends TLS for many hosts and passes their requests on to workloads, configured by Ingress objects or those of the Gateway API.
 *
 * `TraefikIngress` runs in the cluster, `OciNativeIngress` is a load balancer of OCI.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
@checked
export abstract class IngressGateway extends Construct {
  /** The name of the class by which Ingress objects name this gateway. */
  public readonly ingressClassName: string;
  /** The cluster whose workloads the gateway leads to. */
  public readonly cluster: ISecureOkeCluster;

  private readonly routes = new Map<string, string>();
  private readonly certificates = new Map<string, IngressCertificate>();

  protected constructor(scope: Construct, id: string, ingressClassName: string, cluster: ISecureOkeCluster) {
    super(scope, id);
    this.ingressClassName = ingressClassName;
    this.cluster = cluster;
  }

  /** Where the route of a workload is made. @internal */
  public abstract _homeOf(workload: IServiceBackend): Construct;

  /** Adds what the kind of gateway can't do. @internal */
  public abstract _check(problems: Problems, route: AskedRoute): void;

  /** Opens the way from the gateway to the workload, and says by which object the gateway learns of it. @internal */
  public abstract _connect(route: AskedRoute, serviceName: string): RouteManifest;

  /** Adds a problem where another workload, or the same one, has this host and path already. @internal */
  public _checkFree(problems: Problems, route: AskedRoute): void {
    const { host, path, certificate } = route;
    const owner = this.routes.get(keyOf(host, path));
    if (owner !== undefined) {
      problems.add(
        "NAME_DUPLICATE",
        `${host.name}${path} of ${this.node.path} leads to ${owner} already`,
        "Give each route a host or a path of its own, whatever its type",
      );
    }
    const other = this.certificates.get(host.name);
    if (other?._differsFrom(certificate, this.cluster)) {
      problems.add(
        "INGRESS_INVALID",
        `${host.name} has the certificate ${other.name} on another path, and ${certificate.name} here`,
        "A host has one certificate: give the same value to all of its routes",
      );
    }
    this.checkOrder(problems, route);
  }

  /** Adds a problem where cert-manager would order a certificate for the one host, and the other would share it. */
  private checkOrder(problems: Problems, { host, certificate }: AskedRoute): void {
    const shared = [...this.certificates].find(
      ([name, other]) => name !== host.name && certificate._isOrderFor(other),
    );
    if (!shared) return;
    problems.add(
      "INGRESS_INVALID",
      `cert-manager keeps the certificate of ${shared[0]} in the Secret ${certificate.name}, which would not name ${host.name}`,
      "Give each host a Secret of its own",
    );
  }

  /** @internal */
  public _claim({ workload, host, path, certificate }: AskedRoute): void {
    this.routes.set(keyOf(host, path), workload.node.path);
    this.certificates.set(host.name, certificate);
  }
}

/** The Ingress of a route. */
export function ingressOf(
  route: AskedRoute,
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

/** How a workload is reached through an ingress gateway. */
export interface IngressOptions {
  /** The gateway. */
  readonly gateway: IngressGateway;
  /** The host that clients ask for. */
  readonly host: IngressHost;
  /** Where TLS ends: `TlsTermination.atIngress(certificate)`. */
  readonly tls: TlsTermination;
  /**
   * The path that clients ask for: `/`, or elements of letters, digits, `-`, `_`, `.` and `~` with a slash before each.
   *
   * @default "/"
   */
  readonly path?: string;
  /**
   * How the path is compared.
   *
   * @default IngressPathType.PREFIX
   */
  readonly pathType?: IngressPathType;
}

/** How a workload is reached through an ingress gateway, and which one. */
export interface IngressRouteProps extends IngressOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}
