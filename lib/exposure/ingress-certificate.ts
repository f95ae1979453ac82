import { type Duration } from "cdk8s";
import { type IConstruct } from "constructs";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkSubdomainName } from "../core/kubernetes-names";
import { checkOcid, compareOcids } from "../core/ocid";
import { Problems } from "../core/validation-error";
import { type TlsCertificate } from "../encryption/tls-certificate";
import { kind, shaped } from "../core/value-readers";
import { wholeDurationOf } from "../core/whole-duration";

/** Options of a certificate that cert-manager issues and renews. */
export interface CertManagerCertificateOptions {
  /** The name of the Secret in which cert-manager stores the certificate and its key. */
  readonly secretName: string;
  /**
   * The name of the ClusterIssuer; either this or `issuer`.
   *
   * @default - none
   */
  readonly clusterIssuer?: string;
  /**
   * The name of the Issuer in the namespace of the gateway; either this or `clusterIssuer`.
   *
   * @default - none
   */
  readonly issuer?: string;
  /**
   * The validity of the certificate: 2 hours to 90 days, in whole hours.
   *
   * ACME issuers ignore it.
   *
   * @default Duration.days(30)
   */
  readonly duration?: Duration;
  /**
   * The time before expiry at which the certificate is renewed: at least 1 hour, in whole hours, and less than
   * its validity.
   *
   * @default - a third of the validity
   */
  readonly renewBefore?: Duration;
}

/** The store of a certificate. */
export enum CertificateStore {
  /** A Secret in the gateway's namespace. */
  SECRET = "secret",
  /** The OCI Certificates service. */
  OCI_CERTIFICATES = "ociCertificates",
}

const MIN_HOURS = 2;
const MAX_HOURS = 2160;
const DEFAULT_HOURS = 720;

interface Annotations {
  [key: string]: string;
}

/** The certificate of a host for which an ingress gateway terminates TLS. */
@checked
export class IngressCertificate {
  /**
   * An existing Secret of the type `kubernetes.io/tls` in the namespace of the gateway, maintained outside of
   * this library.
   */
  public static fromSecret(secretName: string): IngressCertificate {
    const problems = new Problems("IngressCertificate.fromSecret");
    checkSecretName(problems, secretName);
    problems.throwIfAny();
    return new IngressCertificate(CertificateStore.SECRET, secretName);
  }

  /**
   * A short-lived certificate, which cert-manager issues and renews, each time with a new key.
   *
   * cert-manager and the issuer must be in the cluster. Use DNS challenges for an ACME issuer: the gateway
   * may not connect to the solver pods of HTTP challenges.
   *
   * @see https://cert-manager.io/docs/usage/ingress/#supported-annotations
   */
  public static fromCertManager(options: CertManagerCertificateOptions): IngressCertificate {
    const problems = new Problems("IngressCertificate.fromCertManager");
    const given = shaped(problems, options, {}) as CertManagerCertificateOptions;
    checkSecretName(problems, given.secretName);
    const annotations = { ...issuerOf(problems, given), ...lifetimeOf(problems, given) };
    problems.throwIfAny();
    return new IngressCertificate(CertificateStore.SECRET, given.secretName, annotations);
  }

  /** The certificate of a TlsCertificate in the namespace of the gateway. */
  public static fromTlsCertificate(certificate: TlsCertificate): IngressCertificate {
    const problems = new Problems("IngressCertificate.fromTlsCertificate");
    const instead = "a TlsCertificate, or IngressCertificate.fromSecret(secretName)";
    kind(["node", "secretName"], instead)(problems, "certificate", certificate);
    problems.throwIfAny();
    return new IngressCertificate(CertificateStore.SECRET, certificate.secretName);
  }

  /**
   * A certificate of the OCI Certificates service, which renews it; its key never enters the cluster.
   *
   * @param certificateId its OCID, or a reference to it
   * @see https://docs.oracle.com/iaas/Content/certificates/home.htm
   */
  public static fromOciCertificates(certificateId: string): IngressCertificate {
    const problems = new Problems("IngressCertificate.fromOciCertificates");
    checkOcid(problems, "certificateId", certificateId, "certificate");
    problems.throwIfAny();
    return new IngressCertificate(CertificateStore.OCI_CERTIFICATES, certificateId);
  }

  private constructor(
    /** The store of the certificate. */
    public readonly store: CertificateStore,
    /** The name of the Secret, or the OCID. */
    public readonly name: string,
    private readonly annotations: Annotations = {},
  ) {}

