import { type IngressCertificate } from "./ingress/ingress-certificate";
import { TlsPlace } from "./load-balancer-kinds";
import { lentSecrets } from "./secret-grant";
import { choice, kind, shaped } from "./shapes";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkObjectName, checkSubdomainName } from "../core/kubernetes-names";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { type IConstruct } from "constructs";

/** The oldest version of TLS that clients may use. */
export enum TlsVersion {
  /** TLS 1.2 and 1.3. */
  V1_2 = "TLSv1.2",
  /** TLS 1.3 only. */
  V1_3 = "TLSv1.3",
}

/** The certificate of a load balancer. */
export interface LoadBalancerTlsOptions {
  /**
   * The name of the `kubernetes.io/tls` Secret with the certificate and its key, such as cert-manager makes it.
   *
   * The cloud controller reads it once for each name: a renewed certificate reaches the load balancer under a new name only.
   */
  readonly secretName: string;
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
  /** The name of the Secret with `ca.crt`, `tls.crt` and `tls.key` of the pods. */
  readonly backendSecretName: string;
  /**
   * The namespace of that Secret.
   *
   * @default - the workload's
   */
  readonly backendSecretNamespace?: string;
}

const CERTIFICATE = kind(["store", "name", "_differsFrom"], 'IngressCertificate.fromSecret("web-tls")');

const POLICIES = {
  [TlsVersion.V1_2]: {
    CipherSuiteName: "oci-default-http2-tls-12-13-ssl-cipher-suite-v1",
    Protocols: ["TLSv1.2", "TLSv1.3"],
  },
  [TlsVersion.V1_3]: {
    CipherSuiteName: "oci-default-http2-tls-13-ssl-cipher-suite-v1",
    Protocols: ["TLSv1.3"],
  },
};

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
   * At the load balancer, which speaks the protocol of the workload to the nodes without TLS, over the VCN.
   *
   * @throws NAME_INVALID, VALUE_INVALID, REASON_MISSING for a blank one
   */
  public static atLoadBalancer(options: LoadBalancerTlsOptions): TlsTermination {
    const problems = new Problems("TlsTermination.atLoadBalancer");
    const { minimumVersion } = readCertificate(problems, options);
    problems.throwIfAny();
    return new TlsTermination(
      TlsPlace.LOAD_BALANCER,
      secretOf(options.secretName, options.secretNamespace),
      minimumVersion,
      undefined,
      undefined,
      undefined,
      options.secretGrant?.reason,
    );
  }

  /**
   * In the pod: the load balancer passes TCP on unread, and the program has the certificate and answers for versions and
   * ciphers.
   *
   * Give such a workload `readiness: Probe.tcp()`: the default one asks in plain HTTP.
   */
  public static atPod(): TlsTermination {
    return new TlsTermination(TlsPlace.POD);
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
    return new TlsTermination(TlsPlace.INGRESS, undefined, undefined, undefined, undefined, certificate);
  }

  /**
   * At the load balancer, which speaks TLS again to the pod.
   *
   * The cloud controller tells the load balancer not to verify the pod's certificate: what is between the two is encrypted,
   * and who the other end is stays unproven. Where it must be proven, end TLS in the pod. Give the workload
   * `readiness: Probe.tcp()`: the default one asks in plain HTTP.
   *
   * @throws NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, REASON_MISSING for a blank one
   */
  public static reencrypt(options: ReencryptionOptions): TlsTermination {
    const problems = new Problems("TlsTermination.reencrypt");
    const { minimumVersion } = readCertificate(problems, options);
    checkSubdomainName(problems, "backendSecretName", options?.backendSecretName);
    if (options?.backendSecretNamespace !== undefined) {
      checkObjectName(problems, "backendSecretNamespace", options.backendSecretNamespace);
    }
    checkDifferent(problems, options);
    problems.throwIfAny();
    return new TlsTermination(
      TlsPlace.LOAD_BALANCER_AND_POD,
      secretOf(options.secretName, options.secretNamespace),
      minimumVersion,
      secretOf(options.backendSecretName, options.backendSecretNamespace),
      undefined,
      undefined,
      options.secretGrant?.reason,
    );
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
    return new TlsTermination(TlsPlace.NONE, undefined, undefined, undefined, choice.reason);
  }

  private constructor(
    /** Where TLS ends. */
    public readonly place: TlsPlace,
    /** The Secret, with its namespace and a slash before it where one was given. */
    public readonly secret?: string,
    /** The oldest version that clients may use, where the load balancer ends TLS. */
    public readonly minimumVersion?: TlsVersion,
    /** The Secret for the pods' side, where the load balancer speaks TLS to them. */
    public readonly backendSecret?: string,
    /** Why there is no TLS. */
    public readonly reason?: string,
    /** The certificate of the host, where an ingress gateway ends TLS. */
    public readonly certificate?: IngressCertificate,
    /**
     * Why a Secret of another namespace may be used.
     *
     * @internal
     */
    public readonly _grant?: string,
  ) {}

  /** @internal */
  public _annotations(port: number): { [key: string]: string } {
    const { secret, minimumVersion, backendSecret } = this;
    if (secret === undefined || minimumVersion === undefined) return {};
    const policy = JSON.stringify(POLICIES[minimumVersion]);
    return {
      "service.beta.kubernetes.io/oci-load-balancer-ssl-ports": String(port),
      "service.beta.kubernetes.io/oci-load-balancer-tls-secret": secret,
      "oci.oraclecloud.com/oci-load-balancer-listener-ssl-config": policy,
      ...(backendSecret === undefined
        ? {}
        : {
            "service.beta.kubernetes.io/oci-load-balancer-tls-backendset-secret": backendSecret,
            "oci.oraclecloud.com/oci-load-balancer-backendset-ssl-config": policy,
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

function readCertificate(
  problems: Problems,
  options: LoadBalancerTlsOptions,
): { readonly minimumVersion: TlsVersion } {
  const { minimumVersion = TlsVersion.V1_2 } = shaped(problems, options, {
    minimumVersion: choice(TlsVersion, "TlsVersion.V1_2 or TlsVersion.V1_3"),
  });
  checkSubdomainName(problems, "secretName", options?.secretName);
  if (options?.secretGrant !== undefined) {
    checkReason(problems, "A Secret of another namespace", options.secretGrant?.reason);
  }
  if (options?.secretNamespace !== undefined) {
    checkObjectName(problems, "secretNamespace", options.secretNamespace);
  }
  return { minimumVersion };
}

function secretOf(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The controller names a certificate after its Secret, without the namespace. */
function checkDifferent(problems: Problems, options: Partial<ReencryptionOptions> = {}): void {
  const { secretName, secretNamespace, backendSecretName, backendSecretNamespace } = options;
  if (secretName !== backendSecretName || secretNamespace === backendSecretNamespace) return;
  problems.add(
    "NAME_DUPLICATE",
    `The Secrets of two namespaces have the name ${secretName}, and the load balancer knows certificates by that name alone`,
    "Give the two Secrets different names",
  );
}
