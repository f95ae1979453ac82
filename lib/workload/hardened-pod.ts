import {
  containerManifest,
  ownVolumes,
  sharedVolumes,
  type ContainerSurroundings,
  type HardenedContainer,
} from "./hardened-container";

/** What a hardened pod is made of, validated. */
export interface HardenedPod extends ContainerSurroundings {
  readonly name: string;
  readonly program: HardenedContainer;
  readonly initContainers: readonly HardenedContainer[];
  readonly sidecars: readonly HardenedContainer[];
  readonly terminationGracePeriodSeconds: number;
  readonly labels: { [key: string]: string };
  readonly selector: { [key: string]: string };
}

/** All containers of a pod, the program's first. */
export function containersOf({ program, initContainers, sidecars }: HardenedPod): HardenedContainer[] {
  return [program, ...initContainers, ...sidecars];
}

/** The spec of a pod as the restricted Pod Security Standard asks for it, and tighter where that costs nothing. */
export function podSpec(pod: HardenedPod): object {
  const labelSelector = { matchLabels: pod.selector };
  const before = startedBefore(pod);
  const volumes = [...containersOf(pod).flatMap(ownVolumes), ...sharedVolumes(pod.sharedPaths)];
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
    ...(before.length > 0 ? { initContainers: before } : {}),
    containers: [containerManifest(pod.program, pod)],
    ...(volumes.length > 0 ? { volumes } : {}),
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
