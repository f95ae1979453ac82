import { ApiObject, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { shortHash } from "../../../core/resource-name";
import { type Problems } from "../../../core/validation-error";
import { GATEWAY_API_GROUP } from "../../../rbac/rbac-verb";
import { AppProtocol } from "../../../workload/pods/ports";
import { TlsVersion } from "../../../workload/pods/load-balancer-listeners";
import {
  type ResolvedRoute,
  INGRESS_SERVICE_PORT,
  IngressPathType,
  type RouteManifest,
} from "../../ingress-gateway";
import { type IServiceBackend } from "../../workload-service";
import { byText } from "../../../core/stable-order";
import { removeNamespace } from "../../../synthesis/chart-objects";

/** The ports that Traefik listens on, none of which needs a capability. */
export const TRAEFIK_PORTS = { ping: 8080, web: 8000, websecure: 8443 };
/** The path of the dynamic configuration, which Traefik reads once at its start. */
export const TRAEFIK_DYNAMIC_FILE = "/etc/traefik/tls.yaml";

/** The parameters of Traefik's arguments. */
interface TraefikArguments {
  readonly namespace: string;
  readonly ingressClassName: string;
  /** The labels of its GatewayClass; undefined with Ingress objects. */
  readonly gatewayClassLabels?: { [key: string]: string };
  /** The source ranges of the load balancer's connections. */
  readonly trustedRanges: readonly string[];
  /** Whether plain HTTP is redirected. */
  readonly redirects: boolean;
}

/**
 * The static configuration of Traefik.
 *
 * Options that are off by default and would open something are left out: `--api`, `--metrics`,
 * `--entryPoints.<name>.forwardedHeaders`; naming any option of the API enables it.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/configuration-options/
 */
export function traefikArguments(options: TraefikArguments): string[] {
  const { redirects } = options;
  return [
    "--global.checkNewVersion=false",
    "--global.sendAnonymousUsage=false",
    "--log.format=json",
    "--accessLog=true",
    "--accessLog.format=json",
    `--entryPoints.ping.address=:${TRAEFIK_PORTS.ping}`,
    "--ping.entryPoint=ping",
    ...entryPoint("websecure", TRAEFIK_PORTS.websecure, options),
    // Otherwise a route would be on every entry point, including the one without TLS.
    "--entryPoints.websecure.asDefault=true",
    "--entryPoints.websecure.http.tls=true",
    // A path that a program parses differently from Traefik would bypass the route that it belongs to.
    ...["Slash", "BackSlash", "NullCharacter"].map(
      (what) => `--entryPoints.websecure.http.encodedCharacters.allowEncoded${what}=false`,
    ),
    ...(redirects ? redirectingEntryPoint(options) : []),
    ...(options.gatewayClassLabels === undefined ? ingressArguments(options) : gatewayApiArguments(options)),
    `--providers.file.filename=${TRAEFIK_DYNAMIC_FILE}`,
    "--providers.file.watch=false",
  ];
}

function ingressArguments({ namespace, ingressClassName }: TraefikArguments): string[] {
  return [
    "--providers.kubernetesIngress=true",
    `--providers.kubernetesIngress.namespaces=${namespace}`,
    `--providers.kubernetesIngress.ingressClass=${ingressClassName}`,
    // No cluster-wide permission: neither nodes nor classes are read.
    "--providers.kubernetesIngress.disableClusterScopeResources=true",
    // The Services of workloads are in their own namespaces, and are referenced by name.
    "--providers.kubernetesIngress.allowExternalNameServices=true",
    "--providers.kubernetesIngress.strictPrefixMatching=true",
  ];
}

function gatewayApiArguments({ namespace, gatewayClassLabels = {} }: TraefikArguments): string[] {
  const labels = Object.entries(gatewayClassLabels).map(([name, value]) => `${name}=${value}`);
  return [
    "--providers.kubernetesGateway=true",
    `--providers.kubernetesGateway.namespaces=${namespace}`,
    // Excludes the classes of other Traefiks in the cluster.
    `--providers.kubernetesGateway.labelSelector=${labels.join(",")}`,
  ];
}

/** An entry point for connections of the load balancer, which prefixes each with the client's address. */
function entryPoint(name: string, port: number, { trustedRanges }: TraefikArguments): string[] {
  return [
    `--entryPoints.${name}.address=:${port}`,
    `--entryPoints.${name}.proxyProtocol.trustedIPs=${trustedRanges.join(",")}`,
  ];
}

function redirectingEntryPoint(options: TraefikArguments): string[] {
  return [
    ...entryPoint("web", TRAEFIK_PORTS.web, options),
    // The port of the load balancer, not that of the entry point.
    "--entryPoints.web.http.redirections.entryPoint.to=:443",
    "--entryPoints.web.http.redirections.entryPoint.scheme=https",
    "--entryPoints.web.http.redirections.entryPoint.permanent=true",
  ];
}

/** Suites with forward secrecy and authenticated encryption; TLS 1.3 has no others, and its list is fixed. */
const SUITES = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];
const VERSIONS = { [TlsVersion.V1_2]: "VersionTLS12", [TlsVersion.V1_3]: "VersionTLS13" };

