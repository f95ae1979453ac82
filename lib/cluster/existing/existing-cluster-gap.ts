import { type ReasonedChoice } from "../../core/reason";
import { type ISecureOkeCluster } from "../cluster-base";
import { type PracticeId } from "../../core/acknowledgement";
import { isOverlay } from "../../network/vcn/pod-networking";

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

interface GapText {
  readonly practice: PracticeId;
  readonly why: string;
  readonly isChangeableInPlace: boolean;
  readonly remedy: string;
}

const NEW_POOL =
  "Create a PrivateNodePool for this cluster, drain the nodes of the old pool, and delete the old pool";

/** What OKE can change of a cluster follows the provider: what makes it replace a cluster can't be changed. */
export const GAP_TEXTS: { readonly [setting in ExistingClusterSetting]: GapText } = {
  [ExistingClusterSetting.CUSTOMER_KEY]: {
    practice: "rotation",
    why: "Oracle's key encrypts the Secrets in etcd, and you can neither rotate nor revoke it",
    isChangeableInPlace: false,
    remedy:
      "Create a SecureOkeCluster and move the workloads; until then, keep values in OCI Vault and mount them with mountSecret",
  },
  [ExistingClusterSetting.PRIVATE_ENDPOINT]: {
    practice: "exposure",
    why: "The API endpoint has an address on the internet",
    isChangeableInPlace: true,
    remedy:
      "Create a Bastion, then run: oci ce cluster update-endpoint-config --cluster-id <cluster> --is-public-ip-enabled false; a subnet that allows public addresses stays one",
  },
  [ExistingClusterSetting.VCN_NATIVE_PODS]: {
    practice: "network-layers",
    why: "Security groups can't tell the pods of an overlay from their node",
    isChangeableInPlace: false,
    remedy:
      "Create a SecureOkeCluster with PodNetworking.vcnNative() and move the workloads; NetworkPolicies apply in both",
  },
  [ExistingClusterSetting.ENHANCED_CLUSTER]: {
    practice: "least-privilege",
    why: "A basic cluster has no workload identity, so pods that call OCI share the rights of their node",
    isChangeableInPlace: true,
    remedy:
      "Run: oci ce cluster update --cluster-id <cluster> --type ENHANCED_CLUSTER; there is no way back to a basic cluster",
  },
  [ExistingClusterSetting.NODE_METADATA_V2]: {
    practice: "least-privilege",
    why: "A request forged through a pod gets the identity of its node",
    isChangeableInPlace: true,
    remedy: NEW_POOL,
  },
  [ExistingClusterSetting.VOLUME_TRAFFIC_ENCRYPTION]: {
    practice: "credential-exposure",
    why: "Data travels in plain text between nodes and block volumes",
    isChangeableInPlace: true,
    remedy: NEW_POOL,
  },
};

/** All settings in a fixed order, with what the program knows of them. */
export function gapsOf(
  cluster: ISecureOkeCluster,
  settings: ExistingClusterSettings,
  accepted: readonly AcceptedSetting[],
): ExistingClusterGap[] {
  const { clusterType } = cluster;
  const states: { readonly [setting in ExistingClusterSetting]: boolean | undefined } = {
    [ExistingClusterSetting.CUSTOMER_KEY]: settings.hasCustomerKey,
    [ExistingClusterSetting.PRIVATE_ENDPOINT]: settings.hasPrivateEndpoint,
    [ExistingClusterSetting.VCN_NATIVE_PODS]: !isOverlay(cluster.podNetworking),
    [ExistingClusterSetting.ENHANCED_CLUSTER]:
      clusterType === undefined ? undefined : clusterType === "ENHANCED_CLUSTER",
    [ExistingClusterSetting.NODE_METADATA_V2]: settings.requiresMetadataV2,
    [ExistingClusterSetting.VOLUME_TRAFFIC_ENCRYPTION]: settings.encryptsVolumeTraffic,
  };
  return Object.values(ExistingClusterSetting).map((setting) => {
    const { why, isChangeableInPlace, remedy } = GAP_TEXTS[setting];
    const state = stateOf(states[setting]);
    const acceptedReason = accepted.find((gap) => gap.setting === setting)?.reason;
    return {
      setting,
      state,
      why,
      isChangeableInPlace,
      remedy,
      ...(acceptedReason ? { acceptedReason } : {}),
    };
  });
}

function stateOf(isSecure: boolean | undefined): ExistingClusterSettingState {
  if (isSecure === undefined) return ExistingClusterSettingState.UNKNOWN;
  return isSecure ? ExistingClusterSettingState.SECURE : ExistingClusterSettingState.INSECURE;
}
