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

const REGION = /^[a-z]+-[a-z]+-\d+$/;
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
    "network.flowLogs, or new FlowLogs(scope, id, { network })",
  );
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcid(problems, "kmsKeyId", props.kmsKeyId, "key");
  checkOcidIfGiven(problems, "keyCompartmentId", props.keyCompartmentId, "compartment", "tenancy");
  checkWord(
    problems,
    "region",
    region,
    REGION,
    'Give the region\'s identifier, for example "eu-frankfurt-1"',
  );
  checkKeyRegion(problems, props.kmsKeyId, region);
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

// OCIDs of the oldest regions say them in three letters.
const SHORT_REGIONS: { readonly [letters: string]: string | undefined } = {
  phx: "us-phoenix-1",
  iad: "us-ashburn-1",
  fra: "eu-frankfurt-1",
  lhr: "uk-london-1",
};

/** Object Storage uses keys of its own region only; where the OCID does not show one, OCI finds it out. */
function checkKeyRegion(problems: Problems, kmsKeyId: unknown, region: unknown): void {
  if (typeof kmsKeyId !== "string" || typeof region !== "string" || !REGION.test(region)) return;
  const [, shownRegion = ""] = /^ocid1\.key\.oc\d+\.([a-z0-9-]+)\./.exec(kmsKeyId) ?? [];
  const known = REGION.test(shownRegion) ? shownRegion : SHORT_REGIONS[shownRegion];
  if (known === undefined || known === region) return;
  problems.add(
    "OCID_INVALID",
    `kmsKeyId is a key of ${known}, and the bucket is in ${region}`,
    `Give a key of ${region}, or the region where the bucket and the key are both to be`,
  );
}

function checkDays(problems: Problems, days: number | undefined): void {
  if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) return;
  problems.add(
    "COUNT_INVALID",
    `retentionInDays is ${shown(days)}`,
    `Give a whole number from 1 to ${MOST_DAYS}, as a literal`,
  );
}
