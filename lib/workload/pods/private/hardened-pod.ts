import { Lazy } from "cdk8s";
import { type MountedSecrets } from "./mount-secret";
import { shortHash } from "../../../core/resource-name";
import { byKey, byText } from "../../../core/stable-order";
import { type Egress } from "../../../network/egress/egress";
import { type ContainerImage } from "../../images/container-image";
import { type ReadResources, resourcesManifest, type TerminationMessagePolicy } from "../container-resources";
import { type EnvironmentValue } from "../environment-value";
import { type ConfigFileSet, type DownwardApiFiles, type SecretFiles } from "../mounted-files";
import { type VolumeClaim } from "../persistent-volumes";
import { type AddedCapability, type SystemUserId, UNPRIVILEGED_PORTS } from "../pod-security";
import { type AppProtocol, type NamedPort, portsManifest } from "../ports";
import { type HealthProbe } from "../probe";
import { type Toleration } from "../scheduling";
import { type ApiAccess, type ProjectedToken } from "../service-account";
import { type WritablePath } from "../writable-path";

/** The validated props of a hardened container. */
export interface HardenedContainer {
  readonly name: string;
  /** The name again, except for the program's container, whose volumes need no prefix. */
  readonly owner?: string;
  readonly image: ContainerImage;
  readonly port?: number;
  readonly portName?: string;
  readonly ports: readonly NamedPort[];
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: { [name: string]: EnvironmentValue };
  readonly resources: ReadResources;
  readonly writablePaths: readonly WritablePath[];
  readonly files?: ConfigFileSet;
  readonly secretFiles: readonly SecretFiles[];
  readonly projectedTokens: readonly ProjectedToken[];
  readonly podInfoFiles: readonly DownwardApiFiles[];
  readonly apiAccess?: ApiAccess;
  readonly volumeClaims?: readonly VolumeClaim[];
  readonly readiness?: HealthProbe;
  readonly liveness?: HealthProbe;
  readonly startup?: HealthProbe;
  readonly addedCapability?: AddedCapability;
  readonly stopDelaySeconds?: number;
  readonly terminationMessagePolicy?: TerminationMessagePolicy;
}

/** The data that the containers of a pod share. */
interface ContainerSurroundings {
  readonly user: number;
  readonly sharedPaths: readonly WritablePath[];
  /** The additions of `mountSecret` to the program after the pod was created. */
  readonly mountedSecrets: MountedSecrets;
}

/** A container's manifest. */
function containerManifest(container: HardenedContainer, pod: ContainerSurroundings): object {
  const ports = portsManifest(container.port, container.portName, container.ports);
  const env = variables(container, pod);
  const mounts = volumeMounts(container, pod);
  return {
    name: container.name,
    image: container.image.reference,
    // Asks the registry at each start, so that a node's cached image is available only to pods that may pull
    // it.
    imagePullPolicy: "Always",
    ...(container.command ? { command: [...container.command] } : {}),
    ...(container.args ? { args: [...container.args] } : {}),
    ...(ports.length > 0 ? { ports } : {}),
    ...(env.length > 0 ? { env } : {}),
    resources: resourcesManifest(container.resources.texts),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    ...probes(container),
    ...lifecycle(container),
    ...termination(container),
    securityContext: securityContext(pod.user, container.addedCapability),
  };
}

/** The variables of a container by name; those of mounted secrets for the program only. */
function variables({ env, owner }: HardenedContainer, { mountedSecrets }: ContainerSurroundings): object[] {
  const own = Object.entries(env).map(([name, value]) => [name, value._toManifest(name)] as const);
  const mounted = owner === undefined ? [...mountedSecrets.variables] : [];
  return [...own, ...mounted].sort(byKey).map(([, manifest]) => manifest);
}

function securityContext(user: number, added?: AddedCapability): object {
  return {
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    capabilities: { ...(added ? { add: [added.capability] } : {}), drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
}

function probes({ port, readiness, liveness, startup }: HardenedContainer): object {
  return {
    ...(startup ? { startupProbe: startup._toManifest(port) } : {}),
    ...(readiness ? { readinessProbe: readiness._toManifest(port) } : {}),
    ...(liveness ? { livenessProbe: liveness._toManifest(port) } : {}),
  };
}

/** A sleep that the kubelet performs, so that the image needs no program for it; 0 is none. */
function lifecycle({ stopDelaySeconds: seconds = 0 }: HardenedContainer): object {
  return seconds === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds } } } };
}

