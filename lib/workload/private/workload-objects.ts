import { ApiObject, Lazy } from "cdk8s";
import { type Construct } from "constructs";
import { type Connections } from "../../network-policy/connections";
import { containersOf, type HardenedPod } from "../pods/private/hardened-pod";
import { notePulls, pullSecretsField } from "../pods/service-account";

/** A workload with the data that its supporting objects need. */
export interface PodOwner extends Construct {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: { [key: string]: string };
  readonly selectorLabels: { [key: string]: string };
  readonly connections: Connections;
  /** The pods, to which secrets are added later. */
  _pod: HardenedPod;
}

/** Creates the objects that the pods need before they start: their account and their files. */
export function addAccountAndFiles(workload: PodOwner, pod: HardenedPod): void {
  const { name, labels } = workload;
  workload._pod = pod;
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

/** Creates the object that runs the pods of a workload, its default child. */
export function addRunner(workload: PodOwner, apiVersion: string, kind: string, spec: object): ApiObject {
  const { labels, name, _pod: pod } = workload;
  const annotations = pod.annotations ? { annotations: pod.annotations } : {};
  const metadata = { name, labels, ...annotations };
  const runner = new ApiObject(workload, "Resource", { apiVersion, kind, metadata, spec });
  workload.node.defaultChild = runner;
  return runner;
}

/** Limits evictions to one pod at a time, without ever blocking them. */
export function addDisruptionBudget(workload: PodOwner): void {
  const { name, labels, selectorLabels } = workload;
  new ApiObject(workload, "PodDisruptionBudget", {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, labels },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorLabels },
      // A pod that never becomes ready must not block the replacement of a node.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  });
}

/**
 * Denies all connections of the pods except DNS, the declared ones, beginning with the network egress, and
 * the API server if the program calls it.
 */
export function addNetworkPolicy(workload: PodOwner, { egress, program: { apiAccess } }: HardenedPod): void {
  for (const rule of egress) workload.connections.allowEgress(rule);
  const { name, labels, selectorLabels } = workload;
  apiAccess?._checkEndpoint(workload);
  new ApiObject(workload, "NetworkPolicy", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, labels },
    // Rendered late: connections are declared, and the cluster is known, after the workload is created.
    spec: Lazy.any({
      produce: () => {
        const { egress, ...rules } = workload.connections._policyRules() as { egress: object[] };
        const toApi = apiAccess?._egress(workload) ?? [];
        return { podSelector: { matchLabels: selectorLabels }, ...rules, egress: [...egress, ...toApi] };
      },
    }) as unknown,
  });
}
