import { reasonFor, type Reader, valueOf, checkedBy, text } from "../core/readers";
import { type IConstruct, Construct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { isDnsLabel } from "../core/kubernetes-names";
import { type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { type IngressCertificate } from "./ingress-certificate";
import { type LoadBalancerAccess } from "./load-balancer-settings";
import { type IServiceBackend } from "./workload-service";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster-base";

const MAX_HOST_LENGTH = 253;

function checkHost(problems: Problems, property: string, name: string): void {
  const labels = name.length <= MAX_HOST_LENGTH ? name.split(".") : [];
  // An IPv4 address ends in a number, a host name never does.
  if (labels.length > 1 && labels.every(isDnsLabel) && !/^\d+$/.test(labels.at(-1) ?? "")) return;
  problems.add(
    "NAME_INVALID",
    `${property} is ${shown(name)}, which is not a fully qualified host name`,
    'Use lower-case letters, digits, dashes and dots, for example "shop.example.com"; for all hosts of a domain, use ' +
      'IngressHost.wildcard("*.example.com", { reason })',
  );
}

const HOST = checkedBy(text(), checkHost);
const WILDCARD = checkedBy(text(), (problems, property, name) => {
  if (name.startsWith("*.")) return checkHost(problems, property, name.slice(2));
  problems.add(
    "NAME_INVALID",
    `${property} is ${shown(name)}, which is not a wildcard`,
    'Give an asterisk and a dot before the domain, for example "*.example.com"',
  );
});

const WILDCARD_REASON = reasonFor("A wildcard host");

/** Reads a host; again with its name and reason, because a program without types can pass any object. */
export function ingressHost(): Reader<IngressHost> {
  return checkedBy(valueOf<IngressHost>("IngressHost"), (problems, property, { name, reason }) => {
    if (typeof name !== "string" || !name.startsWith("*")) {
      HOST(problems, `${property}.name`, name);
      return;
    }
    WILDCARD(problems, `${property}.name`, name);
    WILDCARD_REASON(problems, `${property}.reason`, reason);
  });
}

/**
 * The host name under which an ingress gateway serves a workload.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
 */
@checked
export class IngressHost {
  /**
   * A single host.
   *
   * @param name such as `shop.example.com`: lower-case letters, digits, dashes and dots, with at least one
   * dot
   */
  public static of(name: string): IngressHost {
    const problems = new Problems("IngressHost.of");
    HOST(problems, "name", name);
    problems.throwIfAny();
    return new IngressHost(name);
  }

  /**
   * All hosts with one more label, including future ones.
   *
   * @param name such as `*.shop.example.com`: an asterisk and a dot before a name of at least two labels
   */
  public static wildcard(name: string, choice: ReasonedChoice): IngressHost {
    const problems = new Problems("IngressHost.wildcard");
    WILDCARD(problems, "name", name);
    const reason = WILDCARD_REASON(problems, "reason", choice?.reason);
    problems.throwIfAny();
    return new IngressHost(name, reason);
  }

  private constructor(
    /** The host name, with an asterisk for a wildcard. */
    public readonly name: string,
    /** The reason for a wildcard, if it is one. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "exposure", `wildcard host ${this.name}`, this.reason);
  }
}

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
