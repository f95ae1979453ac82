import { Duration } from "cdk8s";
import { type AlertRuleProps, AlertSeverity } from "../alert-rule-props";

export const minutes = (amount: number) => Duration.minutes(amount);

/** Labels as in the selector of a series, without braces. */
export const labelsOf = (labels: { [name: string]: string }) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");

/** The alerts for nodes. */
export function nodeAlerts(): AlertRuleProps[] {
  const ready = 'kube_node_status_condition{condition="Ready",node="node-a",status="true"}';
  const node = { node: "node-a" };
  return [
    {
      name: "NodeNotReady",
      expression: 'max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0',
      holdsFor: minutes(10),
      severity: AlertSeverity.CRITICAL,
      purpose: "A node that is not ready runs no pods. Its pods wait until other nodes have room.",
      whatToDo:
        "Run kubectl describe node for its conditions and look at the instance in the Console. " +
        "If the node stays not ready, drain it and delete it with its boot volume; the node pool creates another one.",
      hit: { series: { [ready]: "0x20" }, after: minutes(15), labels: node },
      nearMiss: { series: { [ready]: "0x8 1x12" }, after: minutes(15) },
    },
    {
      name: "NodeUnderPressure",
      expression:
        'max by (node, condition) (kube_node_status_condition{condition=~"DiskPressure|MemoryPressure|PIDPressure",status="true"}) == 1',
      holdsFor: minutes(10),
      purpose: "A node under pressure evicts pods and takes no new ones.",
      whatToDo:
        "The label condition names the scarce resource. Find the pods that use most of it on the dashboard Nodes, and lower their limits or add nodes.",
      hit: {
        series: {
          'kube_node_status_condition{condition="DiskPressure",node="node-a",status="true"}': "1x20",
        },
        after: minutes(15),
        labels: { ...node, condition: "DiskPressure" },
      },
      nearMiss: {
        series: {
          'kube_node_status_condition{condition="DiskPressure",node="node-a",status="true"}': "0x20",
          'kube_node_status_condition{condition="Ready",node="node-a",status="true"}': "1x20",
        },
        after: minutes(15),
      },
    },
    {
      name: "NodeMemoryAlmostFull",
      expression: "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.92",
      holdsFor: minutes(15),
      purpose: "A node without free memory kills programs, even those within their limits.",
      whatToDo:
        "Look on the dashboard Nodes for pods whose memory grows. Give them limits near what they need, or give the node pool a larger shape.",
      hit: {
        series: {
          'node_memory_MemAvailable_bytes{node="node-a"}': "5x30",
          'node_memory_MemTotal_bytes{node="node-a"}': "100x30",
        },
        after: minutes(20),
        labels: node,
      },
      nearMiss: {
        series: {
          'node_memory_MemAvailable_bytes{node="node-a"}': "9x30",
          'node_memory_MemTotal_bytes{node="node-a"}': "100x30",
        },
        after: minutes(20),
      },
    },
    {
      name: "NodeCpuSaturated",
      expression: '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.95',
      holdsFor: minutes(30),
      purpose: "A node with fully used CPUs responds late, also to health checks.",
      whatToDo:
        "Look on the dashboard Workloads for the pods with the highest CPU usage. Raise the replica count or the size of the node pool, or lower a limit.",
      hit: {
        series: { 'node_cpu_seconds_total{cpu="0",mode="idle",node="node-a"}': "0+1x60" },
        after: minutes(45),
        labels: node,
      },
      nearMiss: {
        series: { 'node_cpu_seconds_total{cpu="0",mode="idle",node="node-a"}': "0+6x60" },
        after: minutes(45),
      },
    },
    {
      name: "NodeDiskAlmostFull",
      expression:
        'min by (node) (node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"}) < 0.15',
      holdsFor: minutes(15),
      severity: AlertSeverity.CRITICAL,
      purpose: "The kubelet evicts pods, and pulls no image, once the boot volume of its node is full.",
      whatToDo:
        "Find pods that write much (kubectl describe node lists their ephemeral storage) and limit it, or give the node pool larger boot volumes.",
      hit: {
        series: {
          'node_filesystem_avail_bytes{mountpoint="/",node="node-a"}': "10x30",
          'node_filesystem_size_bytes{mountpoint="/",node="node-a"}': "100x30",
        },
        after: minutes(20),
        labels: node,
      },
      nearMiss: {
        series: {
          'node_filesystem_avail_bytes{mountpoint="/",node="node-a"}': "20x30",
          'node_filesystem_size_bytes{mountpoint="/",node="node-a"}': "100x30",
        },
        after: minutes(20),
      },
    },
  ];
}

