import { type IConstruct } from "constructs";
import { type IngressCertificate } from "./ingress-certificate";
import { TlsTerminationPoint } from "./load-balancer-kinds";
import { lentSecrets } from "./private/secret-grant";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkObjectName, checkSubdomainName, isDnsSubdomain } from "../core/kubernetes-names";
import { checkOcidIfGiven } from "../core/ocid";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { choice, kind, shaped } from "../core/value-readers";
import { type AppProtocol } from "../workload/pods/app-protocol";
import { sslConfigOf, TlsVersion } from "../workload/pods/cipher-suites";

export { TlsVersion } from "../workload/pods/cipher-suites";

/** The certificate of a load balancer: `certificateId`, which is recommended, or `secretName`. */
export interface LoadBalancerTlsOptions {
  /**
   * The OCID of a leaf certificate of the OCI Certificates service, or a reference to it; not beside `secretName`.
   *
   * Recommended: the service renews the certificate, the load balancer follows without a new Service, and the key never is in
   * the cluster. The certificate must be active and of the load balancer's region. The cluster gets the IAM policy that it
   * needs, `manage leaf-certificate-family` in `certificateCompartmentId`; an imported cluster does not, and a warning has the
   * statement. Not for gRPC, which takes a Secret. The annotation is read by the controller that OKE runs; its open-source edition
   * v1.35.0, which OKE does not run, would listen without TLS.
   *
   * @default - the certificate of the Secret
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
   */
  readonly certificateId?: string;
  /**
   * The OCID of the compartment of the certificate, or a reference to it; for `certificateId` only.
   *
   * @default - the compartment of the cluster
   */
  readonly certificateCompartmentId?: string;
  /**
   * The name of the `kubernetes.io/tls` Secret with the certificate and its key; not beside `certificateId`.
   *
   * The cloud controller uploads the certificate once for each name of a Secret and never again: a Secret that cert-manager
   * renews in place leaves the load balancer with the old certificate until it expires. Put each renewed certificate into a
   * Secret of a new name, and change `secretName`. The name becomes that of an OCI certificate, so it has no dots.
   *
   * @default - the certificate of `certificateId`
   */
  readonly secretName?: string;
  /**
   * The namespace of the Secret.
   *
   * @default - the workload's
   */
  readonly secretNamespace?: string;
  /**
   * Why a Secret of another namespace than the workload's may be used; needed where one is.
   *
   * The cloud controller reads Secrets of every namespace, whoever names them, and asks nobody of that namespace.
   *
   * @default - none
   */
  readonly secretGrant?: ReasonedChoice;
  /**
   * The oldest version that clients may use.
   *
   * @default TlsVersion.V1_2
   */
  readonly minimumVersion?: TlsVersion;
}

/** The certificates of a load balancer that speaks TLS to the pods too. */
export interface ReencryptionOptions extends LoadBalancerTlsOptions {
  /**
   * The name of the Secret with `ca.crt`, `tls.crt` and `tls.key` of the pods.
   *
   * It becomes the name of an OCI certificate, so it has no dots; as with `secretName`, a renewed one needs a new name.
   */
  readonly backendSecretName: string;
  /**
   * The namespace of that Secret.
   *
   * @default - the workload's
   */
  readonly backendSecretNamespace?: string;
}

const CERTIFICATE = kind(["store", "name", "_differsFrom"], 'IngressCertificate.fromSecret("web-tls")');

/** What a way of ending TLS is made of, beside its place. */
interface TlsParts {
  readonly secret?: string;
  readonly certificateId?: string;
  readonly certificateCompartmentId?: string;
  readonly minimumVersion?: TlsVersion;
  readonly backendSecret?: string;
  readonly reason?: string;
  readonly certificate?: IngressCertificate;
  readonly grant?: string;
}

/**
 * Where TLS ends.
 *
 * What the load balancer speaks is TLS 1.2 and 1.3 with a cipher suite of forward secrecy, always written.
 *
 * @see https://docs.oracle.com/iaas/Content/Balance/Tasks/managingciphersuites_topic-Predefined_Cipher_Suites.htm
 */
@checked
export class TlsTermination {
  /**
   * At the load balancer, which speaks the protocol of the workload to the nodes without TLS, over the VCN; not for gRPC, which
   * OCI takes with TLS on both sides only.
   *
   * @throws NAME_INVALID, OCID_INVALID, VALUE_INVALID, REASON_MISSING for a blank one; ATTRIBUTE_MISSING without a certificate
   */
  public static atLoadBalancer(options: LoadBalancerTlsOptions): TlsTermination {
    const problems = new Problems("TlsTermination.atLoadBalancer");
    const parts = readCertificate(problems, options);
    problems.throwIfAny();
    return new TlsTermination(TlsTerminationPoint.LOAD_BALANCER, parts);
  }

