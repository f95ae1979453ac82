import { Duration } from "cdk8s";
import { type PipelineIdentity } from "../cluster/access/pipeline-identity";
import { checked } from "../core/checked";
import { expiry } from "../core/dates";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { kind, type PropsSchema, readArgument, readArguments, reasonFor } from "../core/readers";
import { Problems } from "../core/validation-error";
import { wholeDurationOf } from "../core/whole-amounts";

/** Options for CiCredentials.shortLivedToken. */
export interface ShortLivedTokenOptions {
  /**
   * The lifetime of each token: whole seconds, at least 10 minutes.
   *
   * @default Duration.hours(1)
   */
  readonly lifetime?: Duration;
  /**
   * The reason for a lifetime of more than a day.
   *
   * @default - none; such a lifetime is refused
   */
  readonly reason?: string;
}

/** Options for CiCredentials.longLivedToken. */
export interface LongLivedTokenOptions extends ReasonedChoice {
  /** The date by which the token must be replaced or removed: in the future, and at most a year away. */
  readonly expires: Date;
}

// The API server issues no shorter ones.
const MIN_SECONDS = 600;
const MAX_SECONDS = 86_400;
const MAX_DAYS = 366;
const DEFAULT_LIFETIME = Duration.hours(1);

const IDENTITY = kind<PipelineIdentity>(
  ["issuerUrl", "username"],
  'PipelineIdentity.gitHubActions({ repository: "acme/shop", branch: "main", audience: "oke" })',
);

const LONG_LIVED = {
  reason: reasonFor("A token without expiry"),
  expires: expiry(MAX_DAYS),
} satisfies PropsSchema<LongLivedTokenOptions>;

/** The credentials with which a CI system authenticates to the API server. */
@checked
export class CiCredentials {
  /**
   * Tokens that the CI system issues for each of its jobs: nothing is stored.
   */
  public static oidc(identity: PipelineIdentity): CiCredentials {
    readArgument("CiCredentials.oidc", "identity", identity, IDENTITY);
    return new CiCredentials("oidc", { identity });
  }

  /**
   * An expiring token of a service account; a person with access requests a new one with the command of an
   * output.
   *
   * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_token/
   */
  public static shortLivedToken(options: ShortLivedTokenOptions = {}): CiCredentials {
    const problems = new Problems("CiCredentials.shortLivedToken");
    const { lifetime = DEFAULT_LIFETIME, reason } = options;
    const seconds = wholeDurationOf(problems, "lifetime", lifetime, "seconds", { least: MIN_SECONDS });
    if (seconds > MAX_SECONDS && !reason) {
      problems.add(
        "TOKEN_LIFETIME",
        `lifetime is ${lifetime.toHumanString()}, more than a day, without a reason`,
        'Give at most Duration.days(1), or add the reason: { lifetime, reason: "…" }',
      );
    }
    if (reason !== undefined) checkReason(problems, "A token lifetime of more than a day", reason);
    problems.throwIfAny();
    return new CiCredentials("short-lived token", { lifetime, reason });
  }

  /**
   * A token of a service account without expiry: a Secret in the cluster, whose token you store in the CI
   * system.
   *
   * Kubernetes does not expire it. The date is in the report and in an annotation, and a Terraform check
   * reminds you of it.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengaddingserviceaccttoken.htm
   */
  public static longLivedToken(options: LongLivedTokenOptions): CiCredentials {
    const { reason, expires } = readArguments("CiCredentials.longLivedToken", options, LONG_LIVED);
    return new CiCredentials("long-lived token", { reason, expires });
  }

  private constructor(
    /** The description of the credentials. */
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
