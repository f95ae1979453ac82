import { Duration } from "cdk8s";
import { DURATION } from "./private/amounts";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { kind, shaped } from "../../core/value-readers";
import { type OracleServiceRanges } from "../../network-policy/oracle-service-ranges";
import { type SecretFiles } from "../../workload/pods/secret-files";

/** Props for LogSnapshots. */
export interface LogSnapshotsProps {
  /**
   * The name of the bucket: private, with a key of your own, and without retention rules, as OpenSearch changes some of its objects.
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
   * How long a snapshot is kept, in whole days.
   *
   * @default - 365 days
   */
  readonly retention?: Duration;
}

const BUCKET = /^[A-Za-z0-9_.-]{1,256}$/;
const NAMESPACE = /^[a-z0-9]{1,64}$/;
const REGION = /^[a-z]+-[a-z]+-\d+$/;
const SHAPES = {
  retention: DURATION,
  secretFiles: kind(["path"], 'SecretFiles.fromSecretsStore("/run/secrets/snapshots", "log-snapshots")'),
  oracleServices: kind(["cidrs"], 'OracleServiceRanges.of(["134.70.24.0/21"])'),
};

/**
 * Daily snapshots of all log indices in a bucket of Object Storage, by its S3 interface.
 *
 * The image of OpenSearch must have the plugin `repository-s3`. Workload identity does not exist for it: the key is a customer secret
 * key, from OCI Vault.
 */
@checked
export class LogSnapshots {
  /** Snapshots in a bucket. */
  public static toBucket(props: LogSnapshotsProps): LogSnapshots {
    const problems = new Problems("LogSnapshots.toBucket");
    const read = shaped(problems, props, SHAPES, [
      "bucketName",
      "objectStorageNamespace",
      "region",
      "secretFiles",
      "oracleServices",
    ]) as Partial<LogSnapshotsProps>;
    const check = (name: "bucketName" | "objectStorageNamespace" | "region", form: RegExp, fix: string) => {
      const value = read[name];
      if (value === undefined || form.test(value)) return;
      problems.add("LOG_DESTINATION_INVALID", `${name} is ${shown(value)}`, fix);
    };
    check("bucketName", BUCKET, 'Give 1 to 256 letters, digits, "-", "_" and "."');
    check("objectStorageNamespace", NAMESPACE, "Give it as `oci os ns get` prints it");
    check("region", REGION, 'Give the identifier of the region, for example "eu-frankfurt-1"');
    const retention = read.retention ?? Duration.days(365);
    const days = retention.toDays({ integral: false });
    if (!Number.isInteger(days) || days < 30) {
      problems.add(
        "VALUE_INVALID",
        `retention is ${retention.toHumanString()}`,
        "Give whole days, 30 or more: Duration.days(365)",
      );
    }
    problems.throwIfAny();
    return new LogSnapshots(props, days);
  }

  private constructor(
    private readonly props: LogSnapshotsProps,
    /** How many days a snapshot is kept. */
    public readonly retentionDays: number,
  ) {}

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
