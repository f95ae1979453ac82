import { ApiObject, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import {
  type AskedRoute,
  INGRESS_SERVICE_PORT,
  type IngressGateway,
  IngressPathType,
  type IngressRouteProps,
} from "./ingress-props";
import { TlsTerminationPoint } from "./load-balancer-kinds";
import { checkServiceName } from "./read-service-ports";
import { type IServiceBackend } from "./service-backend";
import { type TlsTermination } from "./tls-termination";
import { WorkloadService } from "./workload-service";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { shortHash } from "../core/short-hash";
import { Problems } from "../core/validation-error";
import { choice, kind, shaped } from "../core/value-readers";
import { isSameCluster, scopeOf } from "../synthesis/chart-scopes";
import { guardStaticSynthesis } from "../synthesis/static-synthesis";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { AppProtocol } from "../workload/pods/app-protocol";

const SUFFIX = "-ingress";
const MAX_NAME_LENGTH = 63;
/** The id of the Service in the scope of its workload. */
const INGRESS_SERVICE = "IngressService";

/** The Service inside the cluster that all routes of a workload share. */
function serviceOf(workload: IServiceBackend): WorkloadService {
  const known = workload.node.tryFindChild(INGRESS_SERVICE) as WorkloadService | undefined;
  if (known) return known;
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
const SHAPES = {
  gateway: kind(["ingressClassName", "_homeOf"], "a TraefikIngress or an OciNativeIngress"),
  host: kind(["name", "_acknowledge"], 'IngressHost.of("shop.example.com")'),
  tls: kind(["place", "certificate"], TLS),
  workload: kind(["connections", "selectorLabels"], "a HardenedDeployment, or another workload that listens"),
  pathType: choice(IngressPathType, "IngressPathType.PREFIX or IngressPathType.EXACT"),
};
const PATH = /^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+\/?$/;
const MAX_PATH_LENGTH = 200;

/** Validates the props; throws an error that lists every problem. */
function readIngress(given: IngressRouteProps): AskedRoute {
  const problems = new Problems(`${given.workload.node.path} (exposeViaIngress)`);
  const props = shaped(problems, given, SHAPES, ["gateway", "host", "tls", "workload"]);
  const { gateway, host, tls, workload, path = "/", pathType = IngressPathType.PREFIX } = props;
  if (workload) checkWorkload(problems, workload);
  if (tls) checkTls(problems, tls);
  const route = {
    workload,
    host,
    path: checkedPath(problems, path, pathType),
    pathType,
    certificate: tls?.certificate,
  };
  // A gateway checks complete routes only: missing props were reported already.
  if (gateway && isWhole(route)) {
    gateway._check(problems, route);
    gateway._checkFree(problems, route);
  }
  problems.throwIfAny();
  return route as AskedRoute;
}

function isWhole(route: {
  readonly [K in keyof AskedRoute]: AskedRoute[K] | undefined;
}): route is AskedRoute {
  return Object.values(route).every((value) => value !== undefined);
}

function checkedPath(problems: Problems, path: unknown, pathType: IngressPathType): string | undefined {
  const isPath = typeof path === "string" && PATH.test(path) && path.length <= MAX_PATH_LENGTH;
  const isEnded = pathType === IngressPathType.PREFIX && path !== "/" && String(path).endsWith("/");
  if (isPath && !isEnded) return path;
  problems.add(
    "INGRESS_INVALID",
    `path is ${shown(path)}`,
    `Write a slash before each element, such as /api/v1, at most ${MAX_PATH_LENGTH} characters; leave out the last slash of a prefix, ` +
      "which matches the path with and without it",
  );
  return undefined;
}

function checkWorkload(problems: Problems, workload: IServiceBackend): void {
  if (workload.port === undefined) {
    problems.add(
      "PORT_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give it the port that the program listens on, for example port: 8080",
    );
  }
  if (workload.protocol === AppProtocol.TCP) {
    problems.add(
      "INGRESS_INVALID",
      "The workload speaks AppProtocol.TCP, and a gateway reads requests of HTTP",
      "Take exposeViaLoadBalancer, which passes TCP on; or let the workload speak AppProtocol.HTTP",
    );
  }
  if (workload.node.tryFindChild(INGRESS_SERVICE)) return;
  checkServiceName(problems, workload as unknown as Construct, serviceNameOf(workload.name));
}

function checkTls(problems: Problems, { place }: TlsTermination): void {
  if (place === TlsTerminationPoint.INGRESS) return;
  problems.add(
    "INGRESS_INVALID",
    `TLS ends at another place (${place}), and a gateway serves no host without a certificate`,
    `Write ${TLS}`,
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

  /** @internal */
  public static _of(props: IngressRouteProps): IngressRoute {
    const route = readIngress(props);
    return new IngressRoute(props.gateway, route);
  }

  private constructor(gateway: IngressGateway, route: AskedRoute) {
    const { workload, host, path } = route;
    const name = nameOf(route);
    super(gateway._homeOf(workload), `Ingress-${name}`);
    gateway._claim(route);
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkCluster(this, gateway, workload));
    [this.name, this.host, this.path] = [name, host.name, path];
    host._acknowledge(this);
    this.node.defaultChild = this.addObject(gateway, route);
  }

  private addObject(gateway: IngressGateway, route: AskedRoute): ApiObject {
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
function nameOf({ workload, host, path, pathType }: AskedRoute): string {
  const { namespace = "" } = Chart.of(workload);
  const text = JSON.stringify([namespace, workload.name, host.name, path, pathType]);
  return `${workload.name.slice(0, 52).replace(/-+$/, "")}-${shortHash(text, 10)}`;
}

/** Refuses a gateway in another cluster than the workload's. */
function checkCluster(route: IConstruct, gateway: IngressGateway, workload: IServiceBackend): void {
  const home = scopeOf(Chart.of(workload));
  const problems = new Problems(route);
  if (home && !scopeOf(Chart.of(gateway))) {
    problems.add(
      "INGRESS_INVALID",
      `The chart of the gateway ${gateway.node.path} was added to no cluster, and that of ${workload.node.path} was: nothing would lead to it`,
      "Call cluster.addCdk8sChart for the chart of the gateway too",
    );
    problems.throwIfAny();
  }
  if (!home || isSameCluster(home, gateway.cluster)) return;
  problems.add(
    "INGRESS_INVALID",
    `The gateway ${gateway.node.path} is one of ${gateway.cluster.node.path}, and the chart of ${workload.node.path} was added to ${home.node.path}`,
    "Take a gateway of the workload's own cluster",
  );
  problems.throwIfAny();
}
