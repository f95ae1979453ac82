import { choice, shaped } from "./shapes";
import { checkObjectName, checkSubdomainName } from "../core/kubernetes-names";
import { Problems } from "../core/validation-error";

/** The oldest version of TLS that clients may use. */
export enum TlsVersion {
  /** TLS 1.2 and 1.3. */
  V1_2 = "TLSv1.2",
  /** TLS 1.3 only. */
  V1_3 = "TLSv1.3",
}

/** The certificate of a load balancer. */
export interface LoadBalancerTlsOptions {
  /** The name of the `kubernetes.io/tls` Secret with the certificate and its key, such as cert-manager makes it. */
  readonly secretName: string;
  /**
   * The namespace of the Secret.
   *
   * @default - the workload's
   */
  readonly secretNamespace?: string;
  /**
   * The oldest version that clients may use.
   *
   * @default TlsVersion.V1_2
   */
  readonly minimumVersion?: TlsVersion;
}

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
 * @see https://docs.oracle.com/iaas/Content/Balance/Tasks/managingciphersuites_topic-Predefined_Cipher_Suites.htm
 */
export class TlsTermination {
  /**
   * At the load balancer, which speaks the protocol of the workload to the nodes without TLS, over the VCN.
   *
   * @throws NAME_INVALID, VALUE_INVALID
   */
  public static atLoadBalancer(options: LoadBalancerTlsOptions): TlsTermination {
    const problems = new Problems("TlsTermination.atLoadBalancer");
    const { minimumVersion = TlsVersion.V1_2 } = shaped(problems, options, {
      minimumVersion: choice(TlsVersion, "TlsVersion.V1_2 or TlsVersion.V1_3"),
    });
    checkSubdomainName(problems, "secretName", options?.secretName);
    if (options?.secretNamespace !== undefined) {
      checkObjectName(problems, "secretNamespace", options.secretNamespace);
    }
    problems.throwIfAny();
    const prefix = options.secretNamespace === undefined ? "" : `${options.secretNamespace}/`;
    return new TlsTermination(`${prefix}${options.secretName}`, minimumVersion);
  }

  private constructor(
    /** The Secret, with its namespace and a slash before it where one was given. */
    public readonly secret: string,
    /** The oldest version that clients may use. */
    public readonly minimumVersion: TlsVersion,
  ) {}

  /** @internal */
  public _annotations(port: number): { [key: string]: string } {
    return {
      "service.beta.kubernetes.io/oci-load-balancer-ssl-ports": String(port),
      "service.beta.kubernetes.io/oci-load-balancer-tls-secret": this.secret,
      "oci.oraclecloud.com/oci-load-balancer-listener-ssl-config": JSON.stringify(
        POLICIES[this.minimumVersion],
      ),
    };
  }
}
