import { type Duration } from "cdk8s";
import { TerraformResource, TerraformStack, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import {
  reasonFor,
  wholeDuration,
  matching,
  type PropsSchema,
  readArguments,
  type Resolved,
  valueOf,
  withDefault,
} from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";
import { regionOfProvider } from "../../core/regions";
import { Problems } from "../../core/validation-error";
import { type OracleServiceRanges, oracleServiceRanges } from "../../network-policy/external-peer";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { SecretFiles } from "../../workload/pods/mounted-files";

const MIN_DAYS = 30;
const MAX_DAYS = 3650;

const DAYS = wholeDuration("days", { least: 1, most: MAX_DAYS, example: "Duration.days(90)" });

/** The retention of log lines in OpenSearch: afterwards, the index of their day is deleted. */
@checked
export class LogRetention {
  /**
   * 30 days or more, long enough to notice and investigate an attack.
   *
   * @param duration whole days, 30 to 3650
   */
  public static of(duration: Duration): LogRetention {
    const problems = new Problems("LogRetention.of");
    const days = DAYS(problems, "duration", duration);
    if (days !== undefined && days < MIN_DAYS) {
      const fix = `Give ${MIN_DAYS} days or more, or write LogRetention.shorterThan30Days(duration, { reason })`;
      problems.add("RETENTION_INVALID", `duration is ${days} days`, fix);
    }
    problems.throwIfAny();
    return new LogRetention(days ?? 0);
  }

  /**
   * Fewer than 30 days; the reason is recorded as an acknowledgement.
   *
   * @param duration whole days, 1 to 29
   */
  public static shorterThan30Days(duration: Duration, choice: ReasonedChoice): LogRetention {
    const problems = new Problems("LogRetention.shorterThan30Days");
    const reason = reasonFor("A retention below 30 days")(problems, "reason", choice?.reason);
    const days = DAYS(problems, "duration", duration);
    if (days !== undefined && days >= MIN_DAYS) {
      const fix = `Give fewer than ${MIN_DAYS} days, or write LogRetention.of(duration)`;
      problems.add("RETENTION_INVALID", `duration is ${days} days`, fix);
    }
    problems.throwIfAny();
    return new LogRetention(days ?? 0, reason);
  }

  private constructor(
    /** The number of days. */
    public readonly days: number,
    /** The reason for fewer than 30 days; undefined for 30 days or more. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "auditing", `logs kept for ${this.days} days`, this.reason);
  }
}

/** Props for LogSnapshots. */
export interface LogSnapshotsProps {
  /**
   * The name of the bucket: private, with a key of your own, and without retention rules, as the store changes some of its objects.
   *
   * @see https://docs.opensearch.org/latest/tuning-your-cluster/availability-and-recovery/snapshots/snapshot-restore/
   */
  readonly bucketName: string;
  /** The Object Storage namespace of the tenancy. */
  readonly objectStorageNamespace: string;
  /** The region of the bucket, such as `eu-frankfurt-1`. */
  readonly region: string;
  /**
   * A directory with the files `access-key` and `secret-key`, a customer secret key of a user that may write to this bucket alone.
   *
   * @see https://docs.oracle.com/iaas/Content/Object/Tasks/s3compatibleapi.htm
   */
  readonly secretFiles: SecretFiles;
  /** The addresses of Object Storage, for the NetworkPolicy. */
  readonly oracleServices: OracleServiceRanges;
  /**
   * The retention of a snapshot: whole days, 30 or more.
   *
   * @default - 365 days
   */
  readonly retention?: Duration;
}

const DESTINATION = { code: "LOG_DESTINATION_INVALID" } as const;

const SNAPSHOTS = {
  bucketName: matching(
    /^[A-Za-z0-9_.-]{1,256}$/,
    'Give 1 to 256 letters, digits, "-", "_" and "."',
    DESTINATION,
  ),
  objectStorageNamespace: matching(/^[a-z0-9]{1,64}$/, "Give it as `oci os ns get` prints it", DESTINATION),
  region: matching(
    /^[a-z]+-[a-z]+-\d+$/,
    'Give the identifier of the region, for example "eu-frankfurt-1"',
    DESTINATION,
  ),
  secretFiles: valueOf(SecretFiles),
  oracleServices: oracleServiceRanges(),
  retention: withDefault(wholeDuration("days", { least: 30, example: "Duration.days(365)" }), 365),
} satisfies PropsSchema<LogSnapshotsProps>;

type ResolvedSnapshots = Resolved<typeof SNAPSHOTS>;

/**
 * Daily snapshots of all log indices in a bucket of Object Storage, through its S3 interface.
 *
 * The image of OpenSearch must have the plugin `repository-s3`; that of Elasticsearch has it. The plugin does not support workload
 * identity: it needs a customer secret key, from OCI Vault.
 */
@checked
export class LogSnapshots {
  /** Snapshots in a bucket. */
  public static toBucket(props: LogSnapshotsProps): LogSnapshots {
    return new LogSnapshots(readArguments("LogSnapshots.toBucket", props, SNAPSHOTS));
  }

  private constructor(private readonly props: ResolvedSnapshots) {}

  /** The retention of a snapshot, in days. */
  public get retentionDays(): number {
    return this.props.retention;
  }

  /** The name of the bucket. */
  public get bucketName(): string {
    return this.props.bucketName;
  }

  /** The host of the S3 interface. */
  public get endpoint(): string {
    const { objectStorageNamespace, region } = this.props;
    return `${objectStorageNamespace}.compat.objectstorage.${region}.oraclecloud.com`;
  }

  /** The region of the bucket. */
  public get region(): string {
    return this.props.region;
  }

  /** @internal */
  public get _secretFiles(): SecretFiles {
    return this.props.secretFiles;
  }

  /** @internal */
  public get _oracleServices(): OracleServiceRanges {
    return this.props.oracleServices;
  }
}

const BUCKET = "oci_objectstorage_bucket";

interface WrittenBucket {
  readonly name?: unknown;
  readonly retention_rules?: unknown;
}

/** Whether a construct is the bucket of the snapshots, with a retention rule; a bucket of another region is another one. */
function isRetained(construct: IConstruct, { bucketName, region }: LogSnapshots): boolean {
  if (!TerraformResource.isTerraformResource(construct) || construct.terraformResourceType !== BUCKET)
    return false;
  const { resource } = construct.toTerraform() as {
    readonly resource?: { readonly [type: string]: { readonly [id: string]: WrittenBucket } };
  };
  const [written = {}] = Object.values(resource?.[BUCKET] ?? {});
  const { name, retention_rules: rules } = written;
  if (name !== bucketName || !Array.isArray(rules) || rules.length === 0) return false;
  const { provider } = construct as { readonly provider?: { readonly region?: unknown } };
  const own = provider ? provider.region : regionOfProvider(TerraformStack.of(construct));
  return typeof own !== "string" || Token.isUnresolved(own) || own === region;
}

/** Checks at synthesis that no bucket of the program with a retention rule is the bucket of the snapshots. */
export function checkSnapshotBucket(logging: Construct, cluster: IConstruct, snapshots: LogSnapshots): void {
  checkAtSynthesis(logging, () => {
    const bucket = cluster.node.root.node.findAll().find((construct) => isRetained(construct, snapshots));
    if (!bucket) return;
    const owner = bucket.node.id === "Resource" ? (bucket.node.scope ?? bucket) : bucket;
    const problems = new Problems(logging);
    problems.add(
      "LOG_DESTINATION_INVALID",
      `destination writes snapshots to the bucket ${snapshots.bucketName} of ${owner.node.path}, whose retention rule prevents the store from deleting them`,
      'Give the snapshots a bucket of their own without retention rules, such as a PrivateBucket: bucketName: "log-snapshots"',
    );
    problems.throwIfAny();
  });
}
