import { ApiObject, Chart, Duration } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { checkHosts, dnsNames, ipAddresses } from "./private/certificate-names";
import { checked } from "../core/checked";
import { StateOfTree } from "../core/construct-state";
import {
  readArgument,
  any,
  boolean,
  choice,
  matching,
  optional,
  type PropsSchema,
  readArguments,
  readProps,
  type Resolved,
  subdomainName,
  valueOf,
  wholeDuration,
  withDefault,
} from "../core/readers";
import { pathOf } from "../core/construct-scope";
import { checkSubdomainName } from "../core/kubernetes-names";
import { Problems } from "../core/validation-error";
import { checkUnused } from "../synthesis/chart-objects";
import { isOfSameCluster } from "../synthesis/chart-scopes";

/** The API group and the kind of an issuer that is not part of cert-manager. */
export interface ExternalIssuerOptions {
  /** The API group of the issuer's kind, such as `awspca.cert-manager.io`. */
  readonly group: string;
  /** The kind of the issuer. */
  readonly kind: string;
  /** The name of the issuer. */
  readonly name: string;
}

const GROUP = "cert-manager.io";

const NAME = subdomainName();

const EXTERNAL = {
  group: subdomainName(),
  kind: matching(/^[A-Z][A-Za-z0-9]{0,62}$/, 'Write the kind of the issuer, such as "Issuer"'),
  name: subdomainName(),
} satisfies PropsSchema<ExternalIssuerOptions>;

/**
 * An issuer of cert-manager, which signs certificates in a cluster.
 *
 * @see https://cert-manager.io/docs/configuration/
 */
@checked
export class CertificateIssuer {
  /** An issuer for every namespace (ClusterIssuer). */
  public static cluster(name: string): CertificateIssuer {
    return new CertificateIssuer(
      GROUP,
      "ClusterIssuer",
      readArgument("CertificateIssuer.cluster", "name", name, NAME),
    );
  }

  /** An issuer for the namespace of the certificate (Issuer). */
  public static namespaced(name: string): CertificateIssuer {
    return new CertificateIssuer(
      GROUP,
      "Issuer",
      readArgument("CertificateIssuer.namespaced", "name", name, NAME),
    );
  }

  /**
   * An issuer of another controller than cert-manager's own.
   *
   * @see https://cert-manager.io/docs/configuration/issuers/
   */
  public static external(options: ExternalIssuerOptions): CertificateIssuer {
    const { group, kind, name } = readArguments("CertificateIssuer.external", options, EXTERNAL);
    return new CertificateIssuer(group, kind, name);
  }

  /**
   * An ACME issuer, whose server decides how long certificates are valid.
   *
   * @param wildcardZones the DNS zones of its DNS challenges; an empty text is every zone
   * @internal
   */
  public static _acme(kind: string, name: string, wildcardZones: readonly string[]): CertificateIssuer {
    return new CertificateIssuer(GROUP, kind, name, true, wildcardZones);
  }

  private constructor(
    /** The API group of the issuer's kind. */
    public readonly group: string,
    /** The kind, such as `ClusterIssuer`. */
    public readonly kind: string,
    /** The name. */
    public readonly name: string,
    /** Whether this is an ACME issuer; false if only its name is known. */
    public readonly isAcme = false,
    private readonly wildcardZones: readonly string[] = [""],
  ) {}

  /**
   * Whether the issuer can sign a certificate of a host: ACME servers sign wildcards after a DNS challenge only.
   *
   * @internal
   */
  public _canSign(host: string): boolean {
    if (!host.startsWith("*.")) return true;
    return this.wildcardZones.some((zone) => zone === "" || host.endsWith(`.${zone}`));
  }

  /** The reference in the spec of a Certificate. @internal */
  public _issuerRef(): object {
    const { group, kind, name } = this;
    return { group, kind, name };
  }
}

interface NamedIssuer {
  readonly kind: string;
  readonly name: string;
}

const acmeIssuers = new StateOfTree(() => new Map<IConstruct, CertificateIssuer>());