function termination({ terminationMessagePolicy }: HardenedContainer): object {
  return terminationMessagePolicy === undefined ? {} : { terminationMessagePolicy };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return byText(a.path, b.path);
}

/** A directory of a container with its own volume. */
interface MountedVolume {
  readonly path: string;
  _toVolume(name: string): NamedVolume;
}

/** The read-only directories of a container, with their content. */
function readOnlyOf(
  container: HardenedContainer,
  { mountedSecrets }: ContainerSurroundings,
): (readonly [VolumeKind, readonly MountedVolume[]])[] {
  const mounted = container.owner === undefined ? mountedSecrets.secretFiles() : [];
  return [
    ["secret", [...container.secretFiles, ...mounted]],
    ["token", container.projectedTokens],
    ["pod-info", container.podInfoFiles],
  ];
}

function volumeMounts(container: HardenedContainer, pod: ContainerSurroundings): object[] {
  const { apiAccess, files, owner, volumeClaims = [], writablePaths } = container;
  const mount = (kind: VolumeKind, { path }: { readonly path: string }, owner?: string) => ({
    name: volumeName(kind, path, owner),
    mountPath: path,
  });
  return [
    ...(files?.mounts(volumeName("config", "", owner)) ?? []),
    ...readOnlyOf(container, pod).flatMap(([kind, all]) =>
      [...all].sort(byPath).map((volume) => ({ ...mount(kind, volume, owner), readOnly: true })),
    ),
    ...(apiAccess ? [apiAccess._volumeMount()] : []),
    ...[...volumeClaims].sort(byPath).map(({ claimName, path }) => ({ name: claimName, mountPath: path })),
    ...[...pod.sharedPaths].sort(byPath).map((path) => mount("shared", path)),
    ...[...writablePaths].sort(byPath).map((path) => mount("writable", path, owner)),
  ];
}

/** A volume, as a manifest has it. */
interface NamedVolume {
  readonly name: string;
}

/** The volumes of one container. */
function ownVolumes(container: HardenedContainer, pod: ContainerSurroundings): NamedVolume[] {
  const { apiAccess, files, owner, writablePaths } = container;
  const config = files
    ? [{ name: volumeName("config", "", owner), configMap: { name: files.name, defaultMode: 0o444 } }]
    : [];
  const named = (kind: VolumeKind, all: readonly MountedVolume[]) =>
    [...all].sort(byPath).map((volume) => volume._toVolume(volumeName(kind, volume.path, owner)));
  return [
    ...config,
    ...readOnlyOf(container, pod).flatMap(([kind, all]) => named(kind, all)),
    ...(apiAccess ? [apiAccess._volume()] : []),
    ...named("writable", writablePaths),
  ];
}

/** The volumes that all containers of a pod share. */
function sharedVolumes(paths: readonly WritablePath[]): NamedVolume[] {
  return [...paths].sort(byPath).map((path) => path._toVolume(volumeName("shared", path.path)));
}

/** The validated props of a hardened pod. */
export interface HardenedPod extends ContainerSurroundings {
  readonly name: string;
  readonly program: HardenedContainer;
  readonly initContainers: readonly HardenedContainer[];
  readonly sidecars: readonly HardenedContainer[];
  readonly lowUser?: SystemUserId;
  readonly terminationGracePeriodSeconds: number;
  /** The labels of the workload and its pods. */
  readonly labels: { [key: string]: string };
  /** The labels that select the pods. */
  readonly selectorLabels: { [key: string]: string };
  readonly annotations?: { [key: string]: string };
  /** The protocol of the program's own port. */
  readonly protocol: AppProtocol;
  /** The named ports of the program and of its sidecars, the program's own port first. */
  readonly ports: readonly Required<NamedPort>[];
  readonly nodeSelector: { [key: string]: string };
  readonly tolerations: readonly Toleration[];
  readonly priorityClassName?: string;
  readonly imagePullSecrets?: readonly string[];
  readonly egress: readonly Egress[];
}

/** All containers of a pod, the program's first. */
export function containersOf({ program, initContainers, sidecars }: HardenedPod): HardenedContainer[] {
  return [program, ...initContainers, ...sidecars];
}

