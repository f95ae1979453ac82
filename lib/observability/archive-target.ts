import { checked } from "../core/checked";
import { matching, ocid, type PropsSchema, readProps, type Resolved } from "../core/readers";
import { Problems } from "../core/validation-error";

/** A stream that receives a copy of the records, for example for a SIEM. */
export interface StreamTarget {
  /** The OCID of the stream. */
  readonly streamId: string;
  /** The OCID of the compartment of the stream. */
  readonly compartmentId: string;
}

/** A Logging Analytics log group that receives a copy of the records. */
export interface LogAnalyticsTarget {
  /** The OCID of the Logging Analytics log group. */
  readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  readonly compartmentId: string;
}

const NAME = matching(
  /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
  'Give 1 to 40 letters, digits, and "-", starting with a letter, such as "siem"',
);
const STREAM = {
  streamId: ocid("stream"),
  compartmentId: ocid("compartment", "tenancy"),
} satisfies PropsSchema<StreamTarget>;
const LOG_ANALYTICS = {
  logGroupId: ocid("loganalyticsloggroup"),
  compartmentId: ocid("compartment", "tenancy"),
} satisfies PropsSchema<LogAnalyticsTarget>;

/** An additional target for the records of an archive, besides its bucket. */
@checked
export class ArchiveTarget {
  /**
   * A stream, for a SIEM.
   *
   * @param name a name for the target: letters, digits, and dashes, starting with a letter
   */
  public static stream(name: string, target: StreamTarget): ArchiveTarget {
    const problems = new Problems("ArchiveTarget.stream");
    NAME(problems, "name", name);
    const read = readProps(problems, target, STREAM);
    const { streamId, compartmentId } = problems.resolved<Resolved<typeof STREAM>>(read);
    return new ArchiveTarget(name, compartmentId, {
      right: "use stream-push",
      variable: "target.stream.id",
      id: streamId,
      target: { kind: "streaming", streamId },
    });
  }

  /**
   * Logging Analytics, which must be enabled in the region.
   *
   * @param name a name for the target: letters, digits, and dashes, starting with a letter
   */
  public static logAnalytics(name: string, target: LogAnalyticsTarget): ArchiveTarget {
    const problems = new Problems("ArchiveTarget.logAnalytics");
    NAME(problems, "name", name);
    const read = readProps(problems, target, LOG_ANALYTICS);
    const { logGroupId, compartmentId } = problems.resolved<Resolved<typeof LOG_ANALYTICS>>(read);
    return new ArchiveTarget(name, compartmentId, {
      right: "{LOG_ANALYTICS_LOG_GROUP_UPLOAD_LOGS}",
      variable: "target.loganalytics-log-group.id",
      id: logGroupId,
      target: { kind: "loggingAnalytics", logGroupId },
    });
  }

  private constructor(
    /** The name. */
    public readonly name: string,
    /** The OCID of the compartment of the target. */
    public readonly compartmentId: string,
    /** @internal */
    public readonly _connection: {
      readonly right: string;
      readonly variable: string;
      readonly id: string;
      readonly target: { readonly kind: string; readonly streamId?: string; readonly logGroupId?: string };
    },
  ) {}
}