/** Records the ACME issuer that a construct creates, for the checks of certificates that refer to it by its name. */
export function recordAcmeIssuer(owner: IConstruct, issuer: CertificateIssuer): void {
  acmeIssuers.of(owner).set(owner, issuer);
}

/** The ACME issuer that the program creates under a name, in the cluster of a construct; for an Issuer, in its namespace. */
export function findAcmeIssuer(user: IConstruct, { kind, name }: NamedIssuer): CertificateIssuer | undefined {
  const isVisible = (owner: IConstruct) =>
    isOfSameCluster(user, owner) &&
    (kind === "ClusterIssuer" || Chart.of(user).namespace === Chart.of(owner).namespace);
  return [...(acmeIssuers.peek(user) ?? [])]
    .filter(([owner, issuer]) => issuer.kind === kind && issuer.name === name && isVisible(owner))
    .map(([, issuer]) => issuer)
    .at(0);
}

/** How a wildcard becomes possible, for messages. */
export const WILDCARD_FIX =
  "Give the issuer a DNS challenge for the zone, for example AcmeSolver.dns01Webhook({ groupName, solverName }); or list the hosts one by one";

/** Adds a problem for each wildcard that the issuer can't sign. */
function checkWildcards(
  problems: Problems,
  { issuer, dnsNames: hosts = [] }: { readonly issuer?: CertificateIssuer; readonly dnsNames?: string[] },
): void {
  hosts.forEach((host, index) => {
    if (!issuer || issuer._canSign(host)) return;
    const property = `dnsNames[${index}]`;
    problems.add(
      "NAME_INVALID",
      `${property} is ${host}, but no solver of the ACME issuer ${issuer.name} has a DNS challenge for it`,
      WILDCARD_FIX,
      property,
    );
  });
}

/** The algorithm and the size of a certificate's private key. */
export enum CertificateKey {
  /** ECDSA on the curve P-256: short signatures, supported by every current client. */
  ECDSA_P256 = "ECDSA-256",
  /** ECDSA on the curve P-384. */
  ECDSA_P384 = "ECDSA-384",
  /** RSA with 2048 bits. */
  RSA_2048 = "RSA-2048",
  /** RSA with 4096 bits. */
  RSA_4096 = "RSA-4096",
}

/** Props for TlsCertificate. */
export interface TlsCertificateProps {
  /** The issuer that signs the certificate. */
  readonly issuer: CertificateIssuer;
  /**
   * The host names of the certificate, such as `web.shop.svc` or `*.shop.example.com`.
   *
   * @default - none; then give `ipAddresses`
   */
  readonly dnsNames?: string[];
  /**
   * The IPv4 addresses of the certificate.
   *
   * @default - none
   */
  readonly ipAddresses?: string[];
  /**
   * The name of the Secret in which cert-manager stores `tls.crt`, `tls.key` and `ca.crt`; also the name of the Certificate.
   *
   * @default - the id of the construct
   */
  readonly secretName?: string;
  /**
   * The validity of the certificate: 2 hours to 90 days.
   *
   * The server of an ACME issuer sets the validity itself and ignores this value.
   *
   * @default - 30 days; 90 days for an ACME issuer
   */
  readonly duration?: Duration;
  /**
   * The time before its expiry at which the certificate is renewed: at least a third of `duration`, and less than `duration`.
   *
   * @default - a third of `duration`
   */
  readonly renewBefore?: Duration;
  /**
   * Whether the certificate also proves the identity of a client (mutual TLS).
   *
   * @default false
   */
  readonly clientAuth?: boolean;
  /**
   * The private key, which every renewal replaces.
   *
   * @default CertificateKey.ECDSA_P256
   */
  readonly key?: CertificateKey;
}

const MIN_HOURS = 2;
const MAX_DAYS = 90;
const DEFAULT_DAYS = 30;
const MIN_SHARE = 3;

