import {
  ingressHost,
  type ResolvedRoute,
  INGRESS_SERVICE_PORT,
  type IngressGateway,
  IngressPathType,
  type IngressRouteProps,
} from "./ingress-gateway";
import { ApiObject, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { TlsTerminationPoint } from "./load-balancer-settings";
import { checkServiceName, type IServiceBackend, WorkloadService } from "./workload-service";
import { type TlsTermination } from "./tls-termination";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { any, choice, type PropsSchema, readProps, valueOf, withDefault } from "../core/readers";
import { shortHash } from "../core/resource-name";
import { Problems } from "../core/validation-error";
import { isSameCluster, scopeOf } from "../synthesis/chart-scopes";
import { findAcmeIssuer, WILDCARD_FIX } from "../encryption/tls-certificate";
import { guardStaticSynthesis } from "../synthesis/chart-guards";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { AppProtocol } from "../workload/pods/ports";
import { type IngressCertificate } from "./ingress-certificate";

const SUFFIX = "-ingress";
const MAX_NAME_LENGTH = 63;
/** The id of the Service in the scope of its workload. */
const INGRESS_SERVICE = "IngressService";

/** The Service inside the cluster that all routes of a workload share. */
function serviceOf(workload: IServiceBackend): WorkloadService {
  const existing = workload.node.tryFindChild(INGRESS_SERVICE) as WorkloadService | undefined;
  if (existing) return existing;
  const name = serviceNameOf(workload.name);
  return new WorkloadService(workload as unknown as Construct, INGRESS_SERVICE, {
    workload,
    name,
    port: INGRESS_SERVICE_PORT,
  });
}

/** The name of the Service of a workload. */
function serviceNameOf(workload: string): string {
  const name = `${workload}${SUFFIX}`;
  if (name.length <= MAX_NAME_LENGTH) return name;
  return `${workload.slice(0, MAX_NAME_LENGTH - SUFFIX.length - 9)}-${shortHash(workload)}${SUFFIX}`;
}

const TLS = 'TlsTermination.atIngress(IngressCertificate.fromSecret("web-tls"))';
const PATH = /^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+\/?$/;
const MAX_PATH_LENGTH = 200;

const INGRESS_ROUTE = {
  gateway: valueOf<IngressGateway>("IngressGateway"),
  host: ingressHost(),
  tls: valueOf<TlsTermination>("TlsTermination"),
  workload: valueOf<IServiceBackend>("IServiceBackend"),
  path: withDefault(any<string>(), "/"),
  pathType: withDefault(
    choice(IngressPathType, "IngressPathType.PREFIX or IngressPathType.EXACT"),
    IngressPathType.PREFIX,
  ),
} satisfies PropsSchema<IngressRouteProps>;

/** A route and its gateway. */
interface ResolvedIngress {
  readonly gateway: IngressGateway;
  readonly route: ResolvedRoute;
}

/** Reads the props; throws an error that lists every problem. */
function readIngress(props: IngressRouteProps): ResolvedIngress {
  const problems = new Problems(`${props.workload.node.path} (exposeViaIngress)`);
  const { gateway, tls, path, ...read } = readProps(problems, props, INGRESS_ROUTE);
  if (read.workload) checkWorkload(problems, read.workload);
  if (tls) checkTls(problems, tls);
  const route: Partial<ResolvedRoute> = {
    ...read,
    path: path === undefined ? undefined : checkedPath(problems, path, read.pathType),
    certificate: tls?.certificate,
  };
  // A gateway checks complete routes only: missing props were reported already.
  if (gateway && isComplete(route)) {
    gateway._check(problems, route);
    gateway._checkFree(problems, route);
  }
  return problems.resolved<ResolvedIngress>({ gateway, route: route as ResolvedRoute });
}

function isComplete(route: Partial<ResolvedRoute>): route is ResolvedRoute {
  return Object.values(route).every((value) => value !== undefined);
}

function checkedPath(
  problems: Problems,
  path: unknown,
  pathType: IngressPathType | undefined,
): string | undefined {
  const isPath = typeof path === "string" && PATH.test(path) && path.length <= MAX_PATH_LENGTH;
  const hasTrailingSlash = pathType !== IngressPathType.EXACT && path !== "/" && String(path).endsWith("/");
  if (isPath && !hasTrailingSlash) return path;
  problems.add(
    "INGRESS_INVALID",
    `path is ${shown(path)}`,
    `Give a slash before each element, for example /api/v1, at most ${MAX_PATH_LENGTH} characters; a prefix has no trailing slash, ` +
      "and matches the path with and without one",
  );
  return undefined;
}

function checkWorkload(problems: Problems, workload: IServiceBackend): void {
  if (workload.port === undefined) {
    problems.add(
      "PORT_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give the workload the port that the program listens on, for example port: 8080",
    );
  }
  if (workload.protocol === AppProtocol.TCP) {
    problems.add(
      "INGRESS_INVALID",
      `The workload ${workload.node.path} uses AppProtocol.TCP, but a gateway routes HTTP requests`,
      "Use exposeViaLoadBalancer, which forwards TCP; or set protocol: AppProtocol.HTTP",
    );
  }
  if (workload.node.tryFindChild(INGRESS_SERVICE)) return;
  checkServiceName(problems, workload as unknown as Construct, serviceNameOf(workload.name));
}

function checkTls(problems: Problems, { place }: TlsTermination): void {
  if (place === TlsTerminationPoint.INGRESS) return;
  problems.add(
    "INGRESS_INVALID",
    `tls terminates at ${place}, but a gateway needs a certificate for each host`,
    `Use ${TLS}`,
  );
}

/**
 * A route of a gateway from a host and path to a workload: an Ingress or Gateway API route, a Service for the
 * pods, and the connection between them.
 *
 * `workload.exposeViaIngress(…)` creates it in the scope that the gateway reads its routes from.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
@checked
export class IngressRoute extends Construct {
  /** The name of the Ingress, HTTPRoute or GRPCRoute. */
  public readonly name: string;
  /** The host of the route. */
  public readonly host: string;
  /** The path of the route. */
  public readonly path: string;
  /** The gateway that serves the route. */
  public readonly gateway: IngressGateway;
  /** The workload that receives the requests. */
  public readonly workload: IServiceBackend;
  /** The certificate of the host. */
  public readonly certificate: IngressCertificate;

  /** @internal */
  public static _of(props: IngressRouteProps): IngressRoute {
    const { gateway, route } = readIngress(props);
    return new IngressRoute(gateway, route);
  }

  private constructor(gateway: IngressGateway, route: ResolvedRoute) {
    const { workload, host, path } = route;
    const name = nameOf(route);
    super(gateway._homeOf(workload), `Ingress-${name}`);
    gateway._claim(route);
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => {
      checkCluster(this, gateway, workload);
      checkWildcard(this);
    });
    [this.name, this.host, this.path] = [name, host.name, path];
    [this.gateway, this.workload, this.certificate] = [gateway, workload, route.certificate];
    host._acknowledge(this);
    this.node.defaultChild = this.addObject(gateway, route);
  }

  private addObject(gateway: IngressGateway, route: ResolvedRoute): ApiObject {
    const { workload } = route;
    const { apiVersion, kind, annotations, spec } = gateway._connect(route, serviceOf(workload).name);
    const metadata = { name: this.name, labels: workload.labels, annotations };
    return new ApiObject(this, "Resource", { apiVersion, kind, metadata, spec });
  }
}

