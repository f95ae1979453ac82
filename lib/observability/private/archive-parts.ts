import { type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { connectorStatement } from "./connector-statement";
import { type ArchiveRetention } from "../archive-retention";
import { Acknowledgements } from "../../core/acknowledgement";
import { findWhenWritten, type ProgramFinding } from "../../core/warnings";
import { compareOcids } from "../../core/ocid";
import { idPartOf, nameOf, policyNameOf, stemOf, shortHash } from "../../core/resource-name";
import { type TaggingProps } from "../../core/tagging";
import { literalText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { IdentityPolicy } from "../../oci/identity-policy";
import { type ObjectstorageBucket } from "../../oci/objectstorage-bucket";
import { ObjectstorageObjectLifecyclePolicy } from "../../oci/objectstorage-object-lifecycle-policy";
import { SchServiceConnector } from "../../oci/sch-service-connector";
import {
  addProtectedBucket,
  keyStatement,
  objectStorageNamespace,
} from "../../storage/private/object-storage";

/** The settings common to archives of all kinds of logs. */
export interface ArchiveSettings {
  readonly compartmentId: string;
  readonly kmsKeyId: string;
  readonly keyCompartmentId?: string;
  readonly region: string;
  readonly bucketName?: string;
  readonly homeRegionProvider?: TerraformProvider;
}

/** The texts that distinguish kinds of archives. */
export interface ArchiveKind {
  /** The name of the retention rule, and the prefix of the names of objects. */
  readonly name: string;
  /** The archive in words, as in "What the archive of flow logs needs". */
  readonly what: string;
  /** The description of the connector. */
  readonly connectorDescription: string;
}

/** A source of a connector. */
export interface LogSource {
  readonly compartmentId: string;
  readonly logGroupId: string;
}

// The parts of an unfinished upload are useless.
const UPLOADS_END_AFTER = 7;

/** The name of an archive's bucket. */
export function bucketNameOf(archive: IConstruct, bucketName: string | undefined): string {
  return bucketName ?? defaultBucketName(archive.node.path);
}

/** The default name of a bucket, from the path of its archive. */
export function defaultBucketName(path: string): string {
  return stemOf(literalText(path.split("/").join("-"))).replace(/[^A-Za-z0-9_.-]+/g, "-");
}

/**
 * The bucket of an archive with its key, its rules, and its connectors; its resources are children of the
 * archive.
 */
export class ArchiveParts {
  /** The Object Storage namespace of the tenancy. */
  public readonly namespace: string;
  private readonly bucket: ObjectstorageBucket;

  constructor(
    private readonly scope: Construct,
    private readonly settings: ArchiveSettings,
    private readonly kind: ArchiveKind,
    retention: ArchiveRetention,
    private readonly tags: TaggingProps,
  ) {
    const { compartmentId, kmsKeyId } = settings;
    this.namespace = objectStorageNamespace(scope);
    const keyCompartmentId = settings.keyCompartmentId ?? compartmentId;
    const keyPolicy = this.policy("KeyPolicy", "key", keyCompartmentId, [
      keyStatement(settings.region, keyCompartmentId, kmsKeyId),
    ]);
    this.bucket = addProtectedBucket(scope, {
      compartmentId,
      namespace: this.namespace,
      bucketName: bucketNameOf(scope, settings.bucketName),
      kmsKeyId,
      keyPolicy,
      versioned: false,
      retentionRules: [
        {
          displayName: kind.name,
          duration: { timeAmount: String(retention.days), timeUnit: "DAYS" },
          timeRuleLocked: retention.lockedFrom,
        },
      ],
      tags,
    });
    this.deleteAfter(retention.days);
    if (retention.reason !== undefined) {
      Acknowledgements._record(scope, "auditing", `a retention of ${retention.days} days`, retention.reason);
    }
    const { bucket } = this;
    findWhenWritten(scope, () => checkOverrides(scope, bucket, retention.days));
  }

  /** Adds a connector from the sources to the bucket. */
  public fill(sources: readonly LogSource[], dependsOn: ITerraformDependable[] = []): void {
    const { scope, namespace, settings, bucket } = this;
    const { compartmentId } = settings;
    const policy = this.policy("ConnectorPolicy", "connector", compartmentId, [
      connectorStatement("manage objects", compartmentId, compartmentId, {
        "target.bucket.name": bucketNameOf(scope, settings.bucketName),
      }),
    ]);
    new SchServiceConnector(scope, "Connector", {
      compartmentId,
      displayName: nameOf(scope),
      description: this.kind.connectorDescription,
      source: { kind: "logging", logSources: [...sources] },
      target: {
        kind: "objectStorage",
        namespace,
        bucket: bucket.name,
        objectNamePrefix: this.kind.name,
      },
      dependsOn: [...dependsOn, policy],
      ...this.tags,
    });
  }

  /**
   * Lets connectors read the log groups of the sources that are in other compartments, by a policy in each of them.
   *
   * Connectors read log groups of their own compartment, and OCI Audit, without one.
   */
  public grantReading(sources: readonly LogSource[]): IdentityPolicy[] {
    const { scope } = this;
    const own = { scope, id: this.settings.compartmentId };
    const others = sources.filter(({ compartmentId: id }) => compareOcids({ scope, id }, own) !== "same");
    return [...new Set(others.map(({ compartmentId }) => compartmentId))].map((compartmentId) => {
      const part = idPartOf(scope, compartmentId);
      const statements = ["read log-groups", "read log-content"].map((right) =>
        connectorStatement(right, compartmentId, own.id, {}),
      );
      return this.policy(`ReadPolicy-${part}`, `read-${shortHash(part)}`, compartmentId, statements);
    });
  }

  /** Adds a policy of the archive. */
  public policy(id: string, suffix: string, compartmentId: string, statements: string[]): IdentityPolicy {
    return new IdentityPolicy(this.scope, id, {
      provider: this.settings.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this.scope, `${nameOf(this.scope)}-${suffix}`),
      description: `What the ${this.kind.what} needs`,
      statements,
      lifecycle: { ignoreChanges: ["name"] },
      ...this.tags,
    });
  }

  private deleteAfter(days: number): void {
    const { compartmentId, region } = this.settings;
    const bucketName = bucketNameOf(this.scope, this.settings.bucketName);
    const policy = this.policy("LifecyclePolicy", "lifecycle", compartmentId, [
      `Allow service objectstorage-${region} to manage object-family in compartment id ${compartmentId} ` +
        `where target.bucket.name = '${bucketName}'`,
    ]);
    new ObjectstorageObjectLifecyclePolicy(this.scope, "Lifecycle", {
      namespace: this.namespace,
      bucket: this.bucket.name,
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
}

/** Rejects a bucket whose protection was removed by overrides; checked at synthesis, after the last of them. */
function checkOverrides(scope: IConstruct, bucket: ObjectstorageBucket, days: number): ProgramFinding[] {
  const problems = new Problems(scope);
  const { resource } = bucket.toTerraform() as {
    resource: { [type: string]: { [id: string]: { [attribute: string]: unknown } } };
  };
  const [written = {}] = Object.values(Object.values(resource)[0] ?? {});
  if (written.access_type !== "NoPublicAccess") {
    problems.add(
      "ARCHIVE_INVALID",
      `The bucket of the archive has the access type ${JSON.stringify(written.access_type)}`,
      "Remove the override of access_type; give readers a policy, or a pre-authenticated request for a copy",
    );
  }
  if (written.versioning !== "Disabled") {
    problems.add(
      "ARCHIVE_INVALID",
      `The bucket of the archive has the versioning ${JSON.stringify(written.versioning)} and a retention rule`,
      "Remove the override of versioning: OCI accepts one of the two, and the retention rule keeps objects unchanged",
    );
  }
  if (!Array.isArray(written.retention_rules) || written.retention_rules.length === 0) {
    problems.add(
      "ARCHIVE_INVALID",
      "The bucket of the archive has no retention rule",
      "Remove the override of retention_rules, and give the archive another retention: ArchiveRetention.of(Duration.days(90))",
    );
  } else if (!written.retention_rules.some((rule) => daysOf(rule) >= days)) {
    problems.add(
      "ARCHIVE_INVALID",
      `The bucket of the archive has no retention rule of ${days} days, as the program says`,
      "Remove the override of retention_rules, and give the archive another retention: ArchiveRetention.of(Duration.days(90))",
    );
  }
  if (typeof written.kms_key_id !== "string" || written.kms_key_id === "") {
    problems.add(
      "ARCHIVE_INVALID",
      "The bucket of the archive has no key of yours",
      "Remove the override of kms_key_id, and give the archive the key as kmsKeyId",
    );
  }
  problems.throwIfAny();
  return [];
}

/** The days of a retention rule as it is written; infinite for a rule without a duration. */
function daysOf({
  duration,
}: {
  readonly duration?: { time_amount?: unknown; time_unit?: unknown };
}): number {
  if (duration === undefined) return Infinity;
  return Number(duration.time_amount) * (duration.time_unit === "YEARS" ? 365 : 1);
}
