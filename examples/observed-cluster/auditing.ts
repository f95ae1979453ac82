import { type TerraformStack } from "cdktf";
import { Duration } from "cdk8s";
import {
  AlarmRouting,
  Alarms,
  ArchiveRetention,
  ArchiveTarget,
  AuditArchiving,
  AuditScope,
  MetricAlarm,
  NotificationTopic,
  type SecureOkeClusterProps,
  Subscriber,
} from "secure-oke";

// Operators of the cluster can't write to the compartment of the archive.
const auditCompartmentId = "ocid1.compartment.oc1..audit";

/** The archive of audit records and logs, and the alarms. Searches are saved by default. */
export function auditing(
  stack: TerraformStack,
  compartmentId: string,
): Pick<SecureOkeClusterProps, "auditArchive" | "alarms"> {
  const topic = new NotificationTopic(stack, "topic", {
    compartmentId,
    topicName: "observed-cluster",
    subscribers: [
      Subscriber.email("oncall@example.com"),
      Subscriber.https({ name: "pager", url: "https://pager.example.com/oci" }),
    ],
  });
  return {
    // All records in one bucket, encrypted with the auditors' key, and a copy for the SIEM.
    auditArchive: AuditArchiving.enabled({
      compartmentId: auditCompartmentId,
      audit: AuditScope.tenancy("ocid1.tenancy.oc1..example"),
      kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.audit",
      retention: ArchiveRetention.of(Duration.days(730)).locked("2027-01-04T00:00:00Z", {
        addedOn: "2026-12-01",
      }),
      targets: [
        ArchiveTarget.stream("siem", {
          streamId: "ocid1.stream.oc1.eu-frankfurt-1.siem",
          compartmentId: auditCompartmentId,
        }),
      ],
    }),
    alarms: AlarmRouting.toTopic(topic, {
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
    }),
  };
}
