import { ApiObject, Lazy } from "cdk8s";
import { type Construct } from "constructs";
import { type Connections } from "../../network-policy/connections";
import { containersOf, type HardenedPod } from "../pods/private/hardened-pod";
import { notePulls, pullSecretsField } from "../pods/private/pull-secrets";

/** A workload, as far as what belongs to it is made of it. */
export interface PodOwner extends Construct {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: { [key: string]: string };
  readonly selectorLabels: { [key: string]: string };
  readonly connections: Connections;
}

/** The pods of workloads, to which secrets are added later. */
const pods = new WeakMap<Construct, HardenedPod>();

/** The pod of a workload, which every kind of workload notes before all else. */
export function podOf(workload: Construct): HardenedPod {
  const pod = pods.get(workload);
  if (!pod) throw new Error(`${workload.node.path} has no pod yet`);
  return pod;
}

/** Makes what pods of a workload need before they start: their account and their files. */
export function addAccountAndFiles(workload: PodOwner, pod: HardenedPod): void {
  const { name, labels } = workload;
  pods.set(workload, pod);
  for (const { name: container, image, addedCapability } of containersOf(pod)) {
    image._acknowledge(workload);
    addedCapability?._acknowledge(workload, container);
  }
  pod.lowUser?._acknowledge(workload);
  const account = new ApiObject(workload, "ServiceAccount", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, labels },
    automountServiceAccountToken: false,
    ...pullSecretsField(workload, workload.namespace, pod.imagePullSecrets),
  });
  notePulls(account, pod.imagePullSecrets);
  for (const { files, owner } of containersOf(pod)) {
    if (!files) continue;
    new ApiObject(workload, owner === undefined ? "ConfigMap" : `ConfigMap-${owner}`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: files.name, labels },
      immutable: true,
      data: files.data(),
    });
  }
}

/** Keeps evictions from taking more than one pod at a time, and never keeps them from taking one. */
export function addDisruptionBudget(workload: PodOwner): void {
  const { name, labels, selectorLabels } = workload;
  new ApiObject(workload, "PodDisruptionBudget", {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, labels },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorLabels },
      // A pod that never gets ready must not keep a node from being replaced.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  });
}

/**
 * Denies the pods all but DNS, the declared connections, of which the ways out of the network are the first, and the API
 * server where their program calls it.
 */
export function addNetworkPolicy(workload: PodOwner, { egress, program: { apiAccess } }: HardenedPod): void {
  for (const one of egress) workload.connections.allowEgress(one);
  const { name, labels, selectorLabels } = workload;
  apiAccess?._checkEndpoint(workload);
  new ApiObject(workload, "NetworkPolicy", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, labels },
    // Written late: connections are declared, and the cluster is named, after the workload is made.
    spec: Lazy.any({
      produce: () => {
        const { egress, ...rules } = workload.connections._policyRules() as { egress: object[] };
        const toApi = apiAccess?._egress(workload) ?? [];
        return { podSelector: { matchLabels: selectorLabels }, ...rules, egress: [...egress, ...toApi] };
      },
    }) as unknown,
  });
}
