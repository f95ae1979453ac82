import { type LogExpression } from "./log-query";
import { shown } from "../../core/display-value";
import { nearName } from "../../core/stable-order";
import { type Problems } from "../../core/validation-error";

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
