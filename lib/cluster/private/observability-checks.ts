import { type TerraformProvider, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { regionOfProvider } from "../../core/regions";
import { type Problems } from "../../core/validation-error";
import { type ClusterEncryption } from "../../encryption/cluster-encryption";
import { type IClusterNetwork } from "../../network/vcn/network";
import { type AlarmRouting } from "../../observability/alarm-routing";
import { type AuditArchiving } from "../../observability/audit-archiving";
import { checkHomeRegionTopic } from "../../observability/cluster-alarms";
import { checkBucket } from "../../observability/private/archive-props";
import { type SavedSearch } from "../../observability/saved-search";
import { checkLogs, checkSearchNames, ifAny } from "../../observability/saved-searches";
import { SearchedLogs } from "../../observability/searched-logs";
import { type ControlPlaneLogging } from "../control-plane-logs";

/** The props that observe a cluster, and those that they depend on; a prop that was rejected is missing. */
interface ObservingProps {
  readonly auditArchive?: AuditArchiving;
  readonly alarms?: AlarmRouting;
  readonly savedSearches?: SavedSearch[];
  readonly controlPlaneLogs?: ControlPlaneLogging;
  readonly encryption?: ClusterEncryption;
  readonly network?: IClusterNetwork;
  readonly homeRegionProvider?: TerraformProvider;
}

/** Adds a problem for each combination of the props that observe a cluster with its other props that OCI would reject. */
export function checkObservability(problems: Problems, scope: Construct, read: ObservingProps): void {
  checkArchiving(problems, scope, read);
  const { alarms, homeRegionProvider } = read;
  if (alarms?.isEnabled) {
    const { homeRegionTopic } = alarms.options;
    checkHomeRegionTopic(problems, { topic: alarms.topic, homeRegionTopic }, homeRegionProvider, "alarms.");
  }
  checkSearches(problems, read);
}

function checkArchiving(
  problems: Problems,
  scope: Construct,
  { auditArchive, encryption }: ObservingProps,
): void {
  if (!auditArchive?.isEnabled) return;
  const { kmsKeyId, bucketName, region } = auditArchive.options;
  const literal = region ?? encryption?._read.region ?? regionOfProvider(TerraformStack.of(scope));
  checkBucket(problems, scope, { kmsKeyId, bucketName, region: literal }, "auditArchive.");
  // The cluster's own encryption has a vault, and so a region.
  if (literal !== undefined || !encryption || encryption.vault) return;
  problems.add(
    "ATTRIBUTE_MISSING",
    "auditArchive.region was not given, and neither the stack's provider nor a vault shows the region",
    'Give auditArchive: AuditArchiving.enabled({ region: "eu-frankfurt-1" }), or the region of the provider as a literal',
  );
}

function checkSearches(
  problems: Problems,
  { savedSearches = [], network, controlPlaneLogs }: ObservingProps,
): void {
  checkSearchNames(problems, "savedSearches", savedSearches);
  // The cluster's own network has flow logs.
  const hasFlowLogs = !network || ifAny(() => network.flowLogs) !== undefined;
  for (const search of savedSearches) {
    const isOfFlows = search.logs === SearchedLogs.FLOW_LOGS;
    const isOfControlPlane = search.logs === SearchedLogs.CONTROL_PLANE_LOGS;
    if (isOfFlows) checkLogs(problems, search, hasFlowLogs);
    if (isOfControlPlane) checkLogs(problems, search, controlPlaneLogs?.isEnabled !== false);
  }
}