  /** The annotations of the Ingress for cert-manager. @internal */
  public _annotations(): Annotations {
    return { ...this.annotations };
  }

  /**
   * The spec of a cert-manager Certificate equivalent to the annotations; undefined if cert-manager is not
   * involved.
   *
   * @internal
   */
  public _orderFor(host: string): object | undefined {
    const { annotations } = this;
    const of = (name: string) => annotations[`cert-manager.io/${name}`];
    if (Object.keys(annotations).length === 0) return undefined;
    const clusterIssuer = of("cluster-issuer");
    return {
      secretName: this.name,
      dnsNames: [host],
      issuerRef: {
        group: "cert-manager.io",
        kind: clusterIssuer === undefined ? "Issuer" : "ClusterIssuer",
        name: clusterIssuer ?? of("issuer"),
      },
      duration: of("duration"),
      renewBefore: of("renew-before"),
      privateKey: { rotationPolicy: of("private-key-rotation-policy") },
    };
  }

  /** Whether cert-manager would store one of the two certificates in the Secret of the other. @internal */
  public _isOrderFor(other: IngressCertificate): boolean {
    const isOrdered = Object.keys({ ...this.annotations, ...other.annotations }).length > 0;
    return isOrdered && this.name === other.name;
  }

  /**
   * Whether it is certainly another certificate; a reference may hold any OCID.
   *
   * @param cluster the cluster that references are resolved from
   * @internal
   */
  public _differsFrom(other: IngressCertificate, cluster: IConstruct): boolean {
    if (this.store === CertificateStore.OCI_CERTIFICATES && other.store === this.store) {
      return (
        compareOcids({ scope: cluster, id: this.name }, { scope: cluster, id: other.name }) === "different"
      );
    }
    const keyOf = ({ store, name, annotations }: IngressCertificate) =>
      JSON.stringify([store, name, annotations]);
    return keyOf(this) !== keyOf(other);
  }
}

function checkSecretName(problems: Problems, name: string): void {
  if (typeof name === "string" && name.includes("/")) {
    problems.add(
      "NAME_INVALID",
      `secretName is ${shown(name)}, a Secret of another namespace`,
      "Keep the certificate in the namespace of the gateway, which reads no other, and give its name alone",
    );
    return;
  }
  checkSubdomainName(problems, "secretName", name);
}

function issuerOf(problems: Problems, { clusterIssuer, issuer }: CertManagerCertificateOptions): Annotations {
  if ((clusterIssuer === undefined) === (issuer === undefined)) {
    const what =
      issuer === undefined ? "Neither clusterIssuer nor issuer is" : "Both clusterIssuer and issuer are";
    problems.add(
      "VALUE_INVALID",
      `${what} given`,
      'Give one of them, for example clusterIssuer: "internal-ca"',
    );
  }
  if (clusterIssuer !== undefined) checkSubdomainName(problems, "clusterIssuer", clusterIssuer);
  if (issuer !== undefined) checkSubdomainName(problems, "issuer", issuer);
  return {
    ...(clusterIssuer === undefined ? {} : { "cert-manager.io/cluster-issuer": clusterIssuer }),
    ...(issuer === undefined ? {} : { "cert-manager.io/issuer": issuer }),
  };
}

/** The annotations for the validity and the renewal; adds a problem for a duration that cert-manager or the limit rejects. */
function lifetimeOf(
  problems: Problems,
  { duration, renewBefore }: CertManagerCertificateOptions,
): Annotations {
  const hours =
    duration === undefined
      ? DEFAULT_HOURS
      : wholeDurationOf(problems, "duration", duration, "hours", { least: MIN_HOURS, most: MAX_HOURS });
  // An invalid validity was reported already, and does not limit the renewal.
  const most = hours >= MIN_HOURS && hours <= MAX_HOURS ? hours - 1 : MAX_HOURS - 1;
  const renewHours =
    renewBefore === undefined
      ? Math.max(1, Math.floor(hours / 3))
      : wholeDurationOf(problems, "renewBefore", renewBefore, "hours", { least: 1, most });
  return {
    "cert-manager.io/duration": `${hours}h`,
    "cert-manager.io/renew-before": `${renewHours}h`,
    // A copied key becomes useless after the next renewal.
    "cert-manager.io/private-key-rotation-policy": "Always",
  };
}
