import { type Duration } from "cdk8s";
import { checked } from "../../core/checked";
import {
  matching,
  type PropsSchema,
  readProps,
  type Resolved,
  valueOf,
  wholeDuration,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { type OracleServiceRanges, oracleServiceRanges } from "../../network-policy/external-peer";
import { SecretFiles } from "../../workload/pods/secret-files";

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
    const problems = new Problems("LogSnapshots.toBucket");
    return new LogSnapshots(problems.resolved<ResolvedSnapshots>(readProps(problems, props, SNAPSHOTS)));
  }

  private constructor(private readonly props: ResolvedSnapshots) {}

  /** The number of days for which a snapshot is kept. */
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
