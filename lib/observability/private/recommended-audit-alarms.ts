import { CLUSTER_ID } from "./alarm-kind";
import { auditRecord, type SampleRecord, type Watched } from "./watched";
import { type AuditAlarmProps } from "../audit-alarm";

/** An audit alarm with its test. */
export interface WatchedAudit extends Watched<SampleRecord>, AuditAlarmProps {}

const AUDIT = "https://docs.oracle.com/iaas/Content/Audit/Reference/logeventreference.htm";
const API = "https://docs.oracle.com/iaas/api/";
const ENDPOINT_API =
  "https://docs.oracle.com/iaas/api/#/en/containerengine/20180222/Cluster/UpdateClusterEndpointConfig";

const either = (conditions: readonly string[]) => `(${conditions.join(" or ")})`;
const named = (...operations: readonly string[]) =>
  either(operations.map((operation) => `data.eventName = '${operation}'`));

const TERRAFORM_AGENT =
  "Oracle-GoSDK/65.99.0 (go/go1.24; linux/amd64; terraform/0.12; terraform-cli/1.12.2) Oracle-TerraformProvider/8.28.0";

/**
 * The condition that a change was not made by the pipeline.
 *
 * The principal is the better indicator, as every client can claim the user agent of Terraform.
 */
function outsideOfTerraform(automation: readonly string[]): string {
  const recognized =
    automation.length > 0
      ? automation.map((id) => `data.identity.principalId = '${id}'`)
      : ["data.identity.userAgent = '*Oracle-TerraformProvider*'"];
  // The load balancer controller of the cluster writes rules too, as the cluster.
  return `not ${either([...recognized, `data.identity.principalId = '${CLUSTER_ID}'`])}`;
}

/**
 * The recommended audit alarms.
 *
 * @param automation the OCIDs of the principals that run Terraform
 */
export function recommendedAuditAlarms(automation: readonly string[]): WatchedAudit[] {
  const pipeline = { principal: automation[0] ?? "ocid1.user.oc1..pipeline", userAgent: TERRAFORM_AGENT };
  return [
    {
      name: "nsg-rule-changed",
      purpose:
        "Somebody changed a rule of a network security group outside of Terraform: the network may be open where the program keeps it closed.",
      response:
        "Run terraform plan: it shows the rule, and terraform apply removes it. Run the saved search flow-destinations for what used it " +
        "meanwhile. Ask the principal of the record why.",
      condition:
        named(
          "AddNetworkSecurityGroupSecurityRules",
          "RemoveNetworkSecurityGroupSecurityRules",
          "UpdateNetworkSecurityGroupSecurityRules",
        ) + ` and ${outsideOfTerraform(automation)}`,
      sources: [AUDIT, API],
      inferred:
        "that OCI Audit names a cluster by its OCID as the principal; without it, changes of the load balancer controller fire too",
      hit: auditRecord("virtualNetwork", "AddNetworkSecurityGroupSecurityRules", {
        userAgent: "Mozilla/5.0 (X11; Linux x86_64)",
      }),
      nearMiss: auditRecord("virtualNetwork", "AddNetworkSecurityGroupSecurityRules", pipeline),
      nearMissIs: "the same change by the pipeline",
    },
    {
      name: "endpoint-exposed",
      purpose:
        "Somebody changed where the API endpoint of a cluster can be reached: it may have a public address now, or other security groups.",
      response:
        'Run oci ce cluster get --cluster-id … --query data.\\"endpoint-config\\". A public address that the program does not have: run ' +
        "terraform apply at once, and look at api-server-unauthorized for the time since.",
      condition:
        "data.request.path = '*/clusters/*/actions/updateEndpointConfig*' and not (data.request.action = 'GET')",
      sources: [AUDIT, ENDPOINT_API],
      hit: auditRecord("ClustersAPI", "UpdateClusterEndpointConfig", {
        path: "/20180222/clusters/ocid1.cluster.oc1..shop/actions/updateEndpointConfig",
      }),
      nearMiss: auditRecord("ClustersAPI", "UpdateCluster", {
        path: "/20180222/clusters/ocid1.cluster.oc1..shop",
        action: "PUT",
      }),
      nearMissIs: "a change of the cluster that leaves its endpoint alone",
    },
    {
      name: "secret-read",
      purpose:
        "A person read the value of a secret of a vault. Workloads read theirs with identities of their own, so a person rarely needs to.",
      response:
        "Ask the person. If there was no reason, rotate the secret, and revoke the permission read secret-bundles, which only workloads need.",
      condition: "data.eventName = 'GetSecretBundle*' and data.identity.principalId = 'ocid1.user.*'",
      sources: [
        AUDIT,
        "https://docs.oracle.com/iaas/api/#/en/secretretrieval/20190301/SecretBundle/GetSecretBundle",
      ],
      hit: auditRecord("SecretsRetrieval", "GetSecretBundle", {
        path: "/20190301/secretbundles/ocid1.vaultsecret.oc1..database",
        action: "GET",
      }),
      nearMiss: auditRecord("SecretsRetrieval", "GetSecretBundle", {
        principal: "ocid1.workload.oc1..orders",
        path: "/20190301/secretbundles/ocid1.vaultsecret.oc1..database",
        action: "GET",
      }),
      nearMissIs: "the same secret, read by a workload",
    },
    {
      name: "logging-changed",
      purpose:
        "Somebody deleted or changed a log, the filter of flow logs, a connector, a retention rule, an alarm, or its subscribers: what happens " +
        "next may leave no trace.",
      response:
        "Compare with the runs of the pipeline. If none matches, run terraform apply, and assume that nobody saw what happened since. The " +
        "records of OCI Audit itself can't be switched off.",
      condition:
        named(
          "CreateAlarmSuppression",
          "DeactivateServiceConnector",
          "DeleteAlarm",
          "DeleteCaptureFilter",
          "DeleteLog",
          "DeleteLogGroup",
          "DeleteRetentionRule",
          "DeleteRule",
          "DeleteServiceConnector",
          "DeleteSubscription",
          "DeleteTopic",
          "UpdateAlarm",
          "UpdateCaptureFilter",
          "UpdateLog",
          "UpdateRetentionRule",
          "UpdateRule",
          "UpdateServiceConnector",
        ) + ` and ${outsideOfTerraform(automation)}`,
      sources: [AUDIT, API],
      hit: auditRecord("serviceConnectorHub", "DeactivateServiceConnector", {}),
      nearMiss: auditRecord("logging", "UpdateLog", pipeline),
      nearMissIs: "a log that the pipeline changes",
    },
  ];
}
