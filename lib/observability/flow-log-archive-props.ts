import { type TerraformProvider } from "cdktf";
import { type TaggingProps } from "../core/tagging";
import { type IFlowLogs } from "../network/flow-logging";

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
