import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

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
