import { Alarm, WATCH, type WatchProps } from "./alarm";
import { CLUSTER_ID } from "./private/alarm-kind";
import { parseLogCondition, type LogExpression } from "./private/log-query";
import { queryText } from "./private/query-reader";
import { checked } from "../core/checked";
import { type PropsSchema, readProps, type Resolved } from "../core/readers";
import { Problems } from "../core/validation-error";
import { shown } from "../core/display-value";
import { nearName } from "../core/stable-order";

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

const membersOf = (parent: string, members: string) => members.split(" ").map((name) => `${parent}.${name}`);

/**
 * The fields of a record of OCI Audit in OCI Logging.
 *
 * @see https://docs.oracle.com/iaas/Content/Audit/Reference/logeventreference.htm
 */
const FIELDS = [
  ..."data dataschema datetime id logContent oracle source specversion subject time type".split(" "),
  ...membersOf(
    "data",
    "additionalDetails availabilityDomain compartmentId compartmentName definedTags eventGroupingId eventName freeformTags identity " +
      "internalDetails message request resourceId resourceName response stateChange",
  ),
  ...membersOf(
    "data.identity",
    "authType callerId callerName consoleSessionId credentials ipAddress principalId principalName tenantId userAgent",
  ),
  ...membersOf("data.request", "action headers id parameters path"),
  ...membersOf("data.response", "headers message payload responseTime status"),
  ...membersOf("data.stateChange", "current previous"),
];
/** Objects whose members depend on the service or the request. */
const OPEN = [
  "oracle",
  ...membersOf("data", "additionalDetails definedTags freeformTags internalDetails"),
  ...membersOf("data.request", "headers parameters"),
  ...membersOf("data.response", "headers payload"),
  ...membersOf("data.stateChange", "current previous"),
];

/** Adds a problem for each field that no record of OCI Audit has, so that the condition could never hold. */
export function checkAuditFields(problems: Problems, name: string, condition: LogExpression): void {
  for (const field of new Set(fieldsOf(condition))) {
    if (FIELDS.includes(field) || OPEN.some((object) => field.startsWith(`${object}.`))) continue;
    const near = nearName(field, FIELDS);
    problems.add(
      "QUERY_INVALID",
      `${name} has the field ${shown(field)}, which records of OCI Audit do not have`,
      field.includes(".")
        ? `Write ${near ?? "a field such as data.eventName"}; upper and lower case differ`
        : `Put a text into single quotes: '${field}'; fields begin with data, for example data.eventName`,
    );
  }
}

function fieldsOf(expression: LogExpression): string[] {
  switch (expression.kind) {
    case "literal":
      return [];
    case "field":
      return [expression.path.join(".")];
    case "call":
      return expression.args.flatMap(fieldsOf);
    case "not":
      return fieldsOf(expression.inner);
    case "binary":
      return [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
  }
}
