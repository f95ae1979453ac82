import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type ArchiveRetention } from "./archive-retention";
import { type ArchiveTarget } from "./archive-target";
import { type AuditScope } from "./audit-scope";
import { ArchiveParts, bucketNameOf, type LogSource } from "./private/archive-parts";
import { checkArchive } from "./private/check-archive";
import { connectorStatement } from "./private/connector-statement";
import { DEFAULT_RETENTION } from "./private/default-retention";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid, compareOcids } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { idPartOf } from "../core/reference";
import { shortHash } from "../core/short-hash";
import { shown } from "../core/display-value";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { type ILogs } from "../network/logs/service-logs";
import { SchServiceConnector } from "../oci/sch-service-connector";

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

/** Props for AuditArchive. */
export interface AuditArchiveProps extends TaggingProps {
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
   * Log groups of other programs to archive.
   *
   * @default - none
   */
  readonly logGroups?: ArchivedLogGroup[];
  /**
   * The OCID of the compartment of the bucket and its connector: preferably one in which the operators of the
   * cluster have no permissions.
   */
  readonly compartmentId: string;
  /** The OCID of your key that encrypts the bucket: AES, in the same region. */
  readonly kmsKeyId: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the compartment of the bucket
   */
  readonly keyCompartmentId?: string;
  /**
   * The region of the bucket, such as `eu-frankfurt-1`, which is part of the service's name in IAM
   * statements.
   */
  readonly region: string;
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
   * @default - the path of the construct, joined by dashes
   */
  readonly bucketName?: string;
  /**
   * Additional targets of all records: a stream for a SIEM, or Logging Analytics.
   *
   * @default - only the bucket
   */
  readonly targets?: ArchiveTarget[];
  /**
   * The provider of the tenancy's home region, in which policies are created.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
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
 * not locked: `ArchiveRetention.locked`. Terraform refuses to destroy the bucket (`prevent_destroy`).
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

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, PROVIDER_INVALID,
   * LOG_GROUP_NOT_GRANTED; at synthesis ARCHIVE_INVALID
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: AuditArchiveProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const retention = props.retention ?? DEFAULT_RETENTION;
    const tags = tagsOf(this, props);
    this.bucketName = bucketNameOf(this, props.bucketName);
    this.retentionDays = retention.days;
    this._region = props.region;
    const kind = {
      name: "audit",
      what: "archive of audit logs",
      connectorDescription: "Moves audit logs into their archive",
    };
    const parts = new ArchiveParts(this, props, kind, retention, tags);
    this.namespace = parts.namespace;
    const sources = this.sources();
    const grants = this.readGrants(parts);
    parts.fill(sources, grants);
    for (const target of props.targets ?? []) this.copyTo(target, parts, sources, grants);
  }

  private sources(): LogSource[] {
    const { audit, logs = [], logGroups = [] } = this.props;
    const groups = [...logs, ...logGroups].map(({ compartmentId, logGroupId }) => ({
      compartmentId,
      logGroupId,
    }));
    return [{ compartmentId: audit.compartmentId, logGroupId: audit.logGroup }, ...groups];
  }

  /** One policy for each compartment, attached there. */
  private readGrants(parts: ArchiveParts) {
    const granted = (this.props.logGroups ?? []).filter(({ readGrant }) => readGrant === LogReadGrant.POLICY);
    const compartments = [...new Set(granted.map(({ compartmentId }) => compartmentId))];
    return compartments.map((compartmentId) => {
      const part = idPartOf(this, compartmentId);
      return parts.policy(`ReadPolicy-${part}`, `read-${shortHash(part)}`, compartmentId, [
        connectorStatement("read log-content", compartmentId, this.props.compartmentId, {}),
      ]);
    });
  }

