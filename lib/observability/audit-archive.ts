import { type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type ArchiveRetention } from "./archive-retention";
import { ArchiveTarget } from "./archive-target";
import { ArchiveParts, bucketNameOf, type LogSource } from "./private/archive-parts";
import { ARCHIVE, checkArchive } from "./private/archive-props";
import { connectorStatement } from "./private/connector-statement";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { compareOcids } from "../core/ocid";
import {
  checkedBy,
  choice,
  listOf,
  objectOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  valueOf,
  withDefault,
} from "../core/readers";
import { computeForFindings, findWhenWritten, type ProgramFinding } from "../core/warnings";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { checkUnique } from "../core/value-readers";
import { Problems } from "../core/validation-error";
import { type ILogs } from "../network/logs/service-logs";
import { type IdentityPolicy } from "../oci/identity-policy";
import { SchServiceConnector } from "../oci/sch-service-connector";

/** The scope of the OCI Audit records that an archive keeps. */
@checked
export class AuditScope {
  /** The records of one compartment, without those below it. */
  public static compartment(compartmentId: string): AuditScope {
    return scopeOf("AuditScope.compartment", "compartmentId", compartmentId, "_Audit");
  }

  /** The records of a compartment and all its descendants. */
  public static compartmentAndBelow(compartmentId: string): AuditScope {
    return scopeOf("AuditScope.compartmentAndBelow", "compartmentId", compartmentId, WITH_THOSE_BELOW);
  }

  /** The records of the whole tenancy, in the region of the archive. */
  public static tenancy(tenancyId: string): AuditScope {
    return scopeOf("AuditScope.tenancy", "tenancyId", tenancyId, WITH_THOSE_BELOW, ["tenancy"]);
  }

  /** @internal */
  public static _of(compartmentId: string, logGroup: string): AuditScope {
    return new AuditScope(compartmentId, logGroup);
  }

  private constructor(
    /** The OCID of the compartment or tenancy. */
    public readonly compartmentId: string,
    /** The log group of the records in Connector Hub. */
    public readonly logGroup: string,
  ) {}
}

const WITH_THOSE_BELOW = "_Audit_Include_Subcompartment";

function scopeOf(
  factory: string,
  name: string,
  id: string,
  logGroup: string,
  kinds: readonly string[] = ["compartment", "tenancy"],
): AuditScope {
  const problems = new Problems(factory);
  const compartmentId = ocid(...kinds)(problems, name, id) ?? "";
  problems.throwIfAny();
  return AuditScope._of(compartmentId, logGroup);
}

/** The source of the permission to read a log group in another compartment. */
export enum LogReadGrant {
  /** A policy created by the archive. */
  POLICY = "POLICY",
  /** An existing policy. */
  EXISTING = "EXISTING",
}

/** A log group that another program manages. */
export interface ArchivedLogGroup {
  /** The OCID of the log group. */
  readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  readonly compartmentId: string;
  /**
   * The source of the connector's permission to read it.
   *
   * @default - none is needed if it is in the compartment of the archive; otherwise required
   */
  readonly readGrant?: LogReadGrant;
}

/** Options for an archive of audit logs. */
export interface AuditArchiveOptions {
  /**
   * Log groups of other programs to archive.
   *
   * @default - none
   */
  readonly logGroups?: ArchivedLogGroup[];
  /**
   * The OCID of the compartment of the key, if a key is given.
   *
   * @default - the compartment of the bucket
   */
  readonly keyCompartmentId?: string;
  /**
   * The period for which each object is kept unchanged; it is deleted afterwards.
   *
   * @default ArchiveRetention.of(Duration.days(365)), not locked
   */
  readonly retention?: ArchiveRetention;
  /**
   * The name of the bucket: letters, digits, `-`, `_`, and `.`, unique in the tenancy's region. A change
   * creates another bucket.
   *
   * @default - the path of the construct, joined by dashes; for the archive of a SecureOkeCluster, that of the cluster, and a hash
   * of its path and compartment
   */
  readonly bucketName?: string;
  /**
   * Additional targets of all records: a stream for a SIEM, or Logging Analytics.
   *
   * @default - only the bucket
   */
  readonly targets?: ArchiveTarget[];
}