const POD = { namespace: "shop", pod: "web-0" };
const CONTAINER = { ...POD, container: "web" };
const pod = `{${labelsOf(POD)}}`;
const container = `{${labelsOf(CONTAINER)}}`;

/** The alerts for pods and their containers. */
export function podAlerts(): AlertRuleProps[] {
  return [
    {
      name: "ContainerRestarting",
      expression: "increase(kube_pod_container_status_restarts_total[15m]) > 3",
      holdsFor: minutes(5),
      severity: AlertSeverity.CRITICAL,
      purpose: "A container that restarts repeatedly serves no requests while it waits for its next start.",
      whatToDo:
        "Read the reason: kubectl describe pod, and kubectl logs --previous. If the last change caused the restarts, roll it back.",
      hit: {
        series: { [`kube_pod_container_status_restarts_total${container}`]: "0+1x30" },
        after: minutes(25),
        labels: CONTAINER,
      },
      nearMiss: {
        series: { [`kube_pod_container_status_restarts_total${container}`]: "0x20 1x5 2x5" },
        after: minutes(25),
      },
    },
    {
      name: "ContainerOutOfMemory",
      expression:
        'max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}) == 1 and on (namespace, pod, container) increase(kube_pod_container_status_restarts_total[10m]) > 0',
      purpose: "The kernel killed a container that used more memory than its limit.",
      whatToDo:
        "Compare its memory with its limit on the dashboard Workloads. Raise the limit, or find the memory leak.",
      hit: {
        series: {
          [`kube_pod_container_status_last_terminated_reason{${labelsOf(CONTAINER)},reason="OOMKilled"}`]:
            "1x20",
          [`kube_pod_container_status_restarts_total${container}`]: "0x5 1x15",
        },
        after: minutes(10),
        labels: CONTAINER,
      },
      nearMiss: {
        series: {
          [`kube_pod_container_status_last_terminated_reason{${labelsOf(CONTAINER)},reason="Completed"}`]:
            "1x20",
          [`kube_pod_container_status_restarts_total${container}`]: "0x5 1x15",
        },
        after: minutes(10),
      },
    },
    {
      name: "ImageNotPulled",
      expression:
        'max by (namespace, pod, container) (kube_pod_container_status_waiting_reason{reason=~"ErrImagePull|ImagePullBackOff|InvalidImageName"}) == 1',
      holdsFor: minutes(10),
      purpose:
        "A pod whose image can't be pulled never starts, and its replacement during an update does not either.",
      whatToDo:
        "kubectl describe pod shows the response of the registry: the digest may be deleted, the pull Secret missing or expired, or the network path closed.",
      hit: {
        series: {
          [`kube_pod_container_status_waiting_reason{${labelsOf(CONTAINER)},reason="ImagePullBackOff"}`]:
            "1x20",
        },
        after: minutes(15),
        labels: CONTAINER,
      },
      nearMiss: {
        series: {
          [`kube_pod_container_status_waiting_reason{${labelsOf(CONTAINER)},reason="ContainerCreating"}`]:
            "1x20",
        },
        after: minutes(15),
      },
    },
    {
      name: "PodUnschedulable",
      expression: "max by (namespace, pod) (kube_pod_status_unschedulable) == 1",
      holdsFor: minutes(10),
      purpose:
        "No node accepts the pod: too few resources, a taint, or a volume of another availability domain.",
      whatToDo:
        "kubectl describe pod names the reason for each node. Add nodes, or correct requests, selectors and tolerations.",
      hit: { series: { [`kube_pod_status_unschedulable${pod}`]: "1x20" }, after: minutes(15), labels: POD },
      nearMiss: { series: { [`kube_pod_status_unschedulable${pod}`]: "1x4" }, after: minutes(15) },
    },
    {
      name: "PodNotReady",
      expression: 'sum by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) > 0',
      holdsFor: minutes(15),
      purpose: "A pod that stays pending serves nobody.",
      whatToDo: "Read the events of the pod: kubectl describe pod. Often a volume or a Secret is missing.",
      hit: {
        series: { [`kube_pod_status_phase{${labelsOf(POD)},phase="Pending"}`]: "1x30" },
        after: minutes(20),
        labels: POD,
      },
      nearMiss: {
        series: {
          [`kube_pod_status_phase{${labelsOf(POD)},phase="Pending"}`]: "1x10 0x20",
          [`kube_pod_status_phase{${labelsOf(POD)},phase="Running"}`]: "0x10 1x20",
        },
        after: minutes(20),
      },
    },
  ];
}
