import { type IConstruct } from "constructs";
import { AppProtocol } from "./ports";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** The minimum TLS version of clients. */
export enum TlsVersion {
  /** TLS 1.2 and 1.3. */
  V1_2 = "TLSv1.2",
  /** TLS 1.3 only. */
  V1_3 = "TLSv1.3",
}

/** The value of the annotations `listener-ssl-config` and `backendset-ssl-config` of the cloud controller. */
interface SslConfig {
  readonly CipherSuiteName: string;
  readonly Protocols: readonly string[];
}

interface Suites {
  readonly protocols: readonly string[];
  /** For HTTP and TCP listeners. */
  readonly suite: string;
  /** For HTTP/2 and gRPC listeners, for which OCI accepts dedicated suites only. */
  readonly http2Suite: string;
}

// Oracle's predefined suites with forward secrecy only, as documented on 2026-09-05.
// See https://docs.oracle.com/iaas/Content/Balance/Tasks/managingciphersuites_topic-Predefined_Cipher_Suites.htm
const SUITES: { readonly [version in TlsVersion]: Suites } = {
  [TlsVersion.V1_2]: {
    protocols: ["TLSv1.2", "TLSv1.3"],
    suite: "oci-tls-12-13-ssl-cipher-suite-v3",
    http2Suite: "oci-default-http2-tls-12-13-ssl-cipher-suite-v1",
  },
  [TlsVersion.V1_3]: {
    protocols: ["TLSv1.3"],
    suite: "oci-tls-13-ssl-cipher-suite-v3",
    http2Suite: "oci-default-http2-tls-13-ssl-cipher-suite-v1",
  },
};

/** The TLS versions and the cipher suite of a listener or backend set for a protocol. */
export function sslConfigOf(version: TlsVersion, protocol: AppProtocol): SslConfig {
  const { protocols, suite, http2Suite } = SUITES[version];
  return { CipherSuiteName: protocol === AppProtocol.GRPC ? http2Suite : suite, Protocols: protocols };
}

/** A second listener of a load balancer, on port 80 without TLS, for clients that omit `https`. */
@checked
export class HttpListener {
  /**
   * Forwards requests without TLS to the program, which must redirect each of them to `https`.
   *
   * The program recognizes them by the header `X-Forwarded-Proto: http`, which the load balancer sets. The
   * load balancer can't redirect by itself: the cloud controller applies every rule set to every listener, so
   * the TLS listener would redirect to itself endlessly.
   *
   * @see https://docs.oracle.com/iaas/Content/Balance/Reference/httpheaders.htm
   */
  public static redirectedByWorkload(choice: ReasonedChoice): HttpListener {
    const problems = new Problems("HttpListener.redirectedByWorkload");
    const reason = readReason(problems, "A listener without TLS", choice);
    problems.throwIfAny();
    return new HttpListener(80, reason);
  }

  private constructor(
    /** The port that clients connect to. */
    public readonly port: number,
    /** The reason for the listener. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    Acknowledgements._record(scope, "tls-offload", "a listener without TLS, for redirects", this.reason);
  }
}
