import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { AlarmRouting } from "../../lib/observability/alarm-routing";
import { AuditArchiving } from "../../lib/observability/audit-archiving";

/** The props of a cluster without an archive, alarms, and searches, for tests that create their own or count resources. */
export const UNOBSERVED = {
  auditArchive: AuditArchiving.none({ reason: "The test is not about the archive" }),
  alarms: AlarmRouting.none({ reason: "The test is not about alarms" }),
  savedSearches: [],
} satisfies Partial<SecureOkeClusterProps>;
