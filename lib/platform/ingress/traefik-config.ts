import { TlsVersion } from "../../workload/tls-termination";

/** The ports that Traefik listens on, none of which needs a capability. */
export const TRAEFIK_PORTS = { ping: 8080, web: 8000, websecure: 8443 };
/** Where Traefik finds what it reads once, at its start. */
export const TRAEFIK_DYNAMIC_FILE = "/etc/traefik/tls.yaml";

/** What the arguments of Traefik depend on. */
export interface TraefikArguments {
  readonly namespace: string;
  readonly ingressClassName: string;
  /** The labels of the class of its Gateway; none where Ingress objects configure it. */
  readonly gatewayClassLabels?: { [key: string]: string };
  /** The ranges from which the load balancer's connections come. */
  readonly trustedRanges: readonly string[];
  /** Whether plain HTTP is answered with redirects. */
  readonly redirects: boolean;
}

/**
 * The static configuration of Traefik.
 *
 * What is off by default and would open something is left out: `--api`, `--metrics`, `--entryPoints.<name>.forwardedHeaders`; to
 * name an option of the API is to switch it on.
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
    // Otherwise a route would be on every entry point, without TLS too.
    "--entryPoints.websecure.asDefault=true",
    "--entryPoints.websecure.http.tls=true",
    // A path that a program reads otherwise than Traefik would lead past the route that it belongs to.
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
    // No right in the whole cluster: neither nodes nor classes are read.
    "--providers.kubernetesIngress.disableClusterScopeResources=true",
    // The Services of workloads are in their own namespaces, and named here.
    "--providers.kubernetesIngress.allowExternalNameServices=true",
    "--providers.kubernetesIngress.strictPrefixMatching=true",
  ];
}

function gatewayApiArguments({ namespace, gatewayClassLabels = {} }: TraefikArguments): string[] {
  const labels = Object.entries(gatewayClassLabels).map(([name, value]) => `${name}=${value}`);
  return [
    "--providers.kubernetesGateway=true",
    `--providers.kubernetesGateway.namespaces=${namespace}`,
    // Classes of other Traefiks in the cluster are theirs.
    `--providers.kubernetesGateway.labelSelector=${labels.join(",")}`,
  ];
}

/** An entry point for connections of the load balancer, which says before each who the client is. */
function entryPoint(name: string, port: number, { trustedRanges }: TraefikArguments): string[] {
  return [
    `--entryPoints.${name}.address=:${port}`,
    `--entryPoints.${name}.proxyProtocol.trustedIPs=${trustedRanges.join(",")}`,
  ];
}

function redirectingEntryPoint(options: TraefikArguments): string[] {
  return [
    ...entryPoint("web", TRAEFIK_PORTS.web, options),
    // The port of the load balancer, and not that of the entry point.
    "--entryPoints.web.http.redirections.entryPoint.to=:443",
    "--entryPoints.web.http.redirections.entryPoint.scheme=https",
    "--entryPoints.web.http.redirections.entryPoint.permanent=true",
  ];
}

/** Forward secrecy and authenticated encryption; TLS 1.3 has no others, and takes no list. */
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
 * What Traefik speaks as TLS on every host.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-options/
 * @see https://wiki.mozilla.org/Security/Server_Side_TLS
 */
export function traefikTlsOptions(minimum: TlsVersion): string {
  const suites =
    minimum === TlsVersion.V1_3 ? [] : ["      cipherSuites:", ...SUITES.map((one) => `        - ${one}`)];
  return [
    "tls:",
    "  options:",
    "    default:",
    `      minVersion: ${VERSIONS[minimum]}`,
    ...suites,
    // A client that asks for no host of the gateway gets no certificate, and so no answer.
    "      sniStrict: true",
    "",
  ].join("\n");
}
