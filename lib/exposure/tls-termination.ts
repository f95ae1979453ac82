import {
  readArgument,
  choice,
  objectName,
  objectOf,
  ocid,
  optional,
  passing,
  type PropsSchema,
  readProps,
  reasonFor,
  type Resolved,
  valueOf,
  withDefault,
} from "../core/readers";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { type IConstruct } from "constructs";
import { type IngressCertificate } from "./ingress-certificate";
import { TlsTerminationPoint } from "./load-balancer-settings";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkSubdomainName, isDnsSubdomain } from "../core/kubernetes-names";
import { type AppProtocol } from "../workload/pods/ports";
import { sslConfigOf, TlsVersion } from "../workload/pods/load-balancer-listeners";

export { TlsVersion } from "../workload/pods/load-balancer-listeners";

/** The Secrets of a load balancer, each prefixed with its namespace and a slash if one was given. */
interface BalancerSecrets {
  readonly secret?: string;
  readonly backendSecret?: string;
  /**
   * The reason for Secrets of another namespace.
   *
   * @internal
   */
  readonly _grant?: string;
}

/** The Secrets in another namespace than the Service's. */
function foreignSecrets({ secret, backendSecret }: BalancerSecrets, namespace: string | undefined): string[] {
  return [secret, backendSecret].flatMap((name) =>
    typeof name === "string" && name.includes("/") && name.split("/")[0] !== namespace ? [name] : [],
  );
}

/** Adds a problem for each Secret in another namespace than the Service's without a reason. */
export function checkSecretGrant(
  problems: Problems,
  secrets: BalancerSecrets,
  namespace: string | undefined,
): void {
  if (secrets._grant !== undefined) return;
  for (const secret of foreignSecrets(secrets, namespace)) {
    problems.add(
      "REASON_MISSING",
      `The Secret ${secret} is outside of ${namespace ?? "the chart's namespace"}, and secretGrant is missing`,
      'Use a Secret in the namespace of the Service, or give a reason: secretGrant: { reason: "..." }',
      "tls.secretGrant",
    );
  }
}

/** The certificate of a load balancer: either `certificateId`, which is recommended, or `secretName`. */
export interface LoadBalancerTlsOptions {
  /**
   * The OCID of a leaf certificate of the OCI Certificates service, or a reference to it; excludes
   * `secretName`.
   *
   * Recommended: the service renews the certificate, the load balancer follows without a new Service, and the
   * key never enters the cluster. The certificate must be active and in the load balancer's region. The
   * cluster is granted the IAM policy that it needs, `manage leaf-certificate-family` in
   * `certificateCompartmentId`; for an imported cluster, a warning has the statement. Not for gRPC, which
   * needs a Secret. The annotation is supported by the controller that OKE runs; its open-source edition
   * v1.35.0, which OKE does not run, would listen without TLS.
   *
   * @default - the certificate of the Secret
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
   */
  readonly certificateId?: string;
  /**
   * The OCID of the compartment of the certificate, or a reference to it; only with `certificateId`.
   *
   * @default - the compartment of the cluster
   */
  readonly certificateCompartmentId?: string;
  /**
   * The name of the `kubernetes.io/tls` Secret with the certificate and its key; excludes `certificateId`.
   *
   * The cloud controller uploads the certificate only once per Secret name: if cert-manager renews a Secret
   * in place, the load balancer keeps the old certificate until it expires. Store each renewed certificate in
   * a Secret with a new name, and change `secretName`. The name becomes that of an OCI certificate, so it has
   * no dots.
   *
   * @default - the certificate of `certificateId`
   */
  readonly secretName?: string;
  /**
   * The namespace of the Secret.
   *
   * @default - the workload's namespace
   */
  readonly secretNamespace?: string;
  /**
   * The reason for a Secret in another namespace than the workload's; required in that case.
   *
   * The cloud controller reads Secrets of every namespace for any Service, without consent from that
   * namespace.
   *
   * @default - none
   */
  readonly secretGrant?: ReasonedChoice;
  /**
   * The minimum TLS version of clients.
   *
   * @default TlsVersion.V1_2
   */
  readonly minimumVersion?: TlsVersion;
}