  private copyTo(
    target: ArchiveTarget,
    parts: ArchiveParts,
    sources: readonly LogSource[],
    grants: ReturnType<AuditArchive["readGrants"]>,
  ): void {
    const { name, compartmentId, _connection: connection } = target;
    const { right, variable, id } = connection;
    const policy = parts.policy(`${name}-policy`, name, compartmentId, [
      connectorStatement(right, compartmentId, this.props.compartmentId, { [variable]: id }),
    ]);
    new SchServiceConnector(this, name, {
      compartmentId: this.props.compartmentId,
      displayName: `${nameOf(this)}-${name}`,
      description: `Copies audit logs to ${name}`,
      source: { kind: "logging", logSources: [...sources] },
      target: connection.target,
      dependsOn: [...grants, policy],
      ...tagsOf(this, this.props),
    });
  }
}

function check(scope: Construct, id: string, props: AuditArchiveProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  const { audit, region, logs, logGroups, targets } = props;
  checkGiven(problems, { audit, region }, "AuditArchiveProps");
  const scopes = "AuditScope.compartmentAndBelow(compartmentId)";
  checkMembers(problems, "audit", audit, ["compartmentId", "logGroup"], scopes);
  for (const each of listOf(problems, "logs", logs)) {
    const members = ["logGroupId", "compartmentId"];
    checkMembers(problems, "An element of logs", each ?? "nothing", members, "cluster.controlPlaneLogs");
  }
  for (const each of listOf(problems, "logGroups", logGroups)) checkLogGroup(problems, scope, props, each);
  const given = listOf(problems, "targets", targets);
  for (const each of given) {
    const members = ["name", "_connection"];
    checkMembers(
      problems,
      "An element of targets",
      each ?? "nothing",
      members,
      "ArchiveTarget.stream(name, { … })",
    );
  }
  checkTargetNames(problems, given);
  checkArchive(problems, scope, id, props);
  problems.throwIfAny();
}

function listOf<T>(problems: Problems, name: string, value: T[] | undefined): readonly T[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, "Give a list");
  return [];
}

// The ids of the archive's own resources.
const RESERVED = ["connector", "lifecycle", "namespace", "resource", "firstapply"];

function checkTargetNames(problems: Problems, targets: readonly ArchiveTarget[]): void {
  const names = targets.map((target) => String(target?.name));
  for (const name of new Set(names)) {
    if (names.filter((each) => each === name).length > 1) {
      problems.add(
        "NAME_DUPLICATE",
        `Two targets have the name ${shown(name)}`,
        "Give each target a name of its own",
      );
    }
    if (RESERVED.includes(name.toLowerCase())) {
      problems.add(
        "NAME_INVALID",
        `A target has the name ${shown(name)}`,
        'Give it another name, such as "siem"',
      );
    }
  }
}

function checkLogGroup(
  problems: Problems,
  scope: Construct,
  { compartmentId }: AuditArchiveProps,
  group: ArchivedLogGroup,
): void {
  if (!checkGiven(problems, { "An element of logGroups": group })) return;
  checkOcid(problems, "logGroups.logGroupId", group.logGroupId, "loggroup");
  checkOcid(problems, "logGroups.compartmentId", group.compartmentId, "compartment", "tenancy");
  const known: readonly unknown[] = [...Object.values(LogReadGrant), undefined];
  if (!known.includes(group.readGrant)) {
    problems.add("VALUE_INVALID", `readGrant is ${shown(group.readGrant)}`, "Give one of LogReadGrant");
  }
  if (group.readGrant !== undefined || !group.compartmentId || !compartmentId) return;
  const [one, other] = [group.compartmentId, compartmentId].map((ocid) => ({ scope, id: ocid }));
  if (!one || !other || compareOcids(one, other) !== "different") return;
  problems.add(
    "LOG_GROUP_NOT_GRANTED",
    `The log group ${shown(group.logGroupId)} is in another compartment than the archive, and nothing lets its connector read it`,
    "Write readGrant: LogReadGrant.POLICY for a policy of the archive, or LogReadGrant.EXISTING if its owner has granted it",
  );
}