/**
 * The TLS options of Traefik for every host.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-options/
 * @see https://wiki.mozilla.org/Security/Server_Side_TLS
 */
export function traefikTlsOptions(minimum: TlsVersion): string {
  const suites =
    minimum === TlsVersion.V1_3
      ? []
      : ["      cipherSuites:", ...SUITES.map((suite) => `        - ${suite}`)];
  return [
    "tls:",
    "  options:",
    "    default:",
    `      minVersion: ${VERSIONS[minimum]}`,
    ...suites,
    // A client that requests no host of the gateway gets no certificate, and so no response.
    "      sniStrict: true",
    "",
  ].join("\n");
}

const API_VERSION = `${GATEWAY_API_GROUP}/v1`;
/** The maximum number of listeners in the definition of a Gateway. */
const MAX_HOSTS = 64;

/** The data of a Traefik that its Gateway API objects need. */
interface TraefikGatewayProps {
  readonly name: string;
  readonly className: string;
  readonly labels: { [key: string]: string };
  /** The labels that distinguish Traefik's own class from others. */
  readonly classLabels: { [key: string]: string };
}

interface Host {
  readonly name: string;
  readonly kind: string;
  readonly secretName: string;
}

/**
 * The GatewayClass of a Traefik, its Gateway with one listener for each host, and the certificates of the
 * hosts.
 */
