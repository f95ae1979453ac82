import { Fn, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { tagsGiven } from "./cluster-readers";
import { type ResolvedCluster } from "./read-cluster";
import { type ISecureOkeCluster } from "../cluster-base";
import { Acknowledgements } from "../../core/acknowledgement";
import { fail } from "../../core/validation-error";
import { idPartOf, stemOf, shortHash } from "../../core/resource-name";
import { regionOfProvider } from "../../core/regions";
import { type ClusterEncryption } from "../../encryption/cluster-encryption";
import { VaultKey } from "../../encryption/vault-key";
import { type ILogs } from "../../network/logs/service-logs";
import { AuditArchive, AuditScope } from "../../observability/audit-archive";
import { ClusterAlarms } from "../../observability/cluster-alarms";
import { NotificationTopic } from "../../observability/notification-topic";
import { defaultBucketName } from "../../observability/private/archive-parts";
import { ifAny, SavedSearches } from "../../observability/saved-searches";

/** A cluster whose other parts exist. */
interface NewCluster extends ISecureOkeCluster {
  readonly encryption: ClusterEncryption;
  readonly controlPlaneLogs: ILogs;
}

/** The parts of a cluster that observe it, each undefined if the program disables it. */
export interface ClusterObservability {
  readonly auditArchive?: AuditArchive;
  readonly alarms?: ClusterAlarms;
  readonly savedSearches?: SavedSearches;
}

/** The ids of the parts, in the scope of the cluster. */
export const OBSERVING_PARTS = ["AuditArchiveKey", "AuditArchive", "AlarmTopic", "Alarms", "SavedSearches"];

/** The types of their resources, and of those of the scanning, that depend on no other resource of the cluster. */
export const OBSERVING_TYPES = [
  "oci_identity_policy",
  "oci_kms_key",
  "oci_logging_log_saved_search",
  "oci_ons_notification_topic",
];

/**
 * Creates the archive of a cluster's logs, its alarms, and its saved searches.
 *
 * @param name the prefix of the names of resources
 */
export function observe(cluster: NewCluster, name: string, read: ResolvedCluster): ClusterObservability {
  return {
    auditArchive: archiveLogs(cluster, name, read),
    alarms: routeAlarms(cluster, read),
    savedSearches: saveSearches(cluster, read),
  };
}

function archiveLogs(cluster: NewCluster, name: string, read: ResolvedCluster): AuditArchive | undefined {
  const { compartmentId, auditArchive: archiving, homeRegionProvider } = read;
  const { isEnabled, options, reason = "" } = archiving;
  if (!isEnabled) {
    Acknowledgements._record(cluster, "auditing", "no archive of the audit logs", reason);
    return undefined;
  }
  const logs = [ifAny(() => cluster.controlPlaneLogs), ifAny(() => cluster.network.flowLogs)];
  return new AuditArchive(cluster, "AuditArchive", {
    ...options,
    audit: options.audit ?? AuditScope.compartmentAndBelow(compartmentId),
    compartmentId: options.compartmentId ?? compartmentId,
    bucketName: options.bucketName ?? bucketNameOf(cluster, compartmentId),
    ...keyOf(cluster, name, read),
    region: regionOf(cluster, options.region) ?? fail("the region of the archive is unknown"),
    logs: logs.filter((each): each is ILogs => each !== undefined),
    homeRegionProvider,
    ...tagsGiven(read),
  });
}

/** The key of the bucket, unless the options name one. */
function keyOf(
  cluster: NewCluster,
  name: string,
  { auditArchive: { options } }: ResolvedCluster,
): { readonly kmsKeyId: string; readonly keyCompartmentId?: string } {
  const { kmsKeyId, keyCompartmentId } = options;
  if (kmsKeyId !== undefined) return { kmsKeyId, keyCompartmentId };
  const { vault, bucketsKeyId, keyId, _read: settings } = cluster.encryption;
  const { compartmentId, protection, rotation } = settings;
  if (bucketsKeyId !== undefined || !vault) {
    return { kmsKeyId: bucketsKeyId ?? keyId, keyCompartmentId: compartmentId };
  }
  // Not the key of the Secrets: an incident that revokes it must leave the archive readable.
  const key = new VaultKey(cluster, "AuditArchiveKey", {
    vault,
    compartmentId,
    protection,
    rotation,
    displayName: `${stemOf(name)}-audit`,
  });
  return { kmsKeyId: key.keyId, keyCompartmentId: compartmentId };
}

/**
 * The region of a cluster's archive: a literal, or a reference to the endpoint of the vault, in which it stands between the name
 * of the service and that of the domain.
 */
function regionOf(cluster: NewCluster, option: string | undefined): string | undefined {
  const { encryption } = cluster;
  const literal = option ?? encryption._read.region ?? regionOfProvider(TerraformStack.of(cluster));
  if (literal !== undefined || !encryption.vault) return literal;
  return Fn.element(Fn.split(".", encryption.vault.managementEndpoint), 2) as string;
}

/** Names of buckets and topics are unique in the region of a tenancy, and a path is not: two compartments can have the same program. */
function uniquePart(cluster: IConstruct, compartmentId: string): string {
  return shortHash(`${cluster.node.path} ${idPartOf(cluster, compartmentId)}`);
}

function bucketNameOf(cluster: IConstruct, compartmentId: string): string {
  return `${defaultBucketName(cluster.node.path)}-audit-${uniquePart(cluster, compartmentId)}`;
}

function routeAlarms(cluster: NewCluster, read: ResolvedCluster): ClusterAlarms | undefined {
  const { compartmentId, alarms: routing, homeRegionProvider } = read;
  const { isEnabled, subscribers, options, reason = "" } = routing;
  if (!isEnabled) {
    Acknowledgements._record(cluster, "auditing", "no alarms", reason);
    return undefined;
  }
  const tags = tagsGiven(read);
  const topic =
    routing.topic ??
    new NotificationTopic(cluster, "AlarmTopic", {
      compartmentId,
      topicName: `${topicStem(cluster)}-alarms-${uniquePart(cluster, compartmentId)}`,
      subscribers,
      ...tags,
    });
  return new ClusterAlarms(cluster, "Alarms", { ...options, cluster, topic, homeRegionProvider, ...tags });
}

function saveSearches(cluster: NewCluster, read: ResolvedCluster): SavedSearches | undefined {
  const { savedSearches: searches } = read;
  if (searches?.length === 0) return undefined;
  return new SavedSearches(cluster, "SavedSearches", { cluster, searches, ...tagsGiven(read) });
}

function topicStem(cluster: IConstruct): string {
  return defaultBucketName(cluster.node.path).replace(/\./g, "-");
}
