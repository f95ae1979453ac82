import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
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

const NAME = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;

/** An additional target for the records of an archive, besides its bucket. */
@checked
export class ArchiveTarget {
  /**
   * A stream, for a SIEM.
   *
   * @param name a name for the target: letters, digits, and dashes, starting with a letter
   * @throws OCID_INVALID, NAME_INVALID, ATTRIBUTE_MISSING
   */
  public static stream(name: string, target: StreamTarget): ArchiveTarget {
    const problems = new Problems("ArchiveTarget.stream");
    checkName(problems, name);
    if (checkGiven(problems, { target })) {
      checkOcid(problems, "streamId", target.streamId, "stream");
      checkOcid(problems, "compartmentId", target.compartmentId, "compartment", "tenancy");
    }
    problems.throwIfAny();
    const { streamId, compartmentId } = target;
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
   * @throws OCID_INVALID, NAME_INVALID, ATTRIBUTE_MISSING
   */
  public static logAnalytics(name: string, target: LogAnalyticsTarget): ArchiveTarget {
    const problems = new Problems("ArchiveTarget.logAnalytics");
    checkName(problems, name);
    if (checkGiven(problems, { target })) {
      checkOcid(problems, "logGroupId", target.logGroupId, "loganalyticsloggroup");
      checkOcid(problems, "compartmentId", target.compartmentId, "compartment", "tenancy");
    }
    problems.throwIfAny();
    const { logGroupId, compartmentId } = target;
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

function checkName(problems: Problems, name: unknown): void {
  if (!checkGiven(problems, { name }) || (typeof name === "string" && NAME.test(name))) return;
  const fix = 'Give 1 to 40 letters, digits, and "-", starting with a letter, such as "siem"';
  problems.add("NAME_INVALID", `name is ${shown(name)}`, fix);
}
