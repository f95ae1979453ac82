import { type Duration } from "cdk8s";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** Which images a repository keeps. */
export interface ImageRetentionOptions {
  /** How many of the newest images stay whatever their age, 1 to 10,000. */
  readonly keepNewest: number;
  /**
   * The age up to which all images stay, such as `Duration.days(180)`; a whole number of days, 1 to 3,650.
   *
   * @default Duration.days(90)
   */
  readonly olderThan?: Duration;
}

const DEFAULT_DAYS = 90;
const MOST_IMAGES = 10_000;
const MOST_DAYS = 3650;

/**
 * How long a repository keeps its images.
 *
 * The retention policies of Container Registry have no API, so Terraform can't write them. An output of the repository holds a
 * command of the OCI CLI instead, which deletes what is not to be kept. Run it from a pipeline.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrymanagingimageretention.htm
 */
@checked
export class ImageRetention {
  /** Every image is kept. */
  public static keepAll(): ImageRetention {
    return new ImageRetention(0, 0);
  }

  /**
   * The newest images are kept, and those that are younger than an age.
   *
   * The command does not know which images run: keep more of them than a roll-back needs.
   *
   * @throws COUNT_INVALID, DURATION_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static of(options: ImageRetentionOptions): ImageRetention {
    const problems = new Problems("ImageRetention.of");
    const { keepNewest, olderThan } = options ?? ({} as ImageRetentionOptions);
    if (!Number.isInteger(keepNewest) || keepNewest < 1 || keepNewest > MOST_IMAGES) {
      problems.add(
        "COUNT_INVALID",
        `keepNewest is ${shown(keepNewest)}`,
        `Give a whole number from 1 to ${MOST_IMAGES}, as a literal`,
      );
    }
    const days = olderThan === undefined ? DEFAULT_DAYS : daysOf(olderThan);
    if (days === undefined || days < 1 || days > MOST_DAYS) {
      problems.add(
        "DURATION_INVALID",
        `olderThan is ${days === undefined ? "not a whole number of days" : `${days} days`}`,
        `Give Duration.days(1) to Duration.days(${MOST_DAYS})`,
      );
    }
    problems.throwIfAny();
    return new ImageRetention(keepNewest, days ?? DEFAULT_DAYS);
  }

  private constructor(
    /** How many of the newest images stay; 0 where all images stay. */
    public readonly keepNewest: number,
    /** The age in days up to which all images stay; 0 where all images stay. */
    public readonly days: number,
  ) {}

  /**
   * The command that deletes what is not to be kept; none where everything is.
   *
   * @internal
   */
  public _command(compartmentId: string, repositoryId: string): string | undefined {
    if (this.keepNewest === 0) return undefined;
    // ISO 8601 times compare as texts. JMESPath takes literals in backquotes, which the single quotes keep from the shell.
    const query =
      `join(' ', reverse(sort_by(data.items, &"time-created"))[${this.keepNewest}:]` +
      `[?"time-created" < '"$(date -u -d '${this.days} days ago' +%Y-%m-%d)"'].id)`;
    return (
      `oci artifacts container image list --all --compartment-id ${compartmentId} --repository-id ${repositoryId} ` +
      `--raw-output --query ${quoted(query)} | xargs -r -n 1 oci artifacts container image delete --force --image-id`
    );
  }
}

/** In double quotes, as the date in it is computed by the shell. */
function quoted(query: string): string {
  const [before = "", date = "", after = ""] = query.split(/'"(\$\(date [^)]*\))"'/);
  return `"${before.replace(/"/g, '\\"')}'${date}'${after.replace(/"/g, '\\"')}"`;
}

function daysOf(duration: Duration): number | undefined {
  try {
    return duration.toDays();
  } catch {
    // cdk8s refuses to convert what is no whole number of days.
    return undefined;
  }
}
