import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** A second listener of a load balancer, port 80 without TLS, for clients that type no `https`. */
@checked
export class HttpListener {
  /**
   * Requests without TLS reach the program, which must answer each with a redirect to `https`.
   *
   * It knows them by the header `X-Forwarded-Proto: http`, which the load balancer writes. The load balancer can't redirect
   * by itself: the cloud controller puts every rule set on every listener, so the one with TLS would redirect to itself
   * without end.
   *
   * @throws REASON_MISSING
   * @see https://docs.oracle.com/iaas/Content/Balance/Reference/httpheaders.htm
   */
  public static redirectedByWorkload(choice: ReasonedChoice): HttpListener {
    const problems = new Problems("HttpListener.redirectedByWorkload");
    checkReason(problems, "A listener without TLS", choice?.reason);
    problems.throwIfAny();
    return new HttpListener(80, choice.reason);
  }

  private constructor(
    /** The port that clients connect to. */
    public readonly port: number,
    /** Why there is one. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    Acknowledgements._record(scope, "tls-offload", "a listener without TLS, for redirects", this.reason);
  }
}
