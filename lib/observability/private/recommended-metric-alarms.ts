import { Duration } from "cdk8s";
import { CLUSTER_ID } from "./alarm-kind";
import { type MetricPoint, type Watched } from "./watched";
import { AlarmSeverity, type MetricAlarmProps } from "../metric-alarm";

/** The thresholds of the recommended metric alarms. */
export interface MetricThresholds {
  readonly unauthorizedRequests: number;
  readonly forbiddenRequests: number;
  readonly serverErrors: number;
  readonly overloadedResponses: number;
  readonly unschedulableFor: Duration;
}

/** A metric alarm with its test. */
export interface WatchedMetric extends Watched<readonly MetricPoint[]>, MetricAlarmProps {}

const LANGUAGE = "https://docs.oracle.com/iaas/Content/Monitoring/Reference/mql.htm";
const METRICS = "https://docs.oracle.com/iaas/Content/ContEng/Reference/contengmetrics.htm";

const ofCluster = (dimensions: object) => ({ resourceId: CLUSTER_ID, ...dimensions });
const inCluster = (dimensions: object) => ({ clusterId: CLUSTER_ID, nodepoolId: "pool", ...dimensions });

/** Responses of the API server within an interval. */
function answers(responseCode: string, value: number): MetricPoint {
  const responseGroup = `${responseCode[0]}xx`;
  return { metric: "APIServerResponseCount", dimensions: ofCluster({ responseCode, responseGroup }), value };
}

const nodeState = (state: string, value: number): MetricPoint => ({
  metric: "NodeState",
  dimensions: inCluster({ nodeState: state }),
  value,
});

const nodeCondition = (condition: string, value: number): MetricPoint => ({
  metric: "KubernetesNodeCondition",
  dimensions: inCluster({ nodeCondition: condition }),
  value,
});

