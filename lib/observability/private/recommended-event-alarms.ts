import { type SampleEvent, type Watched } from "./watched";
import { type EventAlarmProps } from "../event-alarm";

/** An event alarm with its test. */
export interface WatchedEvent extends Watched<SampleEvent>, EventAlarmProps {}

const PRODUCERS = "https://docs.oracle.com/iaas/Content/Events/Reference/eventsproducers.htm";
// A longer list of the types than that of the documentation, also by Oracle.
const TYPES =
  "https://github.com/oracle/mcp/blob/main/src/oci-logging-mcp-server/oracle/oci_logging_mcp_server/scripts/SEARCH_LOG_EVENT_TYPES.md";

const event = (eventType: string, data: object): SampleEvent => ({
  eventType: `com.oraclecloud.${eventType}`,
  source: eventType.split(".")[0] ?? "",
  data,
});
const types = (service: string, ...operations: readonly string[]) =>
  operations.map((operation) => `com.oraclecloud.${service}.${operation}`);

/** The recommended event alarms. */
export const RECOMMENDED_EVENT_ALARMS: readonly WatchedEvent[] = [
  {
    name: "cluster-changed",
    purpose:
      "Somebody created, changed, or deleted a cluster of the compartment: its version, add-ons, or access. endpoint-exposed watches its endpoint.",
    response:
      "Compare with the runs of the pipeline. If none matches, find the principal in the record of OCI Audit, and run terraform plan, " +
      "which shows the difference. If nobody planned the deletion of a cluster, start the recovery.",
    eventTypes: types("clustersapi", "createcluster.begin", "deletecluster.begin", "updatecluster.begin"),
    sources: [PRODUCERS],
    hit: event("clustersapi.updatecluster.begin", {
      resourceName: "shop",
      resourceId: "ocid1.cluster.oc1..shop",
    }),
    nearMiss: event("clustersapi.updatecluster.end", { resourceName: "shop" }),
    nearMissIs: "the end of the same change, which would be a second message",
  },
  {
    name: "node-pool-changed",
    purpose:
      "Somebody created, changed, or deleted a node pool: other images, cloud-init, or subnets run with the rights of nodes.",
    response:
      "Compare with the runs of the pipeline and with the changes of the cluster autoscaler. If none matches, look at the image and the " +
      "metadata of the pool, run terraform plan, and cycle the nodes after the correction.",
    eventTypes: types("clustersapi", "createnodepool.begin", "deletenodepool.begin", "updatenodepool.begin"),
    sources: [PRODUCERS, TYPES],
    hit: event("clustersapi.createnodepool.begin", { resourceName: "general" }),
    nearMiss: event("clustersapi.createcluster.begin", { resourceName: "shop" }),
    nearMissIs: "a cluster that is created, which is another alarm",
  },
  {
    name: "key-changed",
    purpose:
      "Somebody disabled, enabled, restored, moved, or scheduled for deletion a key or a vault: without its key, the Secrets of a cluster can't be read.",
    response:
      "Cancel a deletion at once: oci kms management key cancel-deletion, which works until the deletion takes effect. Enable a " +
      "disabled key. Then find the principal in OCI Audit.",
    eventTypes: types(
      "keymanagementservice",
      "cancelkeydeletion.begin",
      "cancelkeyversiondeletion.begin",
      "cancelvaultdeletion.begin",
      "changekeycompartment.begin",
      "changevaultcompartment.begin",
      "disablekey.begin",
      "enablekey.begin",
      "restorekey.begin",
      "restorevault.begin",
      "schedulekeydeletion.begin",
      "schedulekeyversiondeletion.begin",
      "schedulevaultdeletion.begin",
    ),
    sources: [PRODUCERS, TYPES],
    hit: event("keymanagementservice.schedulekeydeletion.begin", { resourceName: "shop-secrets" }),
    nearMiss: event("keymanagementservice.autokeyrotate.begin", { resourceName: "shop-secrets" }),
    nearMissIs: "the planned rotation of a key",
  },
  {
    name: "policy-changed",
    purpose:
      "Somebody created, changed, or deleted an IAM policy: the permissions of people, of workloads, and of the cluster itself.",
    response:
      "Read the statements of the policy and compare them with the program. If the pipeline did not change it, restore the policy with terraform " +
      "apply, and find out what the principal did with the new permission.",
    eventTypes: types("identitycontrolplane", "createpolicy", "deletepolicy", "updatepolicy"),
    sources: [PRODUCERS],
    hit: event("identitycontrolplane.updatepolicy", { resourceName: "shop-cluster" }),
    nearMiss: event("identitycontrolplane.updateuser", { resourceName: "alice" }),
    nearMissIs: "a user that is changed",
  },
  {
    name: "bastion-session",
    purpose: "Somebody opened a session of a bastion, or changed a bastion: access to the private network.",
    response:
      "Find the owner: OCI Audit records the principal, and the session its target. If nobody announced it, delete the " +
      "session: oci bastion session delete. Then run exec-sessions for the same time.",
    eventTypes: types("bastion", "createbastion.begin", "createsession.begin", "updatebastion.begin"),
    sources: [PRODUCERS],
    hit: event("bastion.createsession.begin", { resourceName: "session-to-endpoint" }),
    nearMiss: event("bastion.deletesession.begin", { resourceName: "session-to-endpoint" }),
    nearMissIs: "a session that ends",
  },
];
