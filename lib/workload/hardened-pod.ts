import {
  containerManifest,
  ownVolumes,
  sharedVolumes,
  type ContainerSurroundings,
  type HardenedContainer,
  type NamedVolume,
} from "./hardened-container";
import { UNPRIVILEGED_PORTS } from "./unprivileged-ports";
import { type LowUser } from "./low-user";
import { type Toleration } from "./toleration";
import { type Egress } from "../network/egress";

/** What a hardened pod is made of, validated. */
export interface HardenedPod extends ContainerSurroundings {
  readonly name: string;
  readonly program: HardenedContainer;
  readonly initContainers: readonly HardenedContainer[];
  readonly sidecars: readonly HardenedContainer[];
  readonly lowUser?: LowUser;
  readonly terminationGracePeriodSeconds: number;
  readonly selector: { [key: string]: string };
  readonly nodeSelector?: { [key: string]: string };
  readonly tolerations?: readonly Toleration[];
  readonly priorityClassName?: string;
  readonly imagePullSecrets?: readonly string[];
  readonly egress: readonly Egress[];
}

/** All containers of a pod, the program's first. */
export function containersOf({ program, initContainers, sidecars }: HardenedPod): HardenedContainer[] {
  return [program, ...initContainers, ...sidecars];
}

/** All volumes of a pod but those that are claimed for it. */
export function volumesOf(pod: HardenedPod): NamedVolume[] {
  return [...containersOf(pod).flatMap(ownVolumes), ...sharedVolumes(pod.sharedPaths)];
}

/** How pods of a kind differ from those of others. */
export interface PodShape {
  /** When containers start again. @default - "Always", which is not written */
  readonly restartPolicy?: string;
  /** Whether pods of one workload are kept apart. @default true */
  readonly isSpread?: boolean;
}

/** The template of pods. */
export function podTemplate(
  pod: HardenedPod,
  labels: { [key: string]: string },
  annotations: { [key: string]: string } | undefined,
  { restartPolicy, isSpread = true }: PodShape = {},
): object {
  return {
    metadata: { labels, ...(annotations ? { annotations } : {}) },
    spec: { ...podSpec(pod, isSpread), ...(restartPolicy ? { restartPolicy } : {}) },
  };
}

/** The spec of a pod as the restricted Pod Security Standard asks for it, and tighter where that costs nothing. */
function podSpec(pod: HardenedPod, isSpread: boolean): object {
  const before = startedBefore(pod);
  const volumes = volumesOf(pod);
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
      // Otherwise every file of a large volume would be gone through at each start.
      ...(pod.program.volumeClaims?.length ? { fsGroupChangePolicy: "OnRootMismatch" } : {}),
      seccompProfile: { type: "RuntimeDefault" },
      ...lowPorts(pod),
    },
    ...(before.length > 0 ? { initContainers: before } : {}),
    containers: [containerManifest(pod.program, pod)],
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(isSpread ? spread(pod) : {}),
    ...scheduling(pod),
  };
}

/** Opens ports below 1024 to every program of the pod: a capability is lost to all but the first one of a container. */
function lowPorts(pod: HardenedPod): object {
  const needed = containersOf(pod).some(({ addedCapability }) => addedCapability !== undefined);
  return needed ? { sysctls: [UNPRIVILEGED_PORTS] } : {};
}

/** Keeps the pods of a workload apart; preferred, as a region of one domain and a single node still run all replicas. */
function spread({ selector }: HardenedPod): object {
  const labelSelector = { matchLabels: selector };
  return {
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

function scheduling({ nodeSelector = {}, tolerations = [], priorityClassName }: HardenedPod): object {
  return {
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations: tolerations.map((one) => one._toManifest()) } : {}),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

/**
 * The containers that start before the program.
 *
 * Sidecars are init containers that go on running, which Kubernetes has since 1.33, and no ordinary containers: those start
 * with the program and get the signal to end with it, so that its first and its last calls would miss their proxy. They
 * come after the init containers, which may prepare what they read.
 */
function startedBefore(pod: HardenedPod): object[] {
  return [
    ...pod.initContainers.map((container) => containerManifest(container, pod)),
    ...pod.sidecars.map((container) => ({ ...containerManifest(container, pod), restartPolicy: "Always" })),
  ];
}