const CERTIFICATE = {
  issuer: valueOf(CertificateIssuer),
  dnsNames: withDefault(dnsNames(), []),
  ipAddresses: withDefault(ipAddresses(), []),
  secretName: optional(subdomainName()),
  // Durations for cert-manager are whole hours, so that each has one spelling.
  duration: optional(
    wholeDuration("hours", { least: MIN_HOURS, most: MAX_DAYS * 24, example: "Duration.days(30)" }),
  ),
  // Read with limits that depend on the duration.
  renewBefore: optional(any<Duration>()),
  clientAuth: withDefault(boolean(), false),
  key: withDefault(
    choice(CertificateKey, "CertificateKey.ECDSA_P256 or another of its members"),
    CertificateKey.ECDSA_P256,
  ),
} satisfies PropsSchema<TlsCertificateProps>;

/** The props of a certificate, with its name and its times in hours. */
type ResolvedCertificate = Resolved<typeof CERTIFICATE> & {
  readonly secretName: string;
  readonly hours: number;
  readonly renewHours: number;
};

/**
 * A short-lived certificate for programs in a cluster: valid for at most 90 days, renewed before a third of its lifetime is left, each
 * time with a new private key.
 *
 * cert-manager stores it in a Secret and replaces its content in place: programs must reload the files. OCI load balancers don't: a
 * renewed Secret never reaches them, so use a `ManagedCertificate` for them.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
@checked
export class TlsCertificate extends Construct {
  /** The name of the Secret. */
  public readonly secretName: string;
  /** The validity of the certificate. */
  public readonly duration: Duration;
  /** The time before its expiry at which it is renewed. */
  public readonly renewBefore: Duration;

  constructor(scope: Construct, id: string, props: TlsCertificateProps) {
    const { hours, renewHours, issuer, key, ...read } = readCertificate(scope, id, props);
    super(scope, id);
    this.secretName = read.secretName;
    this.duration = Duration.hours(hours);
    this.renewBefore = Duration.hours(renewHours);
    const [algorithm, size] = key.split("-");
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: this.secretName },
      spec: {
        secretName: this.secretName,
        ...(read.dnsNames.length > 0 ? { dnsNames: [...read.dnsNames].sort() } : {}),
        ...(read.ipAddresses.length > 0 ? { ipAddresses: [...read.ipAddresses].sort() } : {}),
        issuerRef: issuer._issuerRef(),
        duration: `${hours}h`,
        renewBefore: `${renewHours}h`,
        // A stolen key is useless after the next renewal.
        privateKey: { algorithm, size: Number(size), rotationPolicy: "Always" },
        usages: ["digital signature", "server auth", ...(read.clientAuth ? ["client auth"] : [])],
        revisionHistoryLimit: 1,
      },
    });
  }
}

/** Reads the props; throws all problems together. */
function readCertificate(scope: Construct, id: string, props: TlsCertificateProps): ResolvedCertificate {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, CERTIFICATE);
  const secretName = read.secretName ?? id;
  if (props?.secretName === undefined) checkSubdomainName(problems, "secretName", secretName);
  checkUnused(problems, scope, ["Certificate"], secretName);
  checkHosts(problems, read);
  checkWildcards(problems, read);
  const hours = read.duration ?? (read.issuer?.isAcme ? MAX_DAYS : DEFAULT_DAYS) * 24;
  const isValidDuration = props?.duration === undefined || read.duration !== undefined;
  const renewHours = isValidDuration ? readRenewal(problems, read.renewBefore, hours) : undefined;
  return problems.resolved<ResolvedCertificate>({ ...read, secretName, hours, renewHours });
}

/** Reads the renewal: a third of the lifetime must be left when a renewal fails. */
function readRenewal(
  problems: Problems,
  renewBefore: Duration | undefined,
  hours: number,
): number | undefined {
  const least = Math.ceil(hours / MIN_SHARE);
  const range = { least, most: hours - 1, example: `Duration.hours(${least})` };
  return withDefault(wholeDuration("hours", range), least)(problems, "renewBefore", renewBefore);
}
