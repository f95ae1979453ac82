import { Token } from "cdktf";
import { type Construct } from "constructs";
import { type FlowLogArchiveProps } from "./flow-log-archive-props";
import { checkHomeRegionProvider } from "../cluster/home-region";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/shown";
import { checkTags } from "../core/tagging";
import { type Problems } from "../core/validation-error";

const MOST_DAYS = 3650;
const LONGEST_BUCKET_NAME = 256;

/** Before the construct is made, so that a refused one leaves its id free. */
export function checkFlowLogArchive(scope: Construct, id: string, given: FlowLogArchiveProps): void {
  const props: Partial<FlowLogArchiveProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { flowLogs, region } = props;
  checkGiven(problems, { flowLogs, region });
  checkMembers(
    problems,
    "flowLogs",
    flowLogs,
    ["logGroupId", "compartmentId"],
    "new FlowLogs(scope, id, { network })",
  );
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcid(problems, "kmsKeyId", props.kmsKeyId, "key");
  checkOcidIfGiven(problems, "keyCompartmentId", props.keyCompartmentId, "compartment", "tenancy");
  checkWord(
    problems,
    "region",
    region,
    /^[a-z]+-[a-z]+-\d+$/,
    'Give the region\'s identifier, for example "eu-frankfurt-1"',
  );
  const fix = `Give 1 to ${LONGEST_BUCKET_NAME} letters, digits, "-", "_" and ".", as a literal`;
  checkWord(problems, "bucketName", props.bucketName, /^[A-Za-z0-9_.-]{1,256}$/, fix);
  checkDays(problems, props.retentionInDays);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** Both stand in statements of IAM, so what they are must be known. */
function checkWord(problems: Problems, name: string, value: unknown, form: RegExp, fix: string): void {
  if (value === undefined || value === null) return;
  if (typeof value === "string" && !Token.isUnresolved(value) && form.test(value)) return;
  problems.add("NAME_INVALID", `${name} is ${shown(value)}`, fix);
}

function checkDays(problems: Problems, days: number | undefined): void {
  if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) return;
  problems.add(
    "COUNT_INVALID",
    `retentionInDays is ${shown(days)}`,
    `Give a whole number from 1 to ${MOST_DAYS}, as a literal`,
  );
}
