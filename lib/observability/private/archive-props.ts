import { Duration } from "cdk8s";
import { Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { defaultBucketName } from "./archive-parts";
import { ArchiveRetention } from "../archive-retention";
import { pathOf } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { checkHomeRegionProvider, terraformProvider } from "../../core/regions";
import {
  matching,
  ocid,
  optional,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../../core/readers";
import { type Problems } from "../../core/validation-error";

/** An existing archive, as seen by other archives of the program. */
interface ExistingArchive extends IConstruct {
  readonly bucketName: string;
  /** @internal */
  readonly _region: string;
}

const REGION = /^[a-z]+-[a-z]+-\d+$/;
const MAX_BUCKET_NAME_LENGTH = 256;
const DEFAULT_RETENTION = Duration.days(365);

/** How the props that archives of all kinds share are read. */
export const ARCHIVE = {
  compartmentId: ocid("compartment", "tenancy"),
  kmsKeyId: ocid("key"),
  keyCompartmentId: optional(ocid("compartment", "tenancy")),
  region: matching(REGION, 'Give the region\'s identifier, for example "eu-frankfurt-1"', {
    references: true,
  }),
  // Part of IAM statements, whose quotes a reference could end.
  bucketName: optional(
    matching(
      /^[A-Za-z0-9_.-]{1,256}$/,
      `Give 1 to ${MAX_BUCKET_NAME_LENGTH} letters, digits, "-", "_" and ".", as a literal`,
    ),
  ),
  retention: withDefault(valueOf(ArchiveRetention), ArchiveRetention.of(DEFAULT_RETENTION)),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
};

export type ResolvedArchive = Resolved<typeof ARCHIVE>;

/** Adds a problem for each combination of the common props that OCI would reject. */
export function checkArchive(
  problems: Problems,
  scope: Construct,
  id: string,
  read: Partial<ResolvedArchive>,
): void {
  const { bucketName = defaultBucketName(pathOf(scope, id)) } = read;
  checkBucket(problems, scope, { ...read, bucketName });
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
}

/**
 * Adds a problem for a key of another region than the bucket, and for the name of another archive's bucket.
 *
 * @param place the prefix of the names of the props, such as `auditArchive.`
 */
export function checkBucket(
  problems: Problems,
  scope: Construct,
  { kmsKeyId, region, bucketName }: Partial<ResolvedArchive>,
  place = "",
): void {
  checkKeyRegion(problems, kmsKeyId, region, place);
  if (bucketName === undefined) return;
  const isArchive = (construct: IConstruct): construct is ExistingArchive =>
    "bucketName" in construct && "_region" in construct;
  const other = scope.node.root.node
    .findAll()
    .filter(isArchive)
    .find((archive) => archive.bucketName === bucketName && archive._region === region);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `${place}bucketName is ${shown(bucketName)}, as that of ${other.node.path}`,
    "Give each archive a bucket of its own",
  );
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
function checkKeyRegion(
  problems: Problems,
  kmsKeyId: string | undefined,
  region: string | undefined,
  place: string,
): void {
  if (kmsKeyId === undefined || region === undefined || Token.isUnresolved(region)) return;
  const [, shownRegion = ""] = /^ocid1\.key\.oc\d+\.([a-z0-9-]+)\./.exec(kmsKeyId) ?? [];
  const keyRegion = REGION.test(shownRegion) ? shownRegion : SHORT_REGIONS[shownRegion];
  if (keyRegion === undefined || keyRegion === region) return;
  problems.add(
    "OCID_INVALID",
    `${place}kmsKeyId is a key of ${keyRegion}, and the bucket is in ${region}`,
    `Give a key of ${region}, or the region of both the bucket and the key`,
  );
}