/** The certificates of a load balancer that also uses TLS to the pods. */
export interface ReencryptionOptions extends LoadBalancerTlsOptions {
  /**
   * The name of the Secret with `ca.crt`, `tls.crt` and `tls.key` of the pods.
   *
   * It becomes the name of an OCI certificate, so it has no dots; as with `secretName`, a renewed one needs a
   * new name.
   */
  readonly backendSecretName: string;
  /**
   * The namespace of the backend Secret.
   *
   * @default - the workload's namespace
   */
  readonly backendSecretNamespace?: string;
}

const CERTIFICATE = valueOf<IngressCertificate>("IngressCertificate");
const SECRET_NAME = passing<string>(checkSecretName);

const LOAD_BALANCER_TLS = {
  certificateId: optional(ocid("certificate")),
  certificateCompartmentId: optional(ocid("compartment", "tenancy")),
  secretName: optional(SECRET_NAME),
  secretNamespace: optional(objectName()),
  secretGrant: optional(objectOf({ reason: reasonFor("A Secret of another namespace") })),
  minimumVersion: withDefault(choice(TlsVersion, "TlsVersion.V1_2 or TlsVersion.V1_3"), TlsVersion.V1_2),
} satisfies PropsSchema<LoadBalancerTlsOptions>;

const REENCRYPTION = {
  ...LOAD_BALANCER_TLS,
  backendSecretName: SECRET_NAME,
  backendSecretNamespace: optional(objectName()),
} satisfies PropsSchema<ReencryptionOptions>;

/** The parts of a TLS termination besides its place. */
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
 * Where TLS is terminated.
 *
 * The load balancer uses TLS 1.2 and 1.3 with a cipher suite with forward secrecy, always set explicitly.
 *
 * @see https://docs.oracle.com/iaas/Content/Balance/Tasks/managingciphersuites_topic-Predefined_Cipher_Suites.htm
 */
@checked
export class TlsTermination {
  /**
   * Terminates TLS at the load balancer, which connects to the nodes without TLS over the VCN; not for gRPC,
   * for which OCI requires TLS on both sides.
   */
  public static atLoadBalancer(options: LoadBalancerTlsOptions): TlsTermination {
    const problems = new Problems("TlsTermination.atLoadBalancer");
    const read = readProps(problems, options, LOAD_BALANCER_TLS);
    checkSource(problems, options);
    const parts = partsOf(problems.resolved<Resolved<typeof LOAD_BALANCER_TLS>>(read));
    return new TlsTermination(TlsTerminationPoint.LOAD_BALANCER, parts);
  }

  /**
   * Terminates TLS in the pod: the load balancer forwards TCP, and the program has the certificate and
   * determines versions and ciphers.
   *
   * Give such a workload `readiness: HealthProbe.fromTcpSocket()`: the default probe uses plain HTTP.
   */
  public static atPod(): TlsTermination {
    return new TlsTermination(TlsTerminationPoint.POD);
  }

  /**
   * Terminates TLS at an ingress gateway, which has a certificate for each host and uses the workload's
   * protocol to its pods; for `exposeViaIngress`.
   */
  public static atIngress(certificate: IngressCertificate): TlsTermination {
    readArgument("TlsTermination.atIngress", "certificate", certificate, CERTIFICATE);
    return new TlsTermination(TlsTerminationPoint.INGRESS, { certificate });
  }

  /**
   * Terminates TLS at the load balancer, which opens a new TLS connection to the pod.
   *
   * The cloud controller configures the load balancer not to verify the pod's certificate: the connection is
   * encrypted, but the pod is not authenticated. If it must be, terminate TLS in the pod. Give the workload
   * `readiness: HealthProbe.fromTcpSocket()`: the default probe uses plain HTTP.
   */
  public static reencrypt(options: ReencryptionOptions): TlsTermination {
    const problems = new Problems("TlsTermination.reencrypt");
    const read = readProps(problems, options, REENCRYPTION);
    checkSource(problems, options);
    checkDifferent(problems, read);
    const resolved = problems.resolved<Resolved<typeof REENCRYPTION>>(read);
    const { backendSecretName, backendSecretNamespace } = resolved;
    return new TlsTermination(TlsTerminationPoint.LOAD_BALANCER_AND_POD, {
      ...partsOf(resolved),
      backendSecret: secretOf(backendSecretName, backendSecretNamespace),
    });
  }