/**
 * The name of a route: the workload's name, and a hash that distinguishes the workload's routes and equal
 * names in two namespaces.
 */
function nameOf({ workload, host, path, pathType }: ResolvedRoute): string {
  const { namespace = "" } = Chart.of(workload);
  const text = JSON.stringify([namespace, workload.name, host.name, path, pathType]);
  return `${workload.name.slice(0, 52).replace(/-+$/, "")}-${shortHash(text, 10)}`;
}

/** Throws if the issuer of the certificate of a wildcard host is an ACME issuer of the program that can't sign it. */
function checkWildcard({ certificate, gateway, host, node }: IngressRoute): void {
  const name = certificate._issuer();
  const issuer = name && findAcmeIssuer(gateway, name);
  if (!issuer || issuer._canSign(host)) return;
  const problems = new Problems(node.path);
  problems.add(
    "INGRESS_INVALID",
    `host is ${host}, but no solver of the ACME issuer ${issuer.name} has a DNS challenge for it`,
    WILDCARD_FIX,
    "host",
  );
  problems.throwIfAny();
}

/** Throws if the gateway belongs to another cluster than the workload. */
function checkCluster(route: IConstruct, gateway: IngressGateway, workload: IServiceBackend): void {
  const home = scopeOf(Chart.of(workload));
  const problems = new Problems(route);
  if (home && !scopeOf(Chart.of(gateway))) {
    problems.add(
      "INGRESS_INVALID",
      `The chart of the gateway ${gateway.node.path} was not added to the cluster of ${workload.node.path}`,
      "Call cluster.addCdk8sChart for the chart of the gateway too",
    );
    problems.throwIfAny();
  }
  if (!home || isSameCluster(home, gateway.cluster)) return;
  problems.add(
    "INGRESS_INVALID",
    `The gateway ${gateway.node.path} belongs to ${gateway.cluster.node.path}, but the chart of ${workload.node.path} was added to ${home.node.path}`,
    "Use a gateway of the workload's cluster",
  );
  problems.throwIfAny();
}
