import { AUDIT_ARCHIVE_OPTIONS, type AuditArchiveOptions, AuditScope } from "./audit-archive";
import { ARCHIVE } from "./private/archive-props";
import { checked } from "../core/checked";
import { checkedBy, optional, type PropsSchema, type Reader, readProps, valueOf } from "../core/readers";
import { checkReason, readChoice, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Options for the archive of a cluster's logs. */
export interface AuditArchivingOptions extends AuditArchiveOptions {
  /**
   * The scope of the archived OCI Audit records.
   *
   * @default - the compartment of the cluster and its descendants
   */
  readonly audit?: AuditScope;
  /**
   * The OCID of the compartment of the bucket and its connector: preferably one in which the operators of the
   * cluster have no permissions.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The OCID of your key that encrypts the bucket: AES, in the same region.
   *
   * @default - the key of buckets of the cluster's encryption; without one, a new key in its vault; without a
   * vault, the key of the Secrets
   */
  readonly kmsKeyId?: string;
  /**
   * The region of the bucket, such as `eu-frankfurt-1`, which is part of the service's name in IAM statements.
   *
   * @default - the region of the stack's provider if it is a literal; otherwise that in the endpoint of the vault
   */
  readonly region?: string;
}

const OPTIONS = {
  audit: optional(valueOf(AuditScope)),
  compartmentId: optional(ARCHIVE.compartmentId),
  kmsKeyId: optional(ARCHIVE.kmsKeyId),
  region: optional(ARCHIVE.region),
  ...AUDIT_ARCHIVE_OPTIONS,
} satisfies PropsSchema<AuditArchivingOptions>;

const NO_ARCHIVE = "A cluster without an archive of its audit logs";

/** Whether the OCI Audit records and the logs of a cluster are archived: see `AuditArchive`. */
@checked
export class AuditArchiving {
  /**
   * Archives the OCI Audit records of the cluster's compartment, the logs of the control plane, and the flow logs.
   *
   * The default: for 365 days, in the compartment of the cluster, under a key of its own.
   */
  public static enabled(options: AuditArchivingOptions = {}): AuditArchiving {
    const problems = new Problems("AuditArchiving.enabled");
    readProps(problems, options, OPTIONS);
    problems.throwIfAny();
    return new AuditArchiving(true, options);
  }

  /**
   * Archives nothing: OCI Audit keeps its records for 365 days, in which administrators of the tenancy can read them,
   * and deletes them afterwards; control-plane and flow logs end after their own retention.
   *
   * The reason is recorded as an acknowledgement of the cluster: an archive of the whole tenancy exists, for example.
   */
  public static none(choice: ReasonedChoice): AuditArchiving {
    const reason = readChoice("AuditArchiving.none", NO_ARCHIVE, choice);
    return new AuditArchiving(false, {}, reason);
  }

  private constructor(
    /** Whether the logs are archived. */
    public readonly isEnabled: boolean,
    /** The options of the archive. */
    public readonly options: AuditArchivingOptions,
    /** The reason for no archive, if there is none. */
    public readonly reason?: string,
  ) {}
}

/** Reads the archiving of a cluster's logs, which may come from another copy of the library. */
export function auditArchiving(): Reader<AuditArchiving> {
  return checkedBy(valueOf(AuditArchiving), (problems, name, { isEnabled, options, reason }) => {
    if (!isEnabled) checkReason(problems, NO_ARCHIVE, reason, `${name}.reason`);
    else readProps(problems, options ?? {}, OPTIONS, `${name}.options`);
  });
}
