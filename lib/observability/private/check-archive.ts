import { Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { defaultBucketName, type ArchiveSettings } from "./archive-parts";
import { type ArchiveRetention } from "../archive-retention";
import { checkHomeRegionProvider } from "../../core/home-region";
import { pathOf } from "../../core/construct-scope";
import { checkOcid, checkOcidIfGiven } from "../../core/ocid";
import { checkMembers } from "../../core/required";
import { shown } from "../../core/display-value";
import { checkTags, type TaggingProps } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";

/** An existing archive, as seen by other archives of the program. */
export interface MadeArchive extends IConstruct {
  readonly bucketName: string;
  /** @internal */
  readonly _region: string;
}

interface GivenArchive extends Partial<ArchiveSettings>, TaggingProps {
  readonly retention?: ArchiveRetention;
}

const REGION = /^[a-z]+-[a-z]+-\d+$/;
const MAX_BUCKET_NAME_LENGTH = 256;

/** Adds a problem for each common prop of archives that OCI would refuse. */
export function checkArchive(problems: Problems, scope: Construct, id: string, props: GivenArchive): void {
  const { region } = props;
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
  const fix = `Give 1 to ${MAX_BUCKET_NAME_LENGTH} letters, digits, "-", "_" and ".", as a literal`;
  checkWord(problems, "bucketName", props.bucketName, /^[A-Za-z0-9_.-]{1,256}$/, fix);
  checkSameBucket(problems, scope, id, props);
  checkMembers(problems, "retention", props.retention, ["days"], "ArchiveRetention.of(Duration.days(365))");
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
}

/** Adds a problem for a duplicate bucket name, which must be unique in the tenancy's region. */
function checkSameBucket(problems: Problems, scope: Construct, id: string, props: GivenArchive): void {
  const { bucketName = defaultBucketName(pathOf(scope, id)), region } = props;
  const isArchive = (one: IConstruct): one is MadeArchive => "bucketName" in one && "_region" in one;
  const other = scope.node.root.node
    .findAll()
    .filter(isArchive)
    .find((one) => one.bucketName === bucketName && one._region === region);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `bucketName is ${shown(bucketName)}, as that of ${other.node.path}`,
    "Give each archive a bucket of its own",
  );
}

/** Adds a problem for an unknown value: it is part of IAM statements. */
function checkWord(problems: Problems, name: string, value: unknown, form: RegExp, fix: string): void {
  if (value === undefined || value === null) return;
  if (typeof value === "string" && !Token.isUnresolved(value) && form.test(value)) return;
  problems.add("NAME_INVALID", `${name} is ${shown(value)}`, fix);
}

// OCIDs of the oldest regions have a three-letter code.
const SHORT_REGIONS: { readonly [letters: string]: string | undefined } = {
  phx: "us-phoenix-1",
  iad: "us-ashburn-1",
  fra: "eu-frankfurt-1",
  lhr: "uk-london-1",
};

/**
 * Adds a problem for a key in another region than the bucket; if the OCID does not show the region, OCI
 * detects it.
 */
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