/** Props for AuditArchive. */
export interface AuditArchiveProps extends AuditArchiveOptions, TaggingProps {
  /**
   * The scope of the archived OCI Audit records: `AuditScope.compartmentAndBelow(compartmentId)`, or that of
   * the tenancy.
   */
  readonly audit: AuditScope;
  /**
   * Further logs of this program to archive, such as `cluster.controlPlaneLogs` and
   * `cluster.network.flowLogs`.
   *
   * @default - none
   */
  readonly logs?: ILogs[];
  /**
   * The OCID of the compartment of the bucket and its connector: preferably one in which the operators of the
   * cluster have no permissions.
   */
  readonly compartmentId: string;
  /** The OCID of your key that encrypts the bucket: AES, in the same region. */
  readonly kmsKeyId: string;
  /**
   * The region of the bucket, such as `eu-frankfurt-1`, which is part of the service's name in IAM
   * statements.
   */
  readonly region: string;
  /**
   * The provider of the tenancy's home region, in which policies are created.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const LOG_GROUP = {
  logGroupId: ocid("loggroup"),
  compartmentId: ocid("compartment", "tenancy"),
  readGrant: optional(choice(LogReadGrant, "a member of LogReadGrant")),
} satisfies PropsSchema<ArchivedLogGroup>;

/** How the options of archives are read. */
export const AUDIT_ARCHIVE_OPTIONS = {
  logGroups: withDefault(listOf(objectOf(LOG_GROUP), "a list of { logGroupId, compartmentId }"), []),
  keyCompartmentId: ARCHIVE.keyCompartmentId,
  retention: ARCHIVE.retention,
  bucketName: ARCHIVE.bucketName,
  targets: withDefault(
    checkedBy(listOf(valueOf(ArchiveTarget), "a list of ArchiveTarget"), checkTargetNames),
    [],
  ),
} satisfies PropsSchema<AuditArchiveOptions>;

const AUDIT_ARCHIVE = {
  audit: valueOf(AuditScope),
  logs: withDefault(listOf(valueOf<ILogs>("ILogs"), "a list, such as [cluster.controlPlaneLogs]"), []),
  ...ARCHIVE,
  ...AUDIT_ARCHIVE_OPTIONS,
} satisfies PropsSchema<AuditArchiveProps>;

type ResolvedAuditArchive = Resolved<typeof AUDIT_ARCHIVE>;

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readAuditArchive(scope: Construct, id: string, props: AuditArchiveProps): ResolvedAuditArchive {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, AUDIT_ARCHIVE);
  checkGrants(problems, scope, read);
  checkArchive(problems, scope, id, read);
  return problems.resolved<ResolvedAuditArchive>(read);
}

// The ids of the archive's own resources.
const RESERVED = ["connector", "lifecycle", "namespace", "resource", "firstapply"];

function archivesIn(root: IConstruct): AuditArchive[] {
  return root.node
    .findAll()
    .filter((construct): construct is AuditArchive => construct instanceof AuditArchive);
}

function checkTargetNames(problems: Problems, property: string, targets: readonly ArchiveTarget[]): void {
  const names = targets.map(({ name }) => name);
  checkUnique(problems, property, names);
  for (const name of names.filter((each) => RESERVED.includes(each.toLowerCase()))) {
    problems.add(
      "NAME_INVALID",
      `${property} has the name ${shown(name)}, which a resource of the archive has`,
      'Give the target another name, such as "siem"',
    );
  }
}

/** Adds a problem for each log group in another compartment that no policy lets the connector read. */
function checkGrants(
  problems: Problems,
  scope: Construct,
  { logGroups = [], compartmentId }: Partial<ResolvedAuditArchive>,
): void {
  if (compartmentId === undefined) return;
  for (const { logGroupId, readGrant, ...group } of logGroups) {
    const [ofGroup, ofArchive] = [group.compartmentId, compartmentId].map((id) => ({ scope, id }));
    if (readGrant !== undefined || !ofGroup || !ofArchive) continue;
    if (compareOcids(ofGroup, ofArchive) !== "different") continue;
    problems.add(
      "LOG_GROUP_NOT_GRANTED",
      `logGroups has ${shown(logGroupId)}, in another compartment than the archive, and no policy lets its connector read it`,
      "Write readGrant: LogReadGrant.POLICY for a policy of the archive, or LogReadGrant.EXISTING if its owner has granted it",
    );
  }
}

