import { type Construct } from "constructs";
import { type FlowLogArchiveProps } from "./flow-log-archive-props";
import { checkFlowLogArchive } from "./read-flow-log-archive";
import { checked } from "../core/checked";
import { firstApply } from "../core/first-apply";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { DataOciObjectstorageNamespace } from "../oci/data-oci-objectstorage-namespace";
import { IdentityPolicy } from "../oci/identity-policy";
import { ObjectstorageBucket } from "../oci/objectstorage-bucket";
import { ObjectstorageObjectLifecyclePolicy } from "../oci/objectstorage-object-lifecycle-policy";
import { SchServiceConnector } from "../oci/sch-service-connector";

export { type FlowLogArchiveProps } from "./flow-log-archive-props";

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
