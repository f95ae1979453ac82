import {
  API_SERVER,
  apiServerRecord,
  auditRecord,
  flowRecord,
  type SampleRecord,
  type Watched,
} from "./watched";
import { SearchedLogs } from "../searched-logs";

/** A saved search with its test. */
export interface WatchedSearch extends Watched<SampleRecord> {
  readonly name: string;
  readonly purpose: string;
  readonly response: string;
  readonly logs: SearchedLogs;
  readonly query: string;
}

const LANGUAGE = "https://docs.oracle.com/iaas/Content/Logging/Reference/query_language_specification.htm";
const AUDIT = "https://docs.oracle.com/iaas/Content/Audit/Reference/logeventreference.htm";
const API_SERVER_AUDIT = "https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmonitoringoke.htm";
const FLOWS = "https://docs.oracle.com/iaas/Content/Logging/Reference/details_for_vcn_flow_logs.htm";

const OF_API_SERVER = `logContent = '*${API_SERVER}*'`;
const BY_TIME = "sort by datetime desc";
const WHO = "datetime, data.identity.principalName as who, data.identity.ipAddress as address";
const WHAT = "data.request.action as action, data.request.path as path, data.response.status as status";

const FIELDS =
  "that records of the Kubernetes API server have the path and the method of the Kubernetes request in data.request, and its answer in " +
  "data.response, as the reference of OCI Audit describes it for all records";

const onApiServer = (condition: string) => `where ${OF_API_SERVER} and ${condition}`;

