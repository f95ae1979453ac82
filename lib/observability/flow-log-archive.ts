import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type ArchiveRetention } from "./archive-retention";
import { ArchiveParts, bucketNameOf } from "./private/archive-parts";
import { ARCHIVE, checkArchive } from "./private/archive-props";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { type PropsSchema, readProps, type Resolved, valueOf } from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { type IFlowLogs } from "../network/logs/flow-logging";

/** Props for FlowLogArchive. */
export interface FlowLogArchiveProps extends TaggingProps {
  /** The flow logs to archive, such as `cluster.network.flowLogs`. */
  readonly flowLogs: IFlowLogs;
  /**
   * The OCID of the compartment of the bucket and the connector; preferably one that the operators of the
   * cluster can't write to.
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
   * The region of the bucket, such as `eu-frankfurt-1`, which is part of the name in IAM of the service that
   * uses the key.
   */
  readonly region: string;
  /**
   * The period for which each object is kept unchanged; it is deleted afterwards.
   *
   * @default ArchiveRetention.of(Duration.days(365)), not locked
   */
  readonly retention?: ArchiveRetention;
  /**
   * The name of the bucket: letters, digits, `-`, `_` and `.`, unique in the tenancy's region. A change
   * creates another bucket.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly bucketName?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const FLOW_LOG_ARCHIVE = {
  flowLogs: valueOf<IFlowLogs>("IFlowLogs"),
  ...ARCHIVE,
} satisfies PropsSchema<FlowLogArchiveProps>;

type ResolvedFlowLogArchive = Resolved<typeof FLOW_LOG_ARCHIVE>;

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readFlowLogArchive(
  scope: Construct,
  id: string,
  props: FlowLogArchiveProps,
): ResolvedFlowLogArchive {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, FLOW_LOG_ARCHIVE);
  checkArchive(problems, scope, id, read);
  return problems.resolved<ResolvedFlowLogArchive>(read);
}

const KIND = {
  name: "flow-logs",
  what: "archive of flow logs",
  connectorDescription: "Moves flow logs into their archive",
};

/**
 * An archive of flow logs beyond the retention of OCI Logging, in a private, immutable bucket encrypted by
 * your key.
 *
 * A connector copies the records; OCI Logging keeps its own copy for searches. A retention rule protects each
 * object for the given number of days, and a lifecycle rule deletes it then. Versioning is off: OCI supports
 * one or the other, and only the retention rule protects against users with write permission. Anyone who
 * manages the bucket can still remove a rule that is not locked: `ArchiveRetention.locked`.
 *
 * Terraform refuses to destroy the bucket while the program has it (`prevent_destroy`).
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
  /** The number of days for which an object is kept. */
  public readonly retentionDays: number;
  /** @internal */
  public readonly _region: string;

  constructor(scope: Construct, id: string, props: FlowLogArchiveProps) {
    const archive = readFlowLogArchive(scope, id, props);
    super(scope, id);
    const { flowLogs, retention } = archive;
    this.bucketName = bucketNameOf(this, archive.bucketName);
    this.retentionDays = retention.days;
    this._region = archive.region;
    const parts = new ArchiveParts(this, archive, KIND, retention, tagsOf(this, archive));
    this.namespace = parts.namespace;
    const { compartmentId, logGroupId } = flowLogs;
    parts.fill([{ compartmentId, logGroupId }], parts.grantReading([flowLogs]));
  }
}