export class TraefikGateway extends Construct {
  private readonly hosts = new Map<string, Host>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TraefikGatewayProps,
  ) {
    super(scope, id);
    const { className, classLabels } = props;
    const gatewayClass = new ApiObject(this, "Class", {
      apiVersion: API_VERSION,
      kind: "GatewayClass",
      metadata: { name: className, labels: classLabels },
      spec: { controllerName: "traefik.io/gateway-controller" },
    });
    removeNamespace(gatewayClass);
  }

  /** Adds a problem for each option that the Gateway API, or Traefik's implementation of it, does not support. */
  public check(problems: Problems, route: ResolvedRoute): void {
    const addProblem = (what: string, fix: string) => problems.add("INGRESS_INVALID", what, fix);
    const { host, path, pathType, workload } = route;
    const existing = this.hosts.get(host.name);
    const isGrpc = workload.protocol === AppProtocol.GRPC;
    if (isGrpc && (path !== "/" || pathType !== IngressPathType.PREFIX)) {
      addProblem(
        `path is ${path}, but a GRPCRoute matches services and methods instead of paths`,
        "Give the gRPC workload its own host, and leave path out",
      );
    }
    if (existing && existing.kind !== kindOf(workload)) {
      addProblem(
        `host is ${host.name}, which has a ${existing.kind}, but this route is a ${kindOf(workload)}`,
        "Give the gRPC workload its own host",
      );
    }
    const other = [...this.hosts.keys()].find(
      (name) => isWithin(name, host.name) || isWithin(host.name, name),
    );
    if (other !== undefined) {
      addProblem(
        `host is ${host.name}, which overlaps with ${other}: Traefik compares paths before hosts, so one route could answer requests of the other`,
        "List the hosts one by one, or create a separate TraefikIngress for the wildcard",
      );
    }
    if (!existing && this.hosts.size >= MAX_HOSTS) {
      addProblem(
        `The gateway already has ${MAX_HOSTS} hosts, the maximum number of listeners`,
        "Create another TraefikIngress",
      );
    }
  }

  /** Adds a listener for the host of a route; returns the object that routes its requests. */
  public connect(route: ResolvedRoute, serviceName: string): RouteManifest {
    const { host, path, pathType, workload } = route;
    const kind = kindOf(workload);
    this.addHost(route);
    const backendRefs = [
      { group: "", kind: "Service", name: serviceName, port: INGRESS_SERVICE_PORT, weight: 1 },
    ];
    const type = pathType === IngressPathType.EXACT ? "Exact" : "PathPrefix";
    const rule =
      kind === "GRPCRoute" ? { backendRefs } : { matches: [{ path: { type, value: path } }], backendRefs };
    const sectionName = listenerOf(host.name);
    return {
      apiVersion: API_VERSION,
      kind,
      spec: {
        parentRefs: [{ group: GATEWAY_API_GROUP, kind: "Gateway", name: this.props.name, sectionName }],
        hostnames: [host.name],
        rules: [rule],
      },
    };
  }

  private addHost({ host, certificate, workload }: ResolvedRoute): void {
    // A Gateway without a listener is invalid.
    if (this.hosts.size === 0) this.addGateway();
    if (this.hosts.has(host.name)) return;
    this.hosts.set(host.name, { name: host.name, kind: kindOf(workload), secretName: certificate.name });
    const spec = certificate._orderFor(host.name);
    if (spec === undefined) return;
    new ApiObject(this, `Certificate-${certificate.name}`, {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: certificate.name, labels: this.props.labels },
      spec,
    });
  }

  private addGateway(): void {
    const { name, labels, className } = this.props;
    new ApiObject(this, "Resource", {
      apiVersion: API_VERSION,
      kind: "Gateway",
      metadata: { name, labels },
      spec: {
        gatewayClassName: className,
        // Rendered late: hosts come with the routes of workloads, in any order.
        listeners: Lazy.any({ produce: () => this.listeners() }) as unknown,
      },
    });
  }

  private listeners(): object[] {
    const hosts = [...this.hosts.values()].sort((a, b) => byText(a.name, b.name));
    return hosts.map(({ name, kind, secretName }) => ({
      name: listenerOf(name),
      hostname: name,
      // Traefik finds its entry point by this port of its pods.
      port: TRAEFIK_PORTS.websecure,
      protocol: "HTTPS",
      tls: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: secretName }] },
      allowedRoutes: { namespaces: { from: "Same" }, kinds: [{ group: GATEWAY_API_GROUP, kind }] },
    }));
  }
}

function kindOf({ protocol }: IServiceBackend): string {
  return protocol === AppProtocol.GRPC ? "GRPCRoute" : "HTTPRoute";
}

/** The name of a listener: it can't contain an asterisk, and every host contains a dot. */
function listenerOf(host: string): string {
  return host.startsWith("*") ? `wildcard-${shortHash(host)}` : host;
}

/** Whether a wildcard covers another host; in the Gateway API, with one label or more. */
function isWithin(host: string, wildcard: string): boolean {
  return host !== wildcard && wildcard.startsWith("*") && host.endsWith(wildcard.slice(1));
}

/**
 * The priority of a route: an exact host before a wildcard, a longer path before a shorter one, an exact path
 * before a prefix, as Kubernetes specifies.
 *
 * Traefik itself sorts by the length of its own rule, which is longer for a prefix than for an exact path.
 */
export function priorityOf({ host, path, pathType }: ResolvedRoute): number {
  const isExact = pathType === IngressPathType.EXACT;
  return (host.name.startsWith("*") ? 10_000 : 20_000) + path.length * 10 + (isExact ? 5 : 0);
}