  /** Uses no TLS: traffic can be read and changed in transit. */
  public static none(choice: ReasonedChoice): TlsTermination {
    const reason = readChoice("TlsTermination.none", "A listener without TLS", choice);
    return new TlsTermination(TlsTerminationPoint.NONE, { reason });
  }

  /** The Secret, prefixed with its namespace and a slash if one was given. */
  public readonly secret?: string;
  /** The OCID of the certificate of the OCI Certificates service, if it is one. */
  public readonly certificateId?: string;
  /** The OCID of the compartment of that certificate, if given. */
  public readonly certificateCompartmentId?: string;
  /** The minimum TLS version of clients, if the load balancer terminates TLS. */
  public readonly minimumVersion?: TlsVersion;
  /** The Secret for the pods' side, if the load balancer uses TLS to them. */
  public readonly backendSecret?: string;
  /** The reason for no TLS. */
  public readonly reason?: string;
  /** The certificate of the host, if an ingress gateway terminates TLS. */
  public readonly certificate?: IngressCertificate;
  /**
   * The reason for a Secret in another namespace.
   *
   * @internal
   */
  public readonly _grant?: string;

  private constructor(
    /** The point at which TLS is terminated. */
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
   * The annotations of the Service for the cloud controller.
   *
   * @param certificates the name of the ConfigMap that maps listeners to certificates
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
    for (const secret of foreignSecrets(this, namespace)) {
      const what = `the Secret ${secret} of another namespace`;
      Acknowledgements._record(scope, "least-privilege", what, this._grant ?? "");
    }
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "tls-offload", "a load balancer without TLS", this.reason);
  }
}

function partsOf(options: Resolved<typeof LOAD_BALANCER_TLS>): TlsParts {
  const { secretName, secretNamespace, secretGrant, ...parts } = options;
  return {
    ...parts,
    ...(secretName === undefined ? {} : { secret: secretOf(secretName, secretNamespace) }),
    grant: secretGrant?.reason,
  };
}

/**
 * Adds a problem unless there is exactly one certificate source: the controller fails on a Service with both
 * kinds.
 */
function checkSource(problems: Problems, options: LoadBalancerTlsOptions = {}): void {
  const { certificateId, certificateCompartmentId, secretName, secretNamespace } = options;
  if (certificateId !== undefined && secretName !== undefined) {
    problems.add(
      "VALUE_INVALID",
      "certificateId and secretName are both set, but a listener has one certificate",
      "Leave secretName out; a certificate of the OCI Certificates service is renewed without a new Service",
    );
  } else if (certificateId === undefined && secretName === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "certificateId and secretName are both missing",
      "Give certificateId, the OCID of a certificate of the OCI Certificates service; or secretName, the name of a kubernetes.io/tls Secret",
    );
  }
  const dependent = [
    [certificateCompartmentId, "certificateCompartmentId", "certificateId", certificateId],
    [secretNamespace, "secretNamespace", "secretName", secretName],
  ] as const;
  for (const [value, name, other, needed] of dependent) {
    if (value === undefined || needed !== undefined) continue;
    problems.add("VALUE_INVALID", `${name} is set without ${other}`, `Give ${other}, or leave ${name} out`);
  }
}

/** Adds a problem for a name that is invalid for a Secret, or for the OCI certificate named after it. */
function checkSecretName(problems: Problems, property: string, name: string): void {
  if (typeof name !== "string" || !name.includes(".") || !isDnsSubdomain(name)) {
    checkSubdomainName(problems, property, name);
    return;
  }
  problems.add(
    "NAME_INVALID",
    `${property} is ${shown(name)}, but OCI rejects dots in the certificate that the cloud controller names after it`,
    `Use a Secret without dots, for example ${name.replace(/\./g, "-")}; or give certificateId`,
  );
}

function secretOf(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Adds a problem if both Secrets have the same name: the controller names a certificate after its Secret,
 * without the namespace.
 */
function checkDifferent(problems: Problems, read: Partial<ReencryptionOptions>): void {
  const { secretName, secretNamespace, backendSecretName, backendSecretNamespace } = read;
  if (secretName === undefined) return;
  if (secretName !== backendSecretName || secretNamespace === backendSecretNamespace) return;
  problems.add(
    "NAME_DUPLICATE",
    `secretName and backendSecretName are both ${secretName}, in two namespaces, but the load balancer identifies certificates by name only`,
    "Give the two Secrets different names",
  );
}
