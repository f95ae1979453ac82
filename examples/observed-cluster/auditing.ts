import { type TerraformStack } from "cdktf";
import { Duration } from "cdk8s";
import {
  Alarms,
  ArchiveRetention,
  ArchiveTarget,
  AuditArchive,
  AuditScope,
  ClusterAlarms,
  MetricAlarm,
  NotificationTopic,
  SavedSearches,
  Subscriber,
  type SecureOkeCluster,
} from "secure-oke";

// Operators of the cluster can't write to the compartment of the archive.
const auditCompartmentId = "ocid1.compartment.oc1..audit";

/** Adds an archive of audit records and logs, alarms, and saved searches. */
export function addAuditing(
  stack: TerraformStack,
  cluster: SecureOkeCluster,
  { region, compartmentId }: { region: string; compartmentId: string },
): void {
  // All records in one bucket, encrypted with the auditors' key, and a copy for the SIEM.
  new AuditArchive(stack, "archive", {
    compartmentId: auditCompartmentId,
    audit: AuditScope.tenancy("ocid1.tenancy.oc1..example"),
    logs: [cluster.controlPlaneLogs, cluster.network.flowLogs],
    kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.audit",
    region,
    retention: ArchiveRetention.of(Duration.days(730)).locked("2027-01-04T00:00:00Z", {
      addedOn: "2026-12-01",
    }),
    targets: [
      ArchiveTarget.stream("siem", {
        streamId: "ocid1.stream.oc1.eu-frankfurt-1.siem",
        compartmentId: auditCompartmentId,
      }),
    ],
  });

  const topic = new NotificationTopic(stack, "topic", {
    compartmentId,
    topicName: "observed-cluster",
    subscribers: [
      Subscriber.email("oncall@example.com"),
      Subscriber.https({ name: "pager", url: "https://pager.example.com/oci" }),
    ],
  });
  new ClusterAlarms(stack, "alarms", {
    cluster,
    topic,
    // Also where the archive is: somebody who stops its connector does it there.
    auditCompartmentIds: [compartmentId, auditCompartmentId],
    alarms: Alarms.recommended({
      automationPrincipalIds: ["ocid1.user.oc1..pipeline"],
      unschedulableFor: Duration.minutes(20),
    })
      .without("bastion-session", { reason: "There is no bastion, and a policy forbids to create one" })
      .adding(
        MetricAlarm.of({
          name: "load-balancer-errors",
          purpose: "The load balancers of the cluster answer with server errors, so customers see them.",
          response: "Look at the pods behind the Service, and at their last deployment.",
          metricNamespace: "oci_lbaas",
          query: "HttpResponses5xx[5m].groupBy(resourceId).sum() > 20",
          pendingFor: Duration.minutes(5),
        }),
      ),
  });
  new SavedSearches(stack, "searches", { cluster });
}
