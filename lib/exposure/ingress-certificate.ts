import { type IConstruct } from "constructs";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkSubdomainName } from "../core/kubernetes-names";
import { checkOcid, compareOcids } from "../core/ocid";
import { Problems } from "../core/validation-error";
import { type TlsCertificate } from "../encryption/tls-certificate";
import { kind, shaped } from "../core/value-readers";

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
   * The validity of the certificate in hours, 2 to 2160.
   *
   * ACME issuers ignore it.
   *
   * @default 720
   */
  readonly durationHours?: number;
  /**
   * The number of hours before expiry at which the certificate is renewed, at least 1 and less than its
   * validity.
   *
   * @default - a third of the validity
   */
  readonly renewBeforeHours?: number;
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
   *
   * @throws NAME_INVALID, also for a name with a namespace before it: a gateway reads Secrets of its own namespace only
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
   * @throws NAME_INVALID, COUNT_INVALID, VALUE_INVALID
   * @see https://cert-manager.io/docs/usage/ingress/#supported-annotations
   */
  public static fromCertManager(options: CertManagerCertificateOptions): IngressCertificate {
    const problems = new Problems("IngressCertificate.fromCertManager");
    const given = shaped(problems, options, {}) as CertManagerCertificateOptions;
    checkSecretName(problems, given.secretName);
    const annotations = { ...issuerOf(problems, given), ...lifeOf(problems, given) };
    problems.throwIfAny();
    return new IngressCertificate(CertificateStore.SECRET, given.secretName, annotations);
  }

  /**
   * The certificate of a TlsCertificate in the namespace of the gateway.
   *
   * @throws ATTRIBUTE_MISSING, VALUE_INVALID
   */
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
   * @throws OCID_INVALID, ATTRIBUTE_MISSING
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

function lifeOf(
  problems: Problems,
  { durationHours = DEFAULT_HOURS, renewBeforeHours }: CertManagerCertificateOptions,
): Annotations {
  const isLife = Number.isInteger(durationHours) && durationHours >= MIN_HOURS && durationHours <= MAX_HOURS;
  const before = renewBeforeHours ?? Math.max(1, Math.floor(durationHours / 3));
  if (!isLife) {
    problems.add(
      "COUNT_INVALID",
      `durationHours is ${shown(durationHours)}`,
      `Give a whole number from ${MIN_HOURS} to ${MAX_HOURS}, which is 90 days`,
    );
  } else if (!Number.isInteger(before) || before < 1 || before >= durationHours) {
    problems.add(
      "COUNT_INVALID",
      `renewBeforeHours is ${shown(before)}, of a certificate that is valid for ${durationHours} hours`,
      "Give a whole number from 1 on that is less, or leave it out for a third of the time",
    );
  }
  return {
    "cert-manager.io/duration": `${durationHours}h`,
    "cert-manager.io/renew-before": `${before}h`,
    // A copied key becomes useless after the next renewal.
    "cert-manager.io/private-key-rotation-policy": "Always",
  };
}