/** The recommended metric alarms. */
export function recommendedMetricAlarms(thresholds: MetricThresholds): WatchedMetric[] {
  const { unauthorizedRequests, forbiddenRequests, serverErrors, overloadedResponses, unschedulableFor } =
    thresholds;
  const responses = `APIServerResponseCount[5m]{resourceId = "${CLUSTER_ID}", `;
  const condition = (name: string) =>
    `KubernetesNodeCondition[5m]{clusterId = "${CLUSTER_ID}", nodeCondition = "${name}"}.groupBy(nodepoolId).max() > 0`;
  const state = (name: string) =>
    `NodeState[5m]{clusterId = "${CLUSTER_ID}", nodeState = "${name}"}.groupBy(nodepoolId).max() > 0`;
  return [
    {
      name: "api-server-unauthorized",
      purpose:
        "Requests without a valid identity, in a burst: somebody tries tokens, or a tool still uses an expired one.",
      response:
        "Run the saved searches anonymous-requests and denied-requests for the last hour. For a known tool, renew its token. " +
        "For an unknown address, remove it from the NSG of the API endpoint, and rotate the credentials that it may have.",
      query: `${responses}responseCode = "401"}.grouping().sum() > ${unauthorizedRequests}`,
      severity: AlarmSeverity.WARNING,
      sources: [METRICS],
      hit: [answers("401", unauthorizedRequests), answers("401", 1)],
      nearMiss: [answers("401", unauthorizedRequests), answers("403", unauthorizedRequests + 1)],
      nearMissIs: "as many requests as the threshold allows, and others that are forbidden",
    },
    {
      name: "api-server-forbidden",
      purpose:
        "Requests with an identity that lacks the right, in a burst: somebody explores with a stolen token, or a role is too narrow.",
      response:
        "Run the saved search denied-requests. For a workload, look at its last deployment and its role. If one person or token asks for " +
        "many kinds of objects, revoke it, and run exec-sessions and secret-reads for the same principal.",
      query: `${responses}responseCode = "403"}.grouping().sum() > ${forbiddenRequests}`,
      severity: AlarmSeverity.WARNING,
      sources: [METRICS],
      hit: [answers("403", forbiddenRequests + 1)],
      nearMiss: [answers("403", forbiddenRequests), answers("404", forbiddenRequests)],
      nearMissIs: "as many requests as the threshold allows, and others whose object is missing",
    },
    {
      name: "api-server-errors",
      purpose:
        "The API server answers with server errors, so deployments, autoscaling, and node repairs fail.",
      response:
        "Look at the log kube-apiserver of the control plane, and at webhooks that do not answer: kubectl get " +
        "validatingwebhookconfigurations,mutatingwebhookconfigurations. If you find no cause of your own, open a service request.",
      query: `${responses}responseGroup = "5xx"}.grouping().sum() > ${serverErrors}`,
      severity: AlarmSeverity.ERROR,
      pendingFor: Duration.minutes(5),
      sources: [METRICS],
      hit: [answers("500", serverErrors), answers("503", 1)],
      nearMiss: [answers("500", serverErrors), answers("429", serverErrors)],
      nearMissIs: "as many errors as the threshold allows, and others that the client causes",
    },
    {
      name: "api-server-overload",
      purpose:
        "The API server rejects requests as too many (429) or takes longer than their deadline (504). OKE has no metric of its latency; " +
        "these responses stand in for it.",
      response:
        "Find the client with the most requests: kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total. Limit or " +
        "stop it; look for controllers that list all objects in a loop.",
      query:
        `${responses}responseCode = "429"}.grouping().sum() > ${overloadedResponses} || ` +
        `${responses}responseCode = "504"}.grouping().sum() > ${overloadedResponses}`,
      severity: AlarmSeverity.WARNING,
      pendingFor: Duration.minutes(5),
      sources: [METRICS],
      inferred: "that OKE counts answers 429 and 504 as it counts all answers other than 200",
      hit: [answers("504", overloadedResponses + 1)],
      nearMiss: [answers("429", overloadedResponses), answers("504", overloadedResponses)],
      nearMissIs: "as many of each as the threshold allows",
    },
    {
      name: "api-server-silent",
      purpose:
        "The API server has sent no metric for twenty minutes: the control plane is down, or its metrics are lost, and with them all other metric alarms.",
      response:
        "Run kubectl get --raw /readyz from where you usually reach the endpoint. If it fails, look at the state of the cluster in the " +
        "Console and open a service request. If it answers, find out why Monitoring has no data.",
      // Without the longest period that OCI accepts, the alarm would be over after two hours of silence.
      query: `APIServerRequestCount[5m]{resourceId = "${CLUSTER_ID}"}.groupBy(resourceId).absent(3d)`,
      severity: AlarmSeverity.CRITICAL,
      pendingFor: Duration.minutes(20),
      sources: [METRICS, LANGUAGE],
      hit: [],
      nearMiss: [{ metric: "APIServerRequestCount", dimensions: ofCluster({}), value: 0 }],
      nearMissIs: "a metric that says zero requests",
    },
    {
      name: "unschedulable-pods",
      purpose:
        "Pods can't be scheduled: no node has enough capacity, or none matches the node selector and the tolerations of the pod.",
      response:
        "Run kubectl get pods -A --field-selector status.phase=Pending and kubectl describe one of them: its events show what is missing. " +
        "Increase the size of the pool, or correct the pod.",
      query: `UnschedulablePods[5m]{resourceId = "${CLUSTER_ID}"}.min() > 0`,
      severity: AlarmSeverity.WARNING,
      pendingFor: unschedulableFor,
      sources: [METRICS],
      hit: [
        { metric: "UnschedulablePods", dimensions: ofCluster({}), value: 2 },
        { metric: "UnschedulablePods", dimensions: ofCluster({}), value: 1 },
      ],
      nearMiss: [
        { metric: "UnschedulablePods", dimensions: ofCluster({}), value: 2 },
        { metric: "UnschedulablePods", dimensions: ofCluster({}), value: 0 },
      ],
      nearMissIs: "pods that wait only for a moment",
    },
    {
      name: "node-failed",
      purpose: "The instance of a node failed, or stopped without a reason that Kubernetes knows.",
      response:
        "Run kubectl get nodes and look at the node pool in the Console for the error. Delete the node with the pool's node cycling; a " +
        "failure that recurs usually comes from a service limit, a missing image, or a subnet without free addresses.",
      query: `${state("FAILED")} || ${state("INACTIVE")}`,
      severity: AlarmSeverity.ERROR,
      pendingFor: Duration.minutes(10),
      sources: [METRICS],
      hit: [nodeState("ACTIVE", 3), nodeState("INACTIVE", 1)],
      nearMiss: [nodeState("ACTIVE", 3), nodeState("UPDATING", 1), nodeState("FAILED", 0)],
      nearMissIs: "nodes that are updated",
    },
    {
      name: "node-pressure",
      purpose:
        "A node runs out of memory, disk, or process IDs, or has no network: it evicts pods, or accepts no new ones.",
      response:
        "Run kubectl describe node and kubectl top pods on it. Disk: images and logs, or an emptyDir without a limit. Memory: a workload " +
        "far above its request. Network: the pods' subnet and the CNI's pods on that node.",
      query: ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"]
        .map(condition)
        .join(" || "),
      severity: AlarmSeverity.WARNING,
      pendingFor: Duration.minutes(5),
      sources: [METRICS],
      hit: [nodeCondition("Ready", 3), nodeCondition("DiskPressure", 1)],
      nearMiss: [nodeCondition("Ready", 3), nodeCondition("MemoryPressure", 0)],
      nearMissIs: "nodes that are ready",
    },
    {
      name: "no-node-ready",
      purpose: "A node pool has no node that is ready: its workloads do not run.",
      response:
        "Run kubectl get nodes. If all nodes failed at once, look at the route to the API endpoint, the NSGs, and the kubelet certificates. After a change " +
        "of the image or of cloud-init, go back to the previous one.",
      query: `KubernetesNodeCondition[5m]{clusterId = "${CLUSTER_ID}", nodeCondition = "Ready"}.groupBy(nodepoolId).max() < 1`,
      severity: AlarmSeverity.CRITICAL,
      pendingFor: Duration.minutes(5),
      sources: [METRICS],
      inferred: "that OKE writes a zero for a condition that no node has",
      hit: [nodeCondition("Ready", 0)],
      nearMiss: [nodeCondition("Ready", 1), nodeCondition("DiskPressure", 0)],
      nearMissIs: "a pool with one node that is ready",
    },
  ];
}
