import { type TerraformProvider, Token } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { firstApply } from "../core/first-apply";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { checkTags, type TaggingProps, tagsOf } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { type IFlowLogs } from "../network/logs/flow-logging";
import { DataOciObjectstorageNamespace } from "../oci/data-oci-objectstorage-namespace";
import { IdentityPolicy } from "../oci/identity-policy";
import { ObjectstorageBucket } from "../oci/objectstorage-bucket";
import { ObjectstorageObjectLifecyclePolicy } from "../oci/objectstorage-object-lifecycle-policy";
import { SchServiceConnector } from "../oci/sch-service-connector";

/** What an archive of flow logs is made of. */
export interface FlowLogArchiveProps extends TaggingProps {
  /** The flow logs that are kept, such as `cluster.network.flowLogs`. */
  readonly flowLogs: IFlowLogs;
  /** The OCID of the compartment of the bucket and the connector; best one that those who run the cluster can't write to. */
  readonly compartmentId: string;
  /** The OCID of your key that encrypts the bucket: AES, in the same region. */
  readonly kmsKeyId: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the bucket
   */
  readonly keyCompartmentId?: string;
  /** The region of the bucket, such as `eu-frankfurt-1`: the service that uses the key is named by it in IAM. */
  readonly region: string;
  /**
   * How many days a record can neither be changed nor deleted, 1 to 3,650; then it is deleted.
   *
   * @default 365
   */
  readonly retentionInDays?: number;
  /**
   * The name of the bucket: letters, digits, `-`, `_` and `.`, unique in the tenancy's region. Another name is another bucket.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly bucketName?: string;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const REGION = /^[a-z]+-[a-z]+-\d+$/;
const MOST_DAYS = 3650;
const LONGEST_BUCKET_NAME = 256;

/** Before the construct is made, so that a refused one leaves its id free. */
function checkFlowLogArchive(scope: Construct, id: string, given: FlowLogArchiveProps): void {
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

const DEFAULT_RETENTION = 365;
const PREFIX = "flow-logs";
// What was begun and never ended is of no use to anybody.
const UPLOADS_END_AFTER = 7;

/**
 * Flow logs kept for longer than OCI Logging does: in a private bucket that is encrypted by your key and whose objects nobody can change.
 *
 * A connector moves the records; OCI Logging keeps its own copy for searches. A retention rule protects each object for as many
 * days as asked for, and a lifecycle rule deletes it then. There is no versioning: OCI takes one or the other, and the retention rule
 * alone stops who may write. The rule is not locked, which could never be undone: whoever manages the bucket can still remove it.
 *
 * Terraform refuses to destroy the bucket (`prevent_destroy`).
 *
 * @see https://docs.oracle.com/iaas/Content/Object/Tasks/usingretentionrules.htm
 * @see https://docs.oracle.com/iaas/Content/connector-hub/policies.htm
 */
@checked
export class FlowLogArchive extends ResourceConstruct {
  /** The name of the bucket. */
  public readonly bucketName: string;
  /** The Object Storage namespace of the tenancy. */
  public readonly namespace: string;
  private readonly tags: TaggingProps;

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, COUNT_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, PROVIDER_INVALID
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FlowLogArchiveProps,
  ) {
    checkFlowLogArchive(scope, id, props);
    super(scope, id);
    const { compartmentId, kmsKeyId, retentionInDays: days = DEFAULT_RETENTION } = props;
    this.tags = tagsOf(this, props);
    this.bucketName = props.bucketName ?? nameOf(this).replace(/[^A-Za-z0-9_.-]+/g, "-");
    this.namespace = new DataOciObjectstorageNamespace(this, "Namespace", {
      dependsOn: [firstApply(this)],
    }).namespace;
    const keys = this.policy("KeyPolicy", "key", props.keyCompartmentId ?? compartmentId, [
      `Allow service objectstorage-${props.region} to use keys in compartment id ` +
        `${props.keyCompartmentId ?? compartmentId} where target.key.id = '${kmsKeyId}'`,
    ]);
    const bucket = new ObjectstorageBucket(this, "Resource", {
      compartmentId,
      namespace: this.namespace,
      name: this.bucketName,
      accessType: "NoPublicAccess",
      storageTier: "Standard",
      versioning: "Disabled",
      kmsKeyId,
      retentionRules: [
        { displayName: "flow-logs", duration: { timeAmount: String(days), timeUnit: "DAYS" } },
      ],
      // The service tries the key while it makes the bucket, and IAM knows no implicit order.
      dependsOn: [keys],
      lifecycle: { preventDestroy: true },
      ...this.tags,
    });
    this.deleteAfter(bucket, days);
    this.connect(bucket);
  }

  private deleteAfter({ name: bucket }: ObjectstorageBucket, days: number): void {
    const { compartmentId, region } = this.props;
    const policy = this.policy("LifecyclePolicy", "lifecycle", compartmentId, [
      `Allow service objectstorage-${region} to manage object-family in compartment id ${compartmentId} ` +
        `where target.bucket.name = '${this.bucketName}'`,
    ]);
    new ObjectstorageObjectLifecyclePolicy(this, "Lifecycle", {
      namespace: this.namespace,
      bucket,
      rules: [
        {
          name: "delete-after-retention",
          action: "DELETE",
          isEnabled: true,
          target: "objects",
          timeAmount: String(days + 1),
          timeUnit: "DAYS",
        },
        {
          name: "abort-unfinished-uploads",
          action: "ABORT",
          isEnabled: true,
          target: "multipart-uploads",
          timeAmount: String(UPLOADS_END_AFTER),
          timeUnit: "DAYS",
        },
      ],
      dependsOn: [policy],
    });
  }

  private connect({ name: bucket }: ObjectstorageBucket): void {
    const { compartmentId, flowLogs } = this.props;
    const policy = this.policy("ConnectorPolicy", "connector", compartmentId, [
      `Allow any-user to manage objects in compartment id ${compartmentId} where all {` +
        `request.principal.type = 'serviceconnector', request.principal.compartment.id = '${compartmentId}', ` +
        `target.bucket.name = '${this.bucketName}'}`,
    ]);
    new SchServiceConnector(this, "Connector", {
      compartmentId,
      displayName: nameOf(this),
      description: "Moves flow logs into their archive",
      source: {
        kind: "logging",
        logSources: [{ compartmentId: flowLogs.compartmentId, logGroupId: flowLogs.logGroupId }],
      },
      target: { kind: "objectStorage", namespace: this.namespace, bucket, objectNamePrefix: PREFIX },
      dependsOn: [policy],
      ...this.tags,
    });
  }

  private policy(id: string, suffix: string, compartmentId: string, statements: string[]): IdentityPolicy {
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}-${suffix}`),
      description: "What the archive of flow logs needs",
      statements,
      lifecycle: { ignoreChanges: ["name"] },
      ...this.tags,
    });
  }
}
