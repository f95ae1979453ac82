import { Duration } from "cdk8s";
import { checked } from "../core/checked";
import { checkOcidIfGiven } from "../core/ocid";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/**
 * A process of the control plane whose log is kept.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengviewingservicelogs.htm
 */
export enum ControlPlaneLog {
  /** All of them, in one log. */
  ALL = "all-service-logs",
  /** The API server; the only log with failures of OIDC token authentication. */
  API_SERVER = "kube-apiserver",
  /** The controllers of Kubernetes. */
  CONTROLLER_MANAGER = "kube-controller-manager",
  /** The scheduler. */
  SCHEDULER = "kube-scheduler",
  /** The OCI controllers, such as the load balancer controller. */
  CLOUD_CONTROLLER_MANAGER = "cloud-controller-manager",
}

/** Options for ControlPlaneLogging.enabled: processes, retention and compartment. */
export interface ControlPlaneLoggingOptions {
  /**
   * The processes whose logs are kept.
   *
   * @default - [ControlPlaneLog.ALL]
   */
  readonly logs?: ControlPlaneLog[];
  /**
   * The retention of the records: 30, 60, 90, 120, 150, or 180 days. `AuditArchive` keeps them for longer.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
  /**
   * The OCID of the compartment of the log group.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
}

const RETENTIONS = [30, 60, 90, 120, 150, 180];

/** Whether the logs of the control plane's processes are kept. They are not the Kubernetes audit log, which is in OCI Audit. */
@checked
export class ControlPlaneLogging {
  /**
   * Keeps logs. The default: all processes, for 90 days.
   *
   * @throws OCID_INVALID, RETENTION_INVALID, VALUE_INVALID
   */
  public static enabled(options: ControlPlaneLoggingOptions = {}): ControlPlaneLogging {
    const problems = new Problems("ControlPlaneLogging.enabled");
    checkControlPlaneLogging(problems, options ?? {});
    problems.throwIfAny();
    const { logs = [ControlPlaneLog.ALL], retention = Duration.days(90), compartmentId } = options ?? {};
    return new ControlPlaneLogging(true, [...new Set(logs)].sort(), retention, compartmentId);
  }

  /**
   * Keeps no logs: failures of webhooks, tokens, and controllers leave no trace.
   *
   * If another program keeps them, give that as the reason.
   *
   * @throws REASON_MISSING, ATTRIBUTE_MISSING
   */
  public static none(choice: ReasonedChoice): ControlPlaneLogging {
    const problems = new Problems("ControlPlaneLogging.none");
    if (checkGiven(problems, { choice })) {
      checkReason(problems, "A cluster without logs of its control plane", choice.reason);
    }
    problems.throwIfAny();
    return new ControlPlaneLogging(false, [], undefined, undefined, choice.reason);
  }

  /**
   * Checks that a value was created by a factory and is complete: TypeScript accepts any object of the same shape.
   *
   * @internal
   */
  public static _check(problems: Problems, name: string, value: ControlPlaneLogging | undefined): void {
    if (value === undefined) return;
    const given: Partial<ControlPlaneLogging> = value ?? {};
    const isOne = typeof given.isEnabled === "boolean" && Array.isArray(given.logs);
    if (!isOne || (given.isEnabled && !isRetention(given.retention))) {
      const fix =
        "Write ControlPlaneLogging.enabled() or ControlPlaneLogging.none({ reason }), or leave it out";
      problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, fix);
    } else if (!given.isEnabled) {
      checkReason(problems, `${name}, a cluster without logs of its control plane,`, given.reason);
    }
  }

  private constructor(
    /** Whether logs are kept. */
    public readonly isEnabled: boolean,
    /** The processes whose logs are kept, sorted. */
    public readonly logs: ControlPlaneLog[],
    /** The retention of the records; undefined if no logs are kept. */
    public readonly retention?: Duration,
    /** The OCID of the compartment of the log group, if it is not the compartment of the cluster. */
    public readonly compartmentId?: string,
    /** The reason for keeping no logs, if they are disabled. */
    public readonly reason?: string,
  ) {}
}

/** Adds a problem for each option that OCI would reject. */
function checkControlPlaneLogging(problems: Problems, options: ControlPlaneLoggingOptions): void {
  const { logs, retention, compartmentId } = options;
  checkOcidIfGiven(problems, "compartmentId", compartmentId, "compartment", "tenancy");
  if (logs !== undefined) checkLogs(problems, logs);
  if (
    retention === undefined ||
    !checkMembers(problems, "retention", retention, ["toDays", "toHumanString"], "Duration.days(90)")
  ) {
    return;
  }
  if (isRetention(retention)) return;
  const fix = `Give ${RETENTIONS.slice(0, -1).join(", ")}, or ${RETENTIONS.at(-1)} days, for example Duration.days(90); an AuditArchive keeps records for longer`;
  problems.add("RETENTION_INVALID", `retention is ${retention.toHumanString()}`, fix);
}

/** Whether the Logging service supports a retention; the value may come from another copy of cdk8s. */
function isRetention(retention: Partial<Duration> | undefined): boolean {
  return RETENTIONS.includes(retention?.toDays?.({ integral: false }) ?? 0);
}

function checkLogs(problems: Problems, logs: unknown): void {
  const known: readonly unknown[] = Object.values(ControlPlaneLog);
  if (!Array.isArray(logs) || logs.length === 0 || !logs.every((log) => known.includes(log))) {
    const fix = "Write a list of ControlPlaneLog, or leave it out for all of them";
    problems.add("VALUE_INVALID", `logs is ${shown(logs)}`, fix);
  } else if (logs.includes(ControlPlaneLog.ALL) && new Set(logs).size > 1) {
    const fix =
      "Write either ControlPlaneLog.ALL, or single ones: each record is billed as often as it is kept";
    problems.add("VALUE_INVALID", "logs has all processes, and single ones beside", fix);
  }
}
