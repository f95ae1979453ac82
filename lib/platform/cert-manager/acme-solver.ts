import { checked } from "../../core/checked";
import { checkLiteral } from "../../core/credential-literal";
import { checkObjectName, checkSubdomainName, isDnsSubdomain } from "../../core/kubernetes-names";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

/** Which domains a solver proves. */
export interface AcmeSolverOptions {
  /**
   * The DNS zones of the domains, such as `example.com`; the longest one that fits a domain wins.
   *
   * @default - all domains
   */
  readonly dnsZones?: string[];
}

/** Options of AcmeSolver.dns01Webhook. */
export interface AcmeDnsWebhookOptions extends AcmeSolverOptions {
  /** The API group of the webhook, such as `acme.example.com`. */
  readonly groupName: string;
  /** The name of the solver in the webhook, such as `oci`. */
  readonly solverName: string;
  /**
   * What the webhook reads, such as the OCID of a compartment. Credentials belong into a Secret whose name is given here.
   *
   * @default - none
   */
  readonly config?: { [key: string]: string };
}

/** Options of AcmeSolver.dns01Cloudflare. */
export interface AcmeCloudflareOptions extends AcmeSolverOptions {
  /** The name of the Secret with the API token, in the namespace of the issuer, or in `cert-manager` for a ClusterIssuer. */
  readonly apiTokenSecretName: string;
  /**
   * The key in that Secret.
   *
   * @default "api-token"
   */
  readonly apiTokenSecretKey?: string;
}

/** Options of AcmeSolver.dns01Rfc2136. */
export interface AcmeRfc2136Options extends AcmeSolverOptions {
  /** The DNS server that takes updates: an IPv4 address and a port, such as `10.0.0.53:53`. */
  readonly nameserver: string;
  /** The name of the TSIG key. */
  readonly tsigKeyName: string;
  /** The name of the Secret with the TSIG key, in the namespace of the issuer, or in `cert-manager` for a ClusterIssuer. */
  readonly tsigSecretName: string;
  /**
   * The key in that Secret.
   *
   * @default "tsig-secret"
   */
  readonly tsigSecretKey?: string;
}

/** Options of AcmeSolver.http01. */
export interface AcmeHttpOptions extends AcmeSolverOptions {
  /** The class of the ingress gateway that passes the requests of the ACME server on to cert-manager's solver pods. */
  readonly ingressClassName: string;
}

const NAMESERVER = /^(\d{1,3}\.){3}\d{1,3}:\d{1,5}$/;

interface Manifest {
  readonly [name: string]: unknown;
}

/**
 * How cert-manager proves to an ACME server that a domain is yours.
 *
 * Proofs by DNS need no ingress and work for wildcards. For DNS zones of OCI, cert-manager needs a webhook of a third party.
 *
 * @see https://cert-manager.io/docs/configuration/acme/
 */
@checked
export class AcmeSolver {
  /**
   * By DNS, through a webhook that is in the cluster already.
   *
   * @see https://cert-manager.io/docs/configuration/acme/dns01/webhook/
   */
  public static dns01Webhook(options: AcmeDnsWebhookOptions): AcmeSolver {
    const problems = new Problems("AcmeSolver.dns01Webhook");
    const { groupName, solverName, config = {}, dnsZones } = options ?? ({} as AcmeDnsWebhookOptions);
    checkSubdomainName(problems, "groupName", groupName);
    checkSubdomainName(problems, "solverName", solverName);
    for (const [key, value] of Object.entries(config)) checkLiteral(problems, `config.${key}`, key, value);
    const selector = selectorOf(problems, dnsZones);
    problems.throwIfAny();
    return new AcmeSolver({
      ...selector,
      dns01: { webhook: { groupName, solverName, config: { ...config } } },
    });
  }

