import { labelsOf, minutes } from "./alert-examples";
import { type AlertRuleProps, AlertSeverity } from "../alert-rule-props";

const POD = { namespace: "shop", pod: "web-0" };
const CONTAINER = { ...POD, container: "web" };
const pod = `{${labelsOf(POD)}}`;
const container = `{${labelsOf(CONTAINER)}}`;

/** What pods and their containers are watched for. */
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
