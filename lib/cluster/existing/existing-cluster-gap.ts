import { type ReasonedChoice } from "../../core/reason";

/** A setting of a cluster that a program can't harden from outside. */
export enum ExistingClusterSetting {
  /** Secrets in etcd are encrypted by a key of the customer. */
  CUSTOMER_KEY = "customer-key",
  /** The API endpoint has no public address. */
  PRIVATE_ENDPOINT = "private-endpoint",
  /** Pods have addresses of the VCN, so security groups apply to them. */
  VCN_NATIVE_PODS = "vcn-native-pods",
  /** The cluster is an enhanced one, with workload identity, add-ons, and node cycling. */
  ENHANCED_CLUSTER = "enhanced-cluster",
  /** Nodes answer requests for instance metadata only with the header of version 2. */
  NODE_METADATA_V2 = "node-metadata-v2",
  /** Traffic between nodes and their volumes is encrypted. */
  VOLUME_TRAFFIC_ENCRYPTION = "volume-traffic-encryption",
}

/** Whether the existing cluster has a setting. */
export enum ExistingClusterSettingState {
  /** It has the secure value. */
  SECURE = "secure",
  /** It has another value. */
  INSECURE = "insecure",
  /** The program does not say which value it has. */
  UNKNOWN = "unknown",
}

/** How the existing cluster is set, as far as it is known; `oci ce cluster get` and `oci ce node-pool list` show it. */
export interface ExistingClusterSettings {
  /** Whether a key of yours encrypts the Secrets: `kms-key-id` is set. @default - not known */
  readonly hasCustomerKey?: boolean;
  /** Whether the API endpoint has no public address. @default - not known */
  readonly hasPrivateEndpoint?: boolean;
  /** Whether all node pools turn off the old metadata endpoints. @default - not known */
  readonly requiresMetadataV2?: boolean;
  /** Whether all node pools encrypt the traffic to their volumes. @default - not known */
  readonly encryptsVolumeTraffic?: boolean;
}

/** An insecure setting that is accepted, with the reason. */
export interface AcceptedSetting extends ReasonedChoice {
  /** The setting. */
  readonly setting: ExistingClusterSetting;
}

/** What the existing cluster has of a setting that a program can't harden from outside, and what to do. */
export interface ExistingClusterGap {
  /** The setting. */
  readonly setting: ExistingClusterSetting;
  /** What the cluster has. */
  readonly state: ExistingClusterSettingState;
  /** What an insecure value means. */
  readonly why: string;
  /** Whether the owner of the cluster can change it without another cluster. */
  readonly isChangeableInPlace: boolean;
  /** What to do. */
  readonly remedy: string;
  /** Why the insecure value is accepted, where it is. */
  readonly acceptedReason?: string;
}
