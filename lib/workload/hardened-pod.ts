import { createHash } from "node:crypto";
import { type ConfigFileSet } from "./config-file-set";
import { type ContainerImage } from "./container-image";
import { type ContainerResources } from "./container-resources";
import { type EnvValue } from "./env-value";
import { type Probe } from "./probe";
import { resourcesManifest } from "./read-resources";
import { type WritablePath } from "./writable-path";

/** The name of the port of a workload's container, by which Services find it. */
export const PORT_NAME = "http";

/** What a hardened pod is made of, validated. */
export interface HardenedPod {
  readonly name: string;
  readonly image: ContainerImage;
  readonly port?: number;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: { [name: string]: EnvValue };
  readonly resources: Required<ContainerResources>;
  readonly writablePaths: readonly WritablePath[];
  readonly files?: ConfigFileSet;
  readonly readiness?: Probe;
  readonly liveness?: Probe;
  readonly startup?: Probe;
  readonly user: number;
  readonly terminationGracePeriodSeconds: number;
  readonly labels: { [key: string]: string };
  readonly selector: { [key: string]: string };
}

/** The name of a path's volume, from the path alone: it stays the same when other paths come and go. */
function volumeName(path: string): string {
  const plain = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
  // Where characters were lost, another path could have the same name.
  const lossless = /^(?:\/[a-z0-9]+)+$/.test(path) && path.length <= 40;
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return lossless ? `writable-${plain}` : `writable-${plain}-${hash}`.replace(/-{2,}/g, "-");
}

/** The spec of a pod as the restricted Pod Security Standard asks for it, and tighter where that costs nothing. */
export function podSpec(pod: HardenedPod): object {
  const labelSelector = { matchLabels: pod.selector };
  return {
    serviceAccountName: pod.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
    terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
    // No appArmorProfile: Oracle Linux nodes have no AppArmor, and their kubelet would reject the pod.
    securityContext: {
      runAsNonRoot: true,
      runAsUser: pod.user,
      runAsGroup: pod.user,
      fsGroup: pod.user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [container(pod)],
    ...(volumes(pod).length > 0 ? { volumes: volumes(pod) } : {}),
    // Preferred and not required: a region with one availability domain, or a single node, still runs all replicas.
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector,
      },
    ],
  };
}

function container(pod: HardenedPod): object {
  const env = Object.entries(pod.env).sort(([a], [b]) => (a < b ? -1 : 1));
  const mounts = volumeMounts(pod);
  return {
    name: pod.name,
    image: pod.image.reference,
    // Asks the registry at each start, so that a node that has the image gives it only to who may pull it.
    imagePullPolicy: "Always",
    ...(pod.command ? { command: [...pod.command] } : {}),
    ...(pod.args ? { args: [...pod.args] } : {}),
    ...(pod.port === undefined
      ? {}
      : { ports: [{ name: PORT_NAME, containerPort: pod.port, protocol: "TCP" }] }),
    ...(env.length > 0 ? { env: env.map(([name, value]) => value._toManifest(name)) } : {}),
    resources: resourcesManifest(pod.resources),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    ...probes(pod),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: pod.user,
      runAsGroup: pod.user,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

function probes({ port, readiness, liveness, startup }: HardenedPod): object {
  return {
    ...(startup ? { startupProbe: startup._toManifest(port) } : {}),
    ...(readiness ? { readinessProbe: readiness._toManifest(port) } : {}),
    ...(liveness ? { livenessProbe: liveness._toManifest(port) } : {}),
  };
}

function sorted(paths: readonly WritablePath[]): WritablePath[] {
  return [...paths].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function volumeMounts({ files, writablePaths }: HardenedPod): object[] {
  const writable = sorted(writablePaths).map(({ path }) => ({
    name: volumeName(path),
    mountPath: path,
  }));
  return [...(files?.mounts("config") ?? []), ...writable];
}

function volumes({ files, writablePaths }: HardenedPod): object[] {
  const config = files ? [{ name: "config", configMap: { name: files.name, defaultMode: 0o444 } }] : [];
  return [...config, ...sorted(writablePaths).map((path) => path._toVolume(volumeName(path.path)))];
}
