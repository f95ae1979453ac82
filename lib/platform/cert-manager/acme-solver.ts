import { checked } from "../../core/checked";
import { checkLiteral } from "../../core/credential-literal";
import {
  checkedBy,
  listOf,
  mapOf,
  matching,
  objectName,
  type PropsSchema,
  type Reader,
  readArguments,
  subdomainName,
  text,
  withDefault,
} from "../../core/readers";
import { byText } from "../../core/stable-order";

/** The domains of a solver. */
export interface AcmeSolverOptions {
  /**
   * The DNS zones of the domains, such as `example.com`; the solver with the longest matching zone is used.
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
   * The settings of the webhook, such as the OCID of a compartment. Keep credentials in a Secret, and give its name here.
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
  /** The DNS server that accepts updates: an IPv4 address and a port, such as `10.0.0.53:53`. */
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
  /** The class of the ingress gateway that forwards the requests of the ACME server to cert-manager's solver pods. */
  readonly ingressClassName: string;
}

/** Reads the key of a value in a Secret. */
export function secretKey(): Reader<string> {
  return matching(/^[A-Za-z0-9._-]{1,253}$/, 'Give a key of the Secret, for example "api-token"');
}

const ZONES = {
  dnsZones: withDefault(
    listOf(subdomainName(), 'a list of DNS zones, for example ["example.com"]'),
    [] as string[],
  ),
} satisfies PropsSchema<AcmeSolverOptions>;

const SETTINGS = checkedBy(
  mapOf(text(), 'an object, for example { compartmentOCID: "ocid1.compartment.oc1..…" }'),
  (problems, name, settings) => {
    for (const [key, value] of Object.entries(settings)) {
      checkLiteral(problems, `${name}.${key}`, key, value);
    }
  },
);

const WEBHOOK = {
  ...ZONES,
  groupName: subdomainName(),
  solverName: subdomainName(),
  config: withDefault(SETTINGS, {}),
} satisfies PropsSchema<AcmeDnsWebhookOptions>;

const CLOUDFLARE = {
  ...ZONES,
  apiTokenSecretName: subdomainName(),
  apiTokenSecretKey: withDefault(secretKey(), "api-token"),
} satisfies PropsSchema<AcmeCloudflareOptions>;

const RFC2136 = {
  ...ZONES,
  nameserver: matching(
    /^(\d{1,3}\.){3}\d{1,3}:\d{1,5}$/,
    'Give an IPv4 address and a port, for example "10.0.0.53:53"',
    { code: "VALUE_INVALID" },
  ),
  tsigKeyName: subdomainName(),
  tsigSecretName: subdomainName(),
  tsigSecretKey: withDefault(secretKey(), "tsig-secret"),
} satisfies PropsSchema<AcmeRfc2136Options>;

const HTTP = {
  ...ZONES,
  ingressClassName: objectName(),
} satisfies PropsSchema<AcmeHttpOptions>;

/** The part of a solver that selects domains. */
function selectorOf(zones: readonly string[]): object {
  return zones.length === 0 ? {} : { selector: { dnsZones: [...zones].sort(byText) } };
}

/**
 * How cert-manager proves to an ACME server that you control a domain.
 *
 * DNS challenges need no ingress and work for wildcards. For DNS zones of OCI, cert-manager needs a third-party webhook.
 *
 * @see https://cert-manager.io/docs/configuration/acme/
 */
@checked
export class AcmeSolver {
  /**
   * By DNS, through a webhook that runs in the cluster.
   *
   * @see https://cert-manager.io/docs/configuration/acme/dns01/webhook/
   */
  public static dns01Webhook(options: AcmeDnsWebhookOptions): AcmeSolver {
    const { dnsZones, ...webhook } = readArguments("AcmeSolver.dns01Webhook", options, WEBHOOK);
    return new AcmeSolver(selectorOf(dnsZones), { dns01: { webhook } });
  }

  /**
   * By DNS, in zones of Cloudflare.
   *
   * @see https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/
   */
  public static dns01Cloudflare(options: AcmeCloudflareOptions): AcmeSolver {
    const {
      apiTokenSecretName: name,
      apiTokenSecretKey: key,
      dnsZones,
    } = readArguments("AcmeSolver.dns01Cloudflare", options, CLOUDFLARE);
    return new AcmeSolver(selectorOf(dnsZones), {
      dns01: { cloudflare: { apiTokenSecretRef: { name, key } } },
    });
  }

  /**
   * By DNS, with a server that accepts signed updates (RFC 2136).
   *
   * @see https://cert-manager.io/docs/configuration/acme/dns01/rfc2136/
   */
  public static dns01Rfc2136(options: AcmeRfc2136Options): AcmeSolver {
    const {
      dnsZones,
      nameserver,
      tsigKeyName,
      tsigSecretName: name,
      tsigSecretKey: key,
    } = readArguments("AcmeSolver.dns01Rfc2136", options, RFC2136);
    const tsig = { tsigKeyName, tsigAlgorithm: "HMACSHA512", tsigSecretSecretRef: { name, key } };
    return new AcmeSolver(selectorOf(dnsZones), { dns01: { rfc2136: { nameserver, ...tsig } } });
  }

  /**
   * By HTTP, over port 80 of an ingress gateway; not for wildcards.
   *
   * The gateway must accept plain HTTP from the internet, which no gateway of this library does by default.
   *
   * @see https://cert-manager.io/docs/configuration/acme/http01/
   */
  public static http01(options: AcmeHttpOptions): AcmeSolver {
    const { dnsZones, ...ingress } = readArguments("AcmeSolver.http01", options, HTTP);
    return new AcmeSolver(selectorOf(dnsZones), { http01: { ingress } });
  }

  private constructor(
    private readonly selector: object,
    private readonly challenge: object,
  ) {}

  /** The solver in the spec of an issuer. @internal */
  public _solver(): object {
    return { ...this.selector, ...this.challenge };
  }
}
