import {
  readArgument,
  optional,
  passing,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  valueOf,
  wholeDuration,
  withDefault,
} from "../core/readers";
import { type Duration } from "cdk8s";
import { type IConstruct } from "constructs";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkSubdomainName } from "../core/kubernetes-names";
import { checkOcid, compareOcids } from "../core/ocid";
import { Problems } from "../core/validation-error";
import { type TlsCertificate } from "../encryption/tls-certificate";

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

const CERT_MANAGER_CERTIFICATE = {
  secretName: passing<string>((problems, _, name) => {
    checkSecretName(problems, name);
  }),
  clusterIssuer: optional(subdomainName()),
  issuer: optional(subdomainName()),
  duration: withDefault(
    wholeDuration("hours", { least: MIN_HOURS, most: MAX_HOURS, example: "Duration.days(30)" }),
    DEFAULT_HOURS,
  ),
  renewBefore: optional(wholeDuration("hours", { least: 1, most: MAX_HOURS, example: "Duration.days(10)" })),
} satisfies PropsSchema<CertManagerCertificateOptions>;
type CertManagerCertificate = Resolved<typeof CERT_MANAGER_CERTIFICATE>;

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
    const read = readProps(problems, options, CERT_MANAGER_CERTIFICATE);
    checkIssuer(problems, options);
    const renewBefore = renewalOf(problems, read);
    const { secretName, duration, ...issuers } = problems.resolved<CertManagerCertificate>(read);
    const annotations = {
      ...issuerAnnotations(issuers),
      "cert-manager.io/duration": `${duration}h`,
      "cert-manager.io/renew-before": `${renewBefore}h`,
      // A copied key becomes useless after the next renewal.
      "cert-manager.io/private-key-rotation-policy": "Always",
    };
    return new IngressCertificate(CertificateStore.SECRET, secretName, annotations);
  }

  /** The certificate of a TlsCertificate in the namespace of the gateway. */
  public static fromTlsCertificate(certificate: TlsCertificate): IngressCertificate {
    const reader = valueOf<TlsCertificate>("TlsCertificate");
    readArgument("IngressCertificate.fromTlsCertificate", "certificate", certificate, reader);
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

  /** The issuer that cert-manager uses; undefined if cert-manager is not involved. @internal */
  public _issuer(): { readonly kind: string; readonly name: string } | undefined {
    const {
      ["cert-manager.io/cluster-issuer"]: clusterIssuer,
      ["cert-manager.io/issuer"]: name = clusterIssuer,
    } = this.annotations;
    if (name === undefined) return undefined;
    return { kind: clusterIssuer === undefined ? "Issuer" : "ClusterIssuer", name };
  }

  /**
   * The spec of a cert-manager Certificate equivalent to the annotations; undefined if cert-manager is not
   * involved.
   *
   * @internal
   */
  public _orderFor(host: string): object | undefined {
    const { annotations } = this;
    const valueOfKey = (name: string) => annotations[`cert-manager.io/${name}`];
    const issuer = this._issuer();
    if (!issuer) return undefined;
    return {
      secretName: this.name,
      dnsNames: [host],
      issuerRef: { group: "cert-manager.io", ...issuer },
      duration: valueOfKey("duration"),
      renewBefore: valueOfKey("renew-before"),
      privateKey: { rotationPolicy: valueOfKey("private-key-rotation-policy") },
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
      `secretName is ${shown(name)}, which contains a namespace`,
      "Store the certificate in the namespace of the gateway, and give the name only, for example web-tls",
    );
    return;
  }
  checkSubdomainName(problems, "secretName", name);
}

/** Adds a problem unless exactly one issuer is given. */
function checkIssuer(problems: Problems, { clusterIssuer, issuer }: CertManagerCertificateOptions): void {
  if ((clusterIssuer === undefined) !== (issuer === undefined)) return;
  const what = issuer === undefined ? "neither clusterIssuer nor issuer" : "both clusterIssuer and issuer";
  problems.add(
    "VALUE_INVALID",
    `The certificate has ${what}`,
    'Give one of them, for example clusterIssuer: "internal-ca"',
    "clusterIssuer",
  );
}

function issuerAnnotations({
  clusterIssuer,
  issuer,
}: Pick<CertManagerCertificate, "clusterIssuer" | "issuer">): Annotations {
  return {
    ...(clusterIssuer === undefined ? {} : { "cert-manager.io/cluster-issuer": clusterIssuer }),
    ...(issuer === undefined ? {} : { "cert-manager.io/issuer": issuer }),
  };
}

/** The hours before expiry at which the certificate is renewed; adds a problem unless they are fewer than the validity. */
function renewalOf(problems: Problems, { duration, renewBefore }: Partial<CertManagerCertificate>): number {
  const hours = duration ?? MAX_HOURS;
  if (renewBefore !== undefined && renewBefore >= hours) {
    problems.add(
      "DURATION_INVALID",
      `renewBefore is ${renewBefore} hours, but the certificate is valid for ${hours} hours only`,
      `Give fewer than ${hours} hours, or leave renewBefore out to renew after two thirds of the validity`,
    );
  }
  return renewBefore ?? Math.max(1, Math.floor(hours / 3));
}