  /**
   * By DNS, in zones of Cloudflare.
   *
   * @see https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/
   */
  public static dns01Cloudflare(options: AcmeCloudflareOptions): AcmeSolver {
    const problems = new Problems("AcmeSolver.dns01Cloudflare");
    const {
      apiTokenSecretName: name,
      apiTokenSecretKey: key = "api-token",
      dnsZones,
    } = options ?? ({} as AcmeCloudflareOptions);
    checkSubdomainName(problems, "apiTokenSecretName", name);
    checkKey(problems, "apiTokenSecretKey", key);
    const selector = selectorOf(problems, dnsZones);
    problems.throwIfAny();
    return new AcmeSolver({ ...selector, dns01: { cloudflare: { apiTokenSecretRef: { name, key } } } });
  }

  /**
   * By DNS, with a server that takes signed updates (RFC 2136).
   *
   * @see https://cert-manager.io/docs/configuration/acme/dns01/rfc2136/
   */
  public static dns01Rfc2136(options: AcmeRfc2136Options): AcmeSolver {
    const problems = new Problems("AcmeSolver.dns01Rfc2136");
    const {
      nameserver,
      tsigKeyName,
      tsigSecretName: name,
      tsigSecretKey: key = "tsig-secret",
      dnsZones,
    } = options ?? ({} as AcmeRfc2136Options);
    if (typeof nameserver !== "string" || !NAMESERVER.test(nameserver)) {
      const fix = 'Write an IPv4 address and a port, such as "10.0.0.53:53"';
      problems.add("VALUE_INVALID", `nameserver is ${shown(nameserver)}`, fix);
    }
    checkSubdomainName(problems, "tsigKeyName", tsigKeyName);
    checkSubdomainName(problems, "tsigSecretName", name);
    checkKey(problems, "tsigSecretKey", key);
    const selector = selectorOf(problems, dnsZones);
    problems.throwIfAny();
    const tsig = { tsigKeyName, tsigAlgorithm: "HMACSHA512", tsigSecretSecretRef: { name, key } };
    return new AcmeSolver({ ...selector, dns01: { rfc2136: { nameserver, ...tsig } } });
  }

  /**
   * By HTTP, over port 80 of an ingress gateway; not for wildcards.
   *
   * The gateway must accept plain HTTP from the internet for it, which no gateway of this library does by itself.
   *
   * @see https://cert-manager.io/docs/configuration/acme/http01/
   */
  public static http01(options: AcmeHttpOptions): AcmeSolver {
    const problems = new Problems("AcmeSolver.http01");
    const { ingressClassName, dnsZones } = options ?? ({} as AcmeHttpOptions);
    checkObjectName(problems, "ingressClassName", ingressClassName);
    const selector = selectorOf(problems, dnsZones);
    problems.throwIfAny();
    return new AcmeSolver({ ...selector, http01: { ingress: { ingressClassName } } });
  }

  private constructor(private readonly manifest: Manifest) {}

  /** The solver in the spec of an issuer. @internal */
  public _solver(): object {
    return { ...this.manifest };
  }
}

function checkKey(problems: Problems, name: string, key: unknown): void {
  if (typeof key === "string" && /^[A-Za-z0-9._-]{1,253}$/.test(key)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(key)}`,
    "Use letters, digits, dashes, underscores and periods",
  );
}

function selectorOf(problems: Problems, dnsZones: unknown): Manifest {
  if (dnsZones === undefined || dnsZones === null) return {};
  if (!Array.isArray(dnsZones)) {
    problems.add(
      "VALUE_INVALID",
      `dnsZones is ${shown(dnsZones)}`,
      'Write a list, for example ["example.com"]',
    );
    return {};
  }
  const zones = dnsZones as string[];
  for (const zone of zones) {
    if (isDnsSubdomain(zone)) continue;
    const fix = 'Write the name of a zone, such as "example.com"';
    problems.add("NAME_INVALID", `dnsZones has ${shown(zone)}`, fix);
  }
  return zones.length === 0 ? {} : { selector: { dnsZones: [...zones].sort() } };
}
