import { Duration } from "cdk8s";
import { type PipelineIdentity } from "../cluster/access/pipeline-identity";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkExpiry } from "../core/expiry";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { Problems } from "../core/validation-error";

/** Options for CiCredentials.shortLivedToken. */
export interface ShortLivedTokenOptions {
  /**
   * How long each token lives, 10 minutes or more.
   *
   * @default Duration.hours(1)
   */
  readonly lifetime?: Duration;
  /**
   * Why a token must live longer than a day.
   *
   * @default - none; such a lifetime is refused
   */
  readonly reason?: string;
}

/** Options for CiCredentials.longLivedToken. */
export interface LongLivedTokenOptions extends ReasonedChoice {
  /** When the token is to be replaced or removed: in the future, and at most a year away. */
  readonly expires: Date;
}

const LEAST_MINUTES = 10;
const MOST_HOURS = 24;
const MOST_DAYS = 366;
const DEFAULT_LIFETIME = Duration.hours(1);

/** How a CI system shows the API server who it is. */
@checked
export class CiCredentials {
  /**
   * By the tokens that the CI system makes for each of its jobs: nothing is stored anywhere.
   *
   * @throws ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static oidc(identity: PipelineIdentity): CiCredentials {
    const problems = new Problems("CiCredentials.oidc");
    checkGiven(problems, { identity });
    const instead =
      'PipelineIdentity.gitHubActions({ repository: "acme/shop", branch: "main", audience: "oke" })';
    checkMembers(problems, "identity", identity, ["issuerUrl", "username"], instead);
    problems.throwIfAny();
    return new CiCredentials("oidc", { identity });
  }

  /**
   * By a token of a service account that ends by itself; somebody with access asks for a new one by the command of an output.
   *
   * @throws TOKEN_LIFETIME
   * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_token/
   */
  public static shortLivedToken(options: ShortLivedTokenOptions = {}): CiCredentials {
    const problems = new Problems("CiCredentials.shortLivedToken");
    const { lifetime = DEFAULT_LIFETIME, reason } = options;
    if (!(lifetime instanceof Duration)) {
      problems.add(
        "TOKEN_LIFETIME",
        `lifetime is ${shown(lifetime)}`,
        "Write a Duration of cdk8s: Duration.hours(1)",
      );
    } else if (lifetime.toMinutes({ integral: false }) < LEAST_MINUTES) {
      problems.add(
        "TOKEN_LIFETIME",
        `lifetime is ${lifetime.toHumanString()}`,
        `Give at least ${LEAST_MINUTES} minutes, the least that the API server takes`,
      );
    } else if (lifetime.toHours({ integral: false }) > MOST_HOURS && !reason) {
      problems.add(
        "TOKEN_LIFETIME",
        `lifetime is ${lifetime.toHumanString()}, more than a day, without a reason`,
        'Give at most Duration.days(1), or say why: { lifetime, reason: "…" }',
      );
    }
    if (reason !== undefined) checkReason(problems, "A token that lives longer than a day", reason);
    problems.throwIfAny();
    return new CiCredentials("short-lived token", { lifetime, reason });
  }

  /**
   * By a token of a service account that never ends: a Secret in the cluster, whose token whoever sets up the CI system stores there.
   *
   * Kubernetes does not end it. The date is in the report and in an annotation, and a check of Terraform reminds of it.
   *
   * @throws REASON_MISSING, EXPIRY_INVALID
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengaddingserviceaccttoken.htm
   */
  public static longLivedToken(options: LongLivedTokenOptions): CiCredentials {
    const problems = new Problems("CiCredentials.longLivedToken");
    const { reason, expires } = options;
    checkReason(problems, "A token that never ends", reason);
    checkExpiry(problems, "expires", expires, MOST_DAYS);
    problems.throwIfAny();
    return new CiCredentials("long-lived token", { reason, expires });
  }

  private constructor(
    /** What the credentials are. */
    public readonly description: string,
    /** @internal */
    public readonly _options: {
      readonly identity?: PipelineIdentity;
      readonly lifetime?: Duration;
      readonly reason?: string;
      readonly expires?: Date;
    },
  ) {}
}
