import { type Duration } from "cdk8s";
import { checked } from "../core/checked";
import {
  checkedBy,
  choice,
  listOf,
  mapped,
  ocid,
  optional,
  type PropsSchema,
  readArguments,
  type Reader,
  valueOf,
  withDefault,
} from "../core/readers";
import { DEFAULT_RETENTION, logRetention } from "../network/logs/service-logs";
import { checkReason, readChoice, type ReasonedChoice } from "../core/reason";

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

const NO_LOGS = "A cluster without logs of its control plane";

const logList = checkedBy(
  listOf(
    choice(ControlPlaneLog, "a ControlPlaneLog"),
    "a list of ControlPlaneLog, or leave it out for all of them",
  ),
  (problems, name, logs) => {
    if (logs.length === 0) {
      const fix = "Give a list of ControlPlaneLog, or leave it out for all of them";
      problems.add("VALUE_INVALID", `${name} is empty`, fix);
    } else if (logs.includes(ControlPlaneLog.ALL) && new Set(logs).size > 1) {
      problems.add(
        "VALUE_INVALID",
        `${name} has ControlPlaneLog.ALL together with single processes`,
        "Give [ControlPlaneLog.ALL], or single processes only: OCI bills a record for each log that keeps it",
      );
    }
  },
);
const OPTIONS = {
  logs: withDefault(
    mapped(logList, (logs) => [...new Set(logs)].sort()),
    [ControlPlaneLog.ALL],
  ),
  retention: withDefault(logRetention(), DEFAULT_RETENTION),
  compartmentId: optional(ocid("compartment", "tenancy")),
} satisfies PropsSchema<ControlPlaneLoggingOptions>;

/** Whether the logs of the control plane's processes are kept. They are not the Kubernetes audit log, which is in OCI Audit. */
@checked
export class ControlPlaneLogging {
  /** Keeps logs. The default: all processes, for 90 days. */
  public static enabled(options: ControlPlaneLoggingOptions = {}): ControlPlaneLogging {
    const { logs, retention, compartmentId } = readArguments("ControlPlaneLogging.enabled", options, OPTIONS);
    return new ControlPlaneLogging(true, logs, retention, compartmentId);
  }

  /**
   * Keeps no logs: failures of webhooks, tokens, and controllers leave no trace.
   *
   * If another program keeps them, give that as the reason.
   */
  public static none(choice: ReasonedChoice): ControlPlaneLogging {
    const reason = readChoice("ControlPlaneLogging.none", NO_LOGS, choice);
    return new ControlPlaneLogging(false, [], undefined, undefined, reason);
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

/** Reads the logging of a cluster, which may come from another copy of the library. */
export function controlPlaneLogging(): Reader<ControlPlaneLogging> {
  return checkedBy(valueOf(ControlPlaneLogging), (problems, name, { isEnabled, retention, reason }) => {
    if (isEnabled) OPTIONS.retention(problems, `${name}.retention`, retention);
    else checkReason(problems, NO_LOGS, reason, `${name}.reason`);
  });
}