/** All volumes of a pod except its volume claims. */
export function volumesOf(pod: HardenedPod): NamedVolume[] {
  return [
    ...containersOf(pod).flatMap((container) => ownVolumes(container, pod)),
    ...sharedVolumes(pod.sharedPaths),
  ];
}

/** The differences between the pods of each kind of workload. */
interface PodShape {
  /** The restart policy. @default - "Always", which is not written */
  readonly restartPolicy?: string;
  /** Whether the pods of a workload are spread. @default true */
  readonly isSpread?: boolean;
}

/** The mount paths in the program's container. */
export function programPaths(pod: HardenedPod): string[] {
  const mounts = volumeMounts(pod.program, pod) as { readonly mountPath: string }[];
  return mounts.map(({ mountPath }) => mountPath);
}

/**
 * The template of pods, rendered late: secrets are mounted after the workload is created.
 *
 * @param adapt changes the rendered template
 */
export function podTemplate(
  pod: HardenedPod,
  shape: PodShape = {},
  adapt: (template: object) => object = (template) => template,
): unknown {
  return Lazy.any({ produce: () => adapt(renderTemplate(pod, shape)) });
}

function renderTemplate(pod: HardenedPod, { restartPolicy, isSpread = true }: PodShape = {}): object {
  const all = { ...pod.annotations, ...pod.mountedSecrets.annotations() };
  return {
    metadata: { labels: pod.labels, ...(Object.keys(all).length > 0 ? { annotations: all } : {}) },
    spec: { ...podSpec(pod, isSpread), ...(restartPolicy ? { restartPolicy } : {}) },
  };
}

/**
 * The spec of a pod that meets the restricted Pod Security Standard, with stricter settings that have no
 * cost.
 */
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
      // Otherwise every file of a large volume would be visited at each start.
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

/**
 * Allows every program of the pod to bind ports below 1024: a capability applies only to the first one of a
 * container.
 */
function lowPorts(pod: HardenedPod): object {
  const needed = containersOf(pod).some(({ addedCapability }) => addedCapability !== undefined);
  return needed ? { sysctls: [UNPRIVILEGED_PORTS] } : {};
}

/**
 * Spreads the pods of a workload; only preferred, so that a region with one domain or a single node still
 * runs all replicas.
 */
function spread({ selectorLabels }: HardenedPod): object {
  const labelSelector = { matchLabels: selectorLabels };
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

function scheduling({ nodeSelector, tolerations, priorityClassName }: HardenedPod): object {
  return {
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0
      ? { tolerations: tolerations.map((toleration) => toleration._toManifest()) }
      : {}),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

/**
 * The containers that start before the program.
 *
 * Sidecars are init containers that keep running, available since Kubernetes 1.33, instead of ordinary
 * containers: those start and receive the termination signal together with the program, so that its first and
 * last calls would miss their proxy. They come after the init containers, which may prepare their files.
 */
function startedBefore(pod: HardenedPod): object[] {
  return [
    ...pod.initContainers.map((container) => containerManifest(container, pod)),
    ...pod.sidecars.map((container) => ({ ...containerManifest(container, pod), restartPolicy: "Always" })),
  ];
}

const MAX_VOLUME_NAME_LENGTH = 63;

/** The kind of content of a volume. */
export type VolumeKind = "config" | "host" | "pod-info" | "secret" | "shared" | "token" | "writable";

/**
 * The name of a volume, derived from its content only: it is stable when other paths and containers are added
 * or removed.
 *
 * @param owner the container that the volume belongs to, if it is not the program's.
 */
export function volumeName(kind: VolumeKind, path = "", owner = ""): string {
  const parts = path.toLowerCase().split(/[^a-z0-9]+/);
  const name = [...(owner === "" ? [] : [owner, ""]), kind, ...parts.filter((part) => part !== "")].join("-");
  // If characters were lost, another path could have the same name.
  const lossless =
    /^(?:\/[a-z0-9]+)*$/.test(path) && !owner.includes("--") && name.length <= MAX_VOLUME_NAME_LENGTH;
  if (lossless) return name;
  const hash = shortHash(`${owner}:${path}`);
  return `${name.slice(0, MAX_VOLUME_NAME_LENGTH - 9).replace(/-+$/, "")}-${hash}`;
}