  /**
   * In the pod: the load balancer passes TCP on unread, and the program has the certificate and answers for versions and
   * ciphers.
   *
   * Give such a workload `readiness: HealthProbe.fromTcpSocket()`: the default one asks in plain HTTP.
   */
  public static atPod(): TlsTermination {
    return new TlsTermination(TlsTerminationPoint.POD);
  }

  /**
   * At an ingress gateway, which has a certificate for each host and speaks the protocol of the workload to its pods; for
   * `exposeViaIngress`.
   *
   * @throws ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static atIngress(certificate: IngressCertificate): TlsTermination {
    const problems = new Problems("TlsTermination.atIngress");
    CERTIFICATE(problems, "certificate", certificate);
    problems.throwIfAny();
    return new TlsTermination(TlsTerminationPoint.INGRESS, { certificate });
  }

  /**
   * At the load balancer, which speaks TLS again to the pod.
   *
   * The cloud controller tells the load balancer not to verify the pod's certificate: what is between the two is encrypted,
   * and who the other end is stays unproven. Where it must be proven, end TLS in the pod. Give the workload
   * `readiness: HealthProbe.fromTcpSocket()`: the default one asks in plain HTTP.
   *
   * @throws NAME_INVALID, NAME_DUPLICATE, OCID_INVALID, VALUE_INVALID, REASON_MISSING for a blank one; ATTRIBUTE_MISSING without
   * a certificate
   */
  public static reencrypt(options: ReencryptionOptions): TlsTermination {
    const problems = new Problems("TlsTermination.reencrypt");
    const parts = readCertificate(problems, options);
    checkSecretName(problems, "backendSecretName", options?.backendSecretName);
    if (options?.backendSecretNamespace !== undefined) {
      checkObjectName(problems, "backendSecretNamespace", options.backendSecretNamespace);
    }
    checkDifferent(problems, options);
    problems.throwIfAny();
    const { backendSecretName, backendSecretNamespace } = options;
    return new TlsTermination(TlsTerminationPoint.LOAD_BALANCER_AND_POD, {
      ...parts,
      backendSecret: secretOf(backendSecretName, backendSecretNamespace),
    });
  }

  /**
   * Nowhere: what clients send can be read and changed on its way.
   *
   * @throws REASON_MISSING
   */
  public static none(choice: ReasonedChoice): TlsTermination {
    const problems = new Problems("TlsTermination.none");
    checkReason(problems, "A listener without TLS", choice?.reason);
    problems.throwIfAny();
    return new TlsTermination(TlsTerminationPoint.NONE, { reason: choice.reason });
  }

  /** The Secret, with its namespace and a slash before it where one was given. */
  public readonly secret?: string;
  /** The OCID of the certificate of the OCI Certificates service, where it is one. */
  public readonly certificateId?: string;
  /** The OCID of the compartment of that certificate, where it was given. */
  public readonly certificateCompartmentId?: string;
  /** The oldest version that clients may use, where the load balancer ends TLS. */
  public readonly minimumVersion?: TlsVersion;
  /** The Secret for the pods' side, where the load balancer speaks TLS to them. */
  public readonly backendSecret?: string;
  /** Why there is no TLS. */
  public readonly reason?: string;
  /** The certificate of the host, where an ingress gateway ends TLS. */
  public readonly certificate?: IngressCertificate;
  /**
   * Why a Secret of another namespace may be used.
   *
   * @internal
   */
  public readonly _grant?: string;

  private constructor(
    /** Where TLS ends. */
    public readonly place: TlsTerminationPoint,
    parts: TlsParts = {},
  ) {
    this.secret = parts.secret;
    this.certificateId = parts.certificateId;
    this.certificateCompartmentId = parts.certificateCompartmentId;
    this.minimumVersion = parts.minimumVersion;
    this.backendSecret = parts.backendSecret;
    this.reason = parts.reason;
    this.certificate = parts.certificate;
    this._grant = parts.grant;
  }

