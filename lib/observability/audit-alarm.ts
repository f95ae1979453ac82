import { Alarm, checkWatch, type WatchProps } from "./alarm";
import { CLUSTER_ID } from "./private/alarm-kind";
import { parseLogCondition } from "./private/log-query";
import { QuerySyntaxError } from "./private/query-tokens";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { checkText } from "../core/terraform-text";
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

  /**
   * An alarm with a custom condition.
   *
   * @throws QUERY_INVALID, NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING, TEXT_TEMPLATE
   */
  public static of(props: AuditAlarmProps): AuditAlarm {
    const problems = new Problems("AuditAlarm.of");
    if (checkGiven(problems, { props })) {
      checkWatch(problems, props);
      const { condition } = props;
      if (checkGiven(problems, { condition })) checkCondition(problems, condition);
    }
    problems.throwIfAny();
    return new AuditAlarm(props);
  }

  /** @internal */
  public readonly _kind = "audit";
  /** The condition; `AuditAlarm.CLUSTER_ID` in it stands for the OCID of the cluster. */
  public readonly condition: string;

  private constructor(props: AuditAlarmProps) {
    super(props.name, props.purpose, props.response);
    this.condition = props.condition;
  }
}

function checkCondition(problems: Problems, condition: unknown): void {
  const example = "Write for example \"data.eventName = 'DeleteLog'\"";
  if (typeof condition !== "string") {
    problems.add("QUERY_INVALID", `condition is ${shown(condition)}`, example);
    return;
  }
  checkText(problems, "condition", condition);
  try {
    parseLogCondition(condition);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    problems.add("QUERY_INVALID", `condition does not parse: ${error.message}`, example);
  }
}