/**
 * An archive of OCI Audit records and other logs in a private, immutable bucket encrypted by your key.
 *
 * OCI Audit covers the calls of OCI APIs and the administrative calls of the Kubernetes API; see
 * docs/auditing.md. It keeps them for at most a year, during which administrators of the tenancy can read
 * them; older ones can't be searched.
 *
 * A retention rule protects each object, and a lifecycle rule deletes it one day later. Versioning is off, as
 * OCI does not combine it with retention rules. Anyone who manages the bucket can still remove a rule that is
 * not locked: `ArchiveRetention.locked`. Terraform refuses to destroy the bucket while the program has it (`prevent_destroy`).
 *
 * @see https://docs.oracle.com/iaas/Content/connector-hub/policies.htm
 */
@checked
export class AuditArchive extends ResourceConstruct {
  /** The name of the bucket. */
  public readonly bucketName: string;
  /** The Object Storage namespace of the tenancy. */
  public readonly namespace: string;
  /** The number of days for which an object is kept. */
  public readonly retentionDays: number;
  /** @internal */
  public readonly _region: string;

  private readonly archive: ResolvedAuditArchive;

  constructor(scope: Construct, id: string, props: AuditArchiveProps) {
    const archive = readAuditArchive(scope, id, props);
    super(scope, id);
    this.archive = archive;
    const { retention } = archive;
    const tags = tagsOf(this, archive);
    this.bucketName = bucketNameOf(this, archive.bucketName);
    this.retentionDays = retention.days;
    this._region = archive.region;
    const kind = {
      name: "audit",
      what: "archive of audit logs",
      connectorDescription: "Moves audit logs into their archive",
    };
    const parts = new ArchiveParts(this, archive, kind, retention, tags);
    this.namespace = parts.namespace;
    const sources = this.sources();
    const { logs, logGroups } = archive;
    const granted = logGroups.filter(({ readGrant }) => readGrant === LogReadGrant.POLICY);
    const grants = parts.grantReading([...logs, ...granted]);
    parts.fill(sources, grants);
    for (const target of archive.targets) this.copyTo(target, parts, sources, grants);
    findWhenWritten(this, () => this.doubles());
  }

  /** A finding if an archive that comes before this one in the program has the same audit records. */
  private doubles(): ProgramFinding[] {
    const { compartmentId, logGroup } = this.archive.audit;
    const archives = computeForFindings(this.node.root, archivesIn);
    const isSame = (other: AuditArchive) =>
      other.archive.audit.logGroup === logGroup &&
      compareOcids(
        { scope: this, id: compartmentId },
        { scope: other, id: other.archive.audit.compartmentId },
      ) === "same";
    const first = archives.find(isSame);
    if (first === undefined || first === this) return [];
    return [
      {
        id: "audit-archived-twice",
        construct: this,
        what: `Its audit records are also in the archive ${first.node.path}`,
        why: "Each record is stored and billed twice, and a region has a limit of connectors.",
        fix:
          "Keep one of the two: for a SecureOkeCluster, write auditArchive: AuditArchiving.none({ reason: … }), or give the " +
          "options of the other archive to AuditArchiving.enabled",
      },
    ];
  }

  private sources(): LogSource[] {
    const { audit, logs, logGroups } = this.archive;
    const groups = [...logs, ...logGroups].map(({ compartmentId, logGroupId }) => ({
      compartmentId,
      logGroupId,
    }));
    const records = { compartmentId: audit.compartmentId, logGroupId: audit.logGroup };
    const byGroup = new Map([records, ...groups].map((source) => [Object.values(source).join(" "), source]));
    return [...byGroup.values()];
  }

  private copyTo(
    target: ArchiveTarget,
    parts: ArchiveParts,
    sources: readonly LogSource[],
    grants: IdentityPolicy[],
  ): void {
    const { name, compartmentId, _connection: connection } = target;
    const { right, variable, id } = connection;
    const policy = parts.policy(`${name}-policy`, name, compartmentId, [
      connectorStatement(right, compartmentId, this.archive.compartmentId, { [variable]: id }),
    ]);
    new SchServiceConnector(this, name, {
      compartmentId: this.archive.compartmentId,
      displayName: `${nameOf(this)}-${name}`,
      description: `Copies audit logs to ${name}`,
      source: { kind: "logging", logSources: [...sources] },
      target: connection.target,
      dependsOn: [...grants, policy],
      ...tagsOf(this, this.archive),
    });
  }
}
