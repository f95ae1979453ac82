import { minutes } from "./alert-examples";
import { type AlertRuleProps, AlertSeverity } from "../alert-rule-props";

/** What nodes are watched for. */
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
