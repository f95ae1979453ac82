import { ApiObject, Duration } from "cdk8s";
import { Construct } from "constructs";
import { type CertificateIssuer } from "./certificate-issuer";
import { checkNames } from "./private/certificate-names";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { checkSubdomainName } from "../core/kubernetes-names";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";
import { checkUnused } from "../synthesis/chart-objects";

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
const HOUR_IN_SECONDS = 3600;
const MIN_SHARE = 3;

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

  /** @throws NAME_INVALID, NAME_DUPLICATE, DURATION_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING */
  constructor(scope: Construct, id: string, props: TlsCertificateProps) {
    const { hours, renewHours } = read(scope, id, props);
    super(scope, id);
    this.secretName = props.secretName ?? id;
    this.duration = Duration.hours(hours);
    this.renewBefore = Duration.hours(renewHours);
    const [algorithm, size] = (props.key ?? CertificateKey.ECDSA_P256).split("-");
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: this.secretName },
      spec: {
        secretName: this.secretName,
        ...(props.dnsNames?.length ? { dnsNames: [...props.dnsNames].sort() } : {}),
        ...(props.ipAddresses?.length ? { ipAddresses: [...props.ipAddresses].sort() } : {}),
        issuerRef: props.issuer._issuerRef(),
        duration: `${hours}h`,
        renewBefore: `${renewHours}h`,
        // A stolen key is useless after the next renewal.
        privateKey: { algorithm, size: Number(size), rotationPolicy: "Always" },
        usages: ["digital signature", "server auth", ...(props.clientAuth ? ["client auth"] : [])],
        revisionHistoryLimit: 1,
      },
    });
  }
}

interface ReadCertificate {
  readonly hours: number;
  readonly renewHours: number;
}

/** Throws all problems together. */
function read(scope: Construct, id: string, given: TlsCertificateProps): ReadCertificate {
  const props: Partial<TlsCertificateProps> = given ?? {};
  const problems = new Problems(pathOf(scope, id));
  const { issuer, key, clientAuth } = props;
  checkGiven(problems, { issuer }, "TlsCertificateProps");
  const instead = 'CertificateIssuer.cluster("internal-ca"), or the issuer of an AcmeIssuer';
  checkMembers(problems, "issuer", issuer, ["group", "kind", "name", "_issuerRef"], instead);
  checkSubdomainName(problems, "secretName", props.secretName ?? id);
  checkUnused(problems, scope, ["Certificate"], props.secretName ?? id);
  checkNames(problems, props.dnsNames, props.ipAddresses);
  if (key !== undefined && !Object.values(CertificateKey).includes(key)) {
    problems.add(
      "VALUE_INVALID",
      `key is ${shown(key)}`,
      "Write CertificateKey.ECDSA_P256 or another of its members",
    );
  }
  if (clientAuth !== undefined && typeof clientAuth !== "boolean") {
    problems.add("VALUE_INVALID", `clientAuth is ${shown(clientAuth)}`, "Write true or false");
  }
  const life = readLife(problems, props);
  problems.throwIfAny();
  return life;
}

function readLife(problems: Problems, props: Partial<TlsCertificateProps>): ReadCertificate {
  const { issuer, duration = Duration.days(issuer?.isAcme ? MAX_DAYS : DEFAULT_DAYS) } = props;
  const hours = readHours(problems, "duration", duration);
  const most = MAX_DAYS * 24;
  if (hours === undefined || hours < MIN_HOURS || hours > most) {
    if (hours !== undefined) {
      problems.add(
        "DURATION_INVALID",
        `duration is ${duration.toHumanString()}, and a certificate is valid for ${MIN_HOURS} hours to ${MAX_DAYS} days`,
        "Give a shorter one, for example Duration.days(30): cert-manager renews it without you",
      );
    }
    return { hours: most, renewHours: most / MIN_SHARE };
  }
  const least = Math.ceil(hours / MIN_SHARE);
  const renewHours =
    props.renewBefore === undefined ? least : readHours(problems, "renewBefore", props.renewBefore);
  if (renewHours !== undefined && (renewHours < least || renewHours >= hours)) {
    problems.add(
      "DURATION_INVALID",
      `renewBefore is ${props.renewBefore?.toHumanString()} of ${duration.toHumanString()}; a third must be left when a renewal fails`,
      `Give ${least} hours or more, and less than ${hours}, or leave it out for a third`,
    );
  }
  return { hours, renewHours: renewHours ?? least };
}

/** Durations for cert-manager are whole hours, so that each has one spelling. */
function readHours(problems: Problems, name: string, duration: Duration): number | undefined {
  if (!checkMembers(problems, name, duration, ["toSeconds", "toHumanString"], "Duration.days(30)"))
    return undefined;
  const hours = duration.toSeconds({ integral: false }) / HOUR_IN_SECONDS;
  if (Number.isInteger(hours)) return hours;
  problems.add("DURATION_INVALID", `${name} is ${duration.toHumanString()}`, "Give whole hours");
  return undefined;
}
