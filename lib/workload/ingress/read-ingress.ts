import { type Construct } from "constructs";
import { type AskedRoute } from "./ingress-gateway";
import { IngressPathType } from "./ingress-path-type";
import { type IngressRouteProps } from "./ingress-props";
import { INGRESS_SERVICE, serviceNameOf } from "./ingress-service";
import { AppProtocol } from "../app-protocol";
import { TlsPlace } from "../load-balancer-kinds";
import { type IServiceBackend } from "../service-backend";
import { checkServiceName } from "../service-name";
import { choice, kind, shaped } from "../shapes";
import { type TlsTermination } from "../tls-termination";
import { shown } from "../../core/shown";
import { Problems } from "../../core/validation-error";

const TLS = 'TlsTermination.atIngress(IngressCertificate.fromSecret("web-tls"))';
const SHAPES = {
  gateway: kind(["ingressClassName", "_homeOf"], "a TraefikIngress or an OciNativeIngress"),
  host: kind(["name", "_acknowledge"], 'IngressHost.of("shop.example.com")'),
  tls: kind(["place", "certificate"], TLS),
  workload: kind(["connections", "selectorLabels"], "a HardenedDeployment, or another workload that listens"),
  pathType: choice(IngressPathType, "IngressPathType.PREFIX or IngressPathType.EXACT"),
};
const PATH = /^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+\/?$/;
const LONGEST_PATH = 200;

/** Validates the props; throws with all that is wrong. */
export function readIngress(given: IngressRouteProps): AskedRoute {
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
  // A gateway judges whole routes only: what is missing has a problem already.
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
  const isPath = typeof path === "string" && PATH.test(path) && path.length <= LONGEST_PATH;
  const isEnded = pathType === IngressPathType.PREFIX && path !== "/" && String(path).endsWith("/");
  if (isPath && !isEnded) return path;
  problems.add(
    "INGRESS_INVALID",
    `path is ${shown(path)}`,
    `Write a slash before each element, such as /api/v1, at most ${LONGEST_PATH} characters; leave out the last slash of a prefix, ` +
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
  if (place === TlsPlace.INGRESS) return;
  problems.add(
    "INGRESS_INVALID",
    `TLS ends at another place (${place}), and a gateway serves no host without a certificate`,
    `Write ${TLS}`,
  );
}
