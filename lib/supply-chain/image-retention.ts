import { Duration } from "cdk8s";
import { checked } from "../core/checked";
import {
  duration,
  type PropsSchema,
  readProps,
  type Resolved,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";

/** Options of `ImageRetention.of`. */
export interface ImageRetentionOptions {
  /** The number of newest images to keep regardless of their age, 1 to 10,000. */
  readonly keepNewest: number;
  /**
   * The age up to which all images are kept, such as `Duration.days(180)`; a whole number of days, 1 to
   * 3,650.
   *
   * @default Duration.days(90)
   */
  readonly olderThan?: Duration;
}

const OPTIONS = {
  keepNewest: wholeNumber({ least: 1, most: 10_000 }),
  olderThan: withDefault(duration("days", { least: 1, most: 3650 }), Duration.days(90)),
} satisfies PropsSchema<ImageRetentionOptions>;

/**
 * The retention of the images of a repository.
 *
 * The retention policies of Container Registry have no API, so Terraform can't manage them. Instead, an
 * output of the repository contains an OCI CLI command that deletes expired images. Run it from a pipeline.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrymanagingimageretention.htm
 */
@checked
export class ImageRetention {
  /** Keeps every image. */
  public static keepAll(): ImageRetention {
    return new ImageRetention();
  }

  /**
   * Keeps the newest images, and all images up to an age.
   *
   * The command does not know which images are running: keep more of them than a rollback needs.
   */
  public static of(options: ImageRetentionOptions): ImageRetention {
    const problems = new Problems("ImageRetention.of");
    const read = readProps(problems, options ?? {}, OPTIONS);
    const { keepNewest, olderThan } = problems.resolved<Resolved<typeof OPTIONS>>(read);
    return new ImageRetention(keepNewest, olderThan);
  }

  private constructor(
    /** The number of newest images to keep; undefined if all images are kept. */
    public readonly keepNewest?: number,
    /** The age up to which all images are kept; undefined if all images are kept. */
    public readonly olderThan?: Duration,
  ) {}

  /**
   * The command that deletes expired images; undefined if all images are kept.
   *
   * @internal
   */
  public _command(compartmentId: string, repositoryId: string): string | undefined {
    if (this.keepNewest === undefined || this.olderThan === undefined) return undefined;
    // ISO 8601 times compare as texts. JMESPath has literals in backquotes, which the single quotes protect
    // from the shell.
    const query =
      `join(' ', reverse(sort_by(data.items, &"time-created"))[${this.keepNewest}:]` +
      `[?"time-created" < '"$(date -u -d '${this.olderThan.toDays()} days ago' +%Y-%m-%d)"'].id)`;
    return (
      `oci artifacts container image list --all --compartment-id ${compartmentId} --repository-id ${repositoryId} ` +
      `--raw-output --query ${quoted(query)} | xargs -r -n 1 oci artifacts container image delete --force --image-id`
    );
  }
}

/** In double quotes, as the shell computes the date in it. */
function quoted(query: string): string {
  const [before = "", date = "", after = ""] = query.split(/'"(\$\(date [^)]*\))"'/);
  return `"${before.replace(/"/g, '\\"')}'${date}'${after.replace(/"/g, '\\"')}"`;
}
