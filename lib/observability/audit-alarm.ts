import { Alarm, WATCH, type WatchProps } from "./alarm";
import { CLUSTER_ID } from "./private/alarm-kind";
import { checkAuditFields } from "./private/audit-fields";
import { parseLogCondition } from "./private/log-query";
import { queryText } from "./private/query-reader";
import { checked } from "../core/checked";
import { type PropsSchema, readProps, type Resolved } from "../core/readers";
import { Problems } from "../core/validation-error";

/** Props for AuditAlarm. */
export interface AuditAlarmProps extends WatchProps {
  /**
   * The condition on an OCI Audit record, in the syntax of a Logging Search `where`.
   *
   * `AuditAlarm.CLUSTER_ID` in it stands for the OCID of the cluster: `data.resourceId =
   * '${AuditAlarm.CLUSTER_ID}'`.
   *
   * @see https://docs.oracle.com/iaas/Content/Audit/Reference/logeventreference.htm
   */
  readonly condition: string;
}

const AUDIT_ALARM = {
  ...WATCH,
  condition: queryText("\"data.eventName = 'DeleteLog'\"", (condition, problems, name) => {
    checkAuditFields(problems, name, parseLogCondition(condition));
  }),
} satisfies PropsSchema<AuditAlarmProps>;

type ResolvedAuditAlarm = Resolved<typeof AUDIT_ALARM>;

/**
 * An alarm on OCI Audit records, which cover every API call, including calls that change nothing and emit no
 * event.
 *
 * Its conditions can exclude values, unlike those of an EventAlarm. All audit alarms of a cluster share one
 * connector.
 */
@checked
export class AuditAlarm extends Alarm {
  /** The placeholder for the OCID of the cluster in a condition. */
  public static readonly CLUSTER_ID = CLUSTER_ID;

  /** An alarm with a custom condition. */
  public static of(props: AuditAlarmProps): AuditAlarm {
    const problems = new Problems("AuditAlarm.of");
    return new AuditAlarm(problems.resolved<ResolvedAuditAlarm>(readProps(problems, props, AUDIT_ALARM)));
  }

  /** @internal */
  public readonly _kind = "audit";
  /** The condition; `AuditAlarm.CLUSTER_ID` in it stands for the OCID of the cluster. */
  public readonly condition: string;

  private constructor(props: ResolvedAuditAlarm) {
    super(props.name, props.purpose, props.response);
    this.condition = props.condition;
  }
}