/** The recommended searches. */
export const RECOMMENDED_SEARCHES: readonly WatchedSearch[] = [
  {
    name: "exec-sessions",
    purpose:
      "Who ran a command in a container, attached to one, or forwarded a port: kubectl exec, attach, port-forward, and debug.",
    response:
      "Ask each person for the reason. If there was none, revoke the permission pods/exec, restart the workload from its image, and rotate the " +
      "secrets that the container had.",
    logs: SearchedLogs.AUDIT,
    query: [
      onApiServer(
        "(data.request.path = '*/pods/*/exec*' or data.request.path = '*/pods/*/attach*' or " +
          "data.request.path = '*/pods/*/portforward*' or data.request.path = '*/pods/*/ephemeralcontainers*')",
      ),
      `select ${WHO}, ${WHAT}`,
      BY_TIME,
    ].join(" | "),
    sources: [LANGUAGE, AUDIT, API_SERVER_AUDIT],
    inferred: FIELDS,
    hit: apiServerRecord("/api/v1/namespaces/shop/pods/web-7d9f/exec?command=sh", { name: "alice" }),
    nearMiss: apiServerRecord("/api/v1/namespaces/shop/pods/web-7d9f/log", { action: "GET" }),
    nearMissIs: "logs of a container",
  },
  {
    name: "secret-reads",
    purpose:
      "Who read values of secrets: secrets of vaults, and Secrets of Kubernetes as far as OCI Audit has them.",
    response:
      "Compare with the workloads that have the secret. Rotate what a person or an unknown principal read. OCI Audit shows administrative " +
      "calls of the Kubernetes API: a missing record does not prove that nobody read a Secret, so keep them in a vault.",
    logs: SearchedLogs.AUDIT,
    query: [
      `where data.eventName = 'GetSecretBundle*' or (${OF_API_SERVER} and data.request.path = '*/secrets*')`,
      `select ${WHO}, ${WHAT}, data.resourceId as secret`,
      BY_TIME,
    ].join(" | "),
    sources: [LANGUAGE, AUDIT, API_SERVER_AUDIT],
    inferred: FIELDS,
    hit: auditRecord("SecretsRetrieval", "GetSecretBundle", {
      path: "/20190301/secretbundles/ocid1.vaultsecret.oc1..database",
      action: "GET",
    }),
    nearMiss: auditRecord("vault", "ListSecrets", { path: "/20180608/secrets", action: "GET" }),
    nearMissIs: "a list of secrets of a vault, which has no values",
  },
  {
    name: "denied-requests",
    purpose:
      "Which principals the Kubernetes API server denied, and how often: somebody who probes shows as one principal with many denials.",
    response:
      "Start with the principal at the top. If it is a workload after a deployment, its role lacks a rule. If it is a person or an unknown token, revoke it, " +
      "and search for what it did before, with exec-sessions and secret-reads.",
    logs: SearchedLogs.AUDIT,
    query: [
      onApiServer("(data.response.status = '401' or data.response.status = '403')"),
      "summarize count() as refusals by data.identity.principalName as who, data.identity.ipAddress as address",
      "sort by refusals desc",
    ].join(" | "),
    sources: [LANGUAGE, AUDIT, API_SERVER_AUDIT],
    inferred: FIELDS,
    hit: apiServerRecord("/api/v1/namespaces/kube-system/secrets", { status: "403", name: "mallory" }),
    nearMiss: apiServerRecord("/api/v1/namespaces/shop/configmaps/missing", { status: "404" }),
    nearMissIs: "a request for an object that is missing",
  },
  {
    name: "rbac-changes",
    purpose: "Who changed roles and bindings of Kubernetes.",
    response:
      "Compare with the deployments. Delete a binding to cluster-admin or to a role with wildcards that no program declares, and search for what " +
      "its subjects did since.",
    logs: SearchedLogs.AUDIT,
    query: [
      onApiServer(
        "data.request.path = '/apis/rbac.authorization.k8s.io/*' and not (data.request.action = 'GET')",
      ),
      `select ${WHO}, ${WHAT}`,
      BY_TIME,
    ].join(" | "),
    sources: [LANGUAGE, AUDIT, API_SERVER_AUDIT],
    inferred: FIELDS,
    hit: apiServerRecord("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { status: "201" }),
    nearMiss: apiServerRecord("/apis/rbac.authorization.k8s.io/v1/clusterroles", { action: "GET" }),
    nearMissIs: "a list of roles",
  },
  {
    name: "anonymous-requests",
    purpose: "Requests to the Kubernetes API server without an identity, other than checks of its health.",
    response:
      "Look at the addresses: an unknown one means that it can reach the endpoint, so restrict the NSG of the endpoint. A status " +
      "below 300 means that a role is bound to system:anonymous or system:unauthenticated: delete the binding.",
    logs: SearchedLogs.AUDIT,
    query: [
      onApiServer(
        "data.identity.principalName = 'system:anonymous' and not (data.request.path = '/livez*' or data.request.path = '/readyz*' or " +
          "data.request.path = '/healthz*' or data.request.path = '/version*')",
      ),
      `select ${WHO}, ${WHAT}`,
      BY_TIME,
    ].join(" | "),
    sources: [LANGUAGE, AUDIT, API_SERVER_AUDIT],
    inferred: FIELDS,
    hit: apiServerRecord("/api/v1/namespaces/shop/secrets", { name: "system:anonymous", status: "401" }),
    nearMiss: apiServerRecord("/readyz", { name: "system:anonymous", action: "GET" }),
    nearMissIs: "a check of the API server's health",
  },
  {
    name: "privileged-pods",
    purpose:
      "Attempts to run privileged pods: refusals of the Pod Security Standards, and requests whose record has a privileged container.",
    response:
      "Find out who created the workload, and correct it with the hardened defaults. A pod that was admitted runs in a namespace with the level " +
      "privileged: run kubectl get namespaces --show-labels and compare with the program.",
    logs: SearchedLogs.AUDIT,
    query: [
      onApiServer(
        "not (data.request.action = 'GET') and (logContent = '*violates PodSecurity*' or logContent = '*\"privileged\":true*' or " +
          "logContent = '*pod-security.kubernetes.io/enforce*privileged*')",
      ),
      `select ${WHO}, ${WHAT}, data.response.message as message`,
      BY_TIME,
    ].join(" | "),
    sources: [
      LANGUAGE,
      AUDIT,
      API_SERVER_AUDIT,
      "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
    ],
    inferred: `${FIELDS}; and that a record has the message of a refusal`,
    hit: apiServerRecord("/api/v1/namespaces/shop/pods", {
      status: "403",
      message: 'pods "shell" is forbidden: violates PodSecurity "restricted:latest": privileged',
    }),
    nearMiss: apiServerRecord("/api/v1/namespaces/shop/pods", {
      status: "403",
      message: 'pods "shell" is forbidden: exceeded quota: pods',
    }),
    nearMissIs: "a pod that a quota refuses",
  },
  {
    name: "flow-destinations",
    purpose:
      "Destinations of accepted connections, the newest first: data that leaves the network, or a tool that calls home.",
    response:
      "Compare the first rows with the egress that the program declares. For an unknown address, find the pod by its source address (kubectl get " +
      "pods -A -o wide), isolate it, and remove the egress.",
    logs: SearchedLogs.FLOW_LOGS,
    query: [
      "where data.action = 'ACCEPT'",
      "summarize min(datetime) as firstSeen, count() as flows, sum(data.bytesOut) as bytes by data.destinationAddress as destination, " +
        "data.destinationPort as port",
      "sort by firstSeen desc",
    ].join(" | "),
    sources: [LANGUAGE, FLOWS],
    hit: flowRecord({
      action: "ACCEPT",
      sourceAddress: "10.0.32.17",
      destinationAddress: "203.0.113.9",
      destinationPort: 443,
    }),
    nearMiss: flowRecord({
      action: "REJECT",
      sourceAddress: "10.0.32.17",
      destinationAddress: "203.0.113.9",
      destinationPort: 443,
    }),
    nearMissIs: "the same connection, rejected",
  },
  {
    name: "rejected-flows",
    purpose: "Which connections were rejected most: scans, lateral movement, or a rule that is missing.",
    response:
      "If one source tries many ports, isolate it, and run exec-sessions for its workload. If a workload of yours tries one destination and " +
      "port, declare the connection, or remove its cause.",
    logs: SearchedLogs.FLOW_LOGS,
    query: [
      "where data.action = 'REJECT'",
      "summarize count() as flows by data.sourceAddress as source, data.destinationAddress as destination, data.destinationPort as port",
      "top 50 by flows",
    ].join(" | "),
    sources: [LANGUAGE, FLOWS],
    hit: flowRecord({
      action: "REJECT",
      sourceAddress: "10.0.32.17",
      destinationAddress: "10.0.0.9",
      destinationPort: 22,
    }),
    nearMiss: flowRecord({
      action: "ACCEPT",
      sourceAddress: "10.0.32.17",
      destinationAddress: "10.0.0.9",
      destinationPort: 6443,
    }),
    nearMissIs: "an accepted connection",
  },
];