  /**
   * What the cloud controller reads of the Service.
   *
   * @param certificates the name of the ConfigMap that says which listener has which certificate
   * @internal
   */
  public _annotations(port: number, protocol: AppProtocol, certificates: string): { [key: string]: string } {
    const { secret, certificateId, minimumVersion, backendSecret } = this;
    if (minimumVersion === undefined) return {};
    const config = JSON.stringify(sslConfigOf(minimumVersion, protocol));
    return {
      "service.beta.kubernetes.io/oci-load-balancer-ssl-ports": String(port),
      ...(secret === undefined ? {} : { "service.beta.kubernetes.io/oci-load-balancer-tls-secret": secret }),
      ...(certificateId === undefined
        ? {}
        : { "oci-load-balancer.oraclecloud.com/tls-certificate-map": certificates }),
      "oci.oraclecloud.com/oci-load-balancer-listener-ssl-config": config,
      ...(backendSecret === undefined
        ? {}
        : {
            "service.beta.kubernetes.io/oci-load-balancer-tls-backendset-secret": backendSecret,
            "oci.oraclecloud.com/oci-load-balancer-backendset-ssl-config": config,
          }),
    };
  }

  /** @internal */
  public _acknowledge(scope: IConstruct, namespace?: string): void {
    for (const secret of lentSecrets(this, namespace)) {
      const what = `the Secret ${secret} of another namespace`;
      Acknowledgements._record(scope, "least-privilege", what, this._grant ?? "");
    }
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "tls-offload", "a load balancer without TLS", this.reason);
  }
}

/** Reads the certificate for the clients' side; what is wrong with it goes into the problems. */
function readCertificate(problems: Problems, options: LoadBalancerTlsOptions): TlsParts {
  const read = shaped(problems, options, {
    minimumVersion: choice(TlsVersion, "TlsVersion.V1_2 or TlsVersion.V1_3"),
  });
  const { minimumVersion = TlsVersion.V1_2, secretName, secretNamespace, secretGrant } = read;
  const { certificateId, certificateCompartmentId } = read;
  checkSource(problems, read);
  checkOcidIfGiven(problems, "certificateId", certificateId, "certificate");
  checkOcidIfGiven(problems, "certificateCompartmentId", certificateCompartmentId, "compartment", "tenancy");
  if (secretName !== undefined) checkSecretName(problems, "secretName", secretName);
  if (secretGrant !== undefined) {
    checkReason(problems, "A Secret of another namespace", secretGrant?.reason);
  }
  if (secretNamespace !== undefined) checkObjectName(problems, "secretNamespace", secretNamespace);
  return {
    ...(secretName === undefined ? {} : { secret: secretOf(secretName, secretNamespace) }),
    certificateId,
    certificateCompartmentId,
    minimumVersion,
    grant: secretGrant?.reason,
  };
}

/** A listener has one certificate: the controller fails on a Service that names both kinds. */
function checkSource(problems: Problems, options: LoadBalancerTlsOptions): void {
  const { certificateId, certificateCompartmentId, secretName, secretNamespace } = options;
  if (certificateId !== undefined && secretName !== undefined) {
    problems.add(
      "VALUE_INVALID",
      "Both certificateId and secretName are given, and a listener has one certificate",
      "Leave secretName out; a certificate of the OCI Certificates service is renewed without a new Service",
    );
  } else if (certificateId === undefined && secretName === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "Neither certificateId nor secretName is given",
      "Give certificateId, the OCID of a certificate of the OCI Certificates service; or secretName, that of a kubernetes.io/tls Secret",
    );
  }
  const idle = [
    [certificateCompartmentId, "certificateCompartmentId", "certificateId", certificateId],
    [secretNamespace, "secretNamespace", "secretName", secretName],
  ] as const;
  for (const [value, name, other, needed] of idle) {
    if (value === undefined || needed !== undefined) continue;
    problems.add("VALUE_INVALID", `${name} is given without ${other}`, `Give ${other}, or leave ${name} out`);
  }
}

/** Adds a problem for a name that a Secret can't have, or the OCI certificate that is named after it. */
function checkSecretName(problems: Problems, what: string, name: string): void {
  if (typeof name !== "string" || !name.includes(".") || !isDnsSubdomain(name)) {
    checkSubdomainName(problems, what, name);
    return;
  }
  problems.add(
    "NAME_INVALID",
    `${what} is ${shown(name)}, with a dot: the cloud controller names an OCI certificate after it, and OCI refuses dots there`,
    `Keep the certificate in a Secret such as ${name.replace(/\./g, "-")}; or give certificateId`,
  );
}

function secretOf(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The controller names a certificate after its Secret, without the namespace. */
function checkDifferent(problems: Problems, options: Partial<ReencryptionOptions> = {}): void {
  const { secretName, secretNamespace, backendSecretName, backendSecretNamespace } = options;
  if (secretName === undefined) return;
  if (secretName !== backendSecretName || secretNamespace === backendSecretNamespace) return;
  problems.add(
    "NAME_DUPLICATE",
    `The Secrets of two namespaces have the name ${secretName}, and the load balancer knows certificates by that name alone`,
    "Give the two Secrets different names",
  );
}
