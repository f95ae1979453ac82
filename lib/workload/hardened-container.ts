import { type AddedCapability } from "./added-capability";
import { type ConfigFileSet } from "./config-file-set";
import { type ContainerImage } from "./container-image";
import { type EnvValue } from "./env-value";
import { type Probe } from "./probe";
import { type ApiAccess } from "./rbac-api-access";
import { resourcesManifest, type ReadResources } from "./read-resources";
import { type SecretFiles } from "./secret-files";
import { type VolumeClaim } from "./volume-claim";
import { volumeName } from "./volume-name";
import { type WritablePath } from "./writable-path";

/** What a hardened container is made of, validated. */
export interface HardenedContainer {
  readonly name: string;
  /** The name again, but for the program's own container; its volumes need none before theirs. */
  readonly owner?: string;
  readonly image: ContainerImage;
  readonly port?: number;
  readonly portName?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: { [name: string]: EnvValue };
  readonly resources: ReadResources;
  readonly writablePaths: readonly WritablePath[];
  readonly files?: ConfigFileSet;
  readonly secretFiles: readonly SecretFiles[];
  readonly apiAccess?: ApiAccess;
  readonly volumeClaims?: readonly VolumeClaim[];
  readonly readiness?: Probe;
  readonly liveness?: Probe;
  readonly startup?: Probe;
  readonly addedCapability?: AddedCapability;
  readonly stopDelaySeconds?: number;
}

/** What the containers of a pod have in common. */
export interface ContainerSurroundings {
  readonly user: number;
  readonly sharedPaths: readonly WritablePath[];
}

/** A container's manifest. */
export function containerManifest(container: HardenedContainer, pod: ContainerSurroundings): object {
  const { port, portName } = container;
  const env = Object.entries(container.env).sort(([a], [b]) => (a < b ? -1 : 1));
  const mounts = volumeMounts(container, pod);
  return {
    name: container.name,
    image: container.image.reference,
    // Asks the registry at each start, so that a node that has the image gives it only to who may pull it.
    imagePullPolicy: "Always",
    ...(container.command ? { command: [...container.command] } : {}),
    ...(container.args ? { args: [...container.args] } : {}),
    ...(port === undefined
      ? {}
      : { ports: [{ ...(portName ? { name: portName } : {}), containerPort: port, protocol: "TCP" }] }),
    ...(env.length > 0 ? { env: env.map(([name, value]) => value._toManifest(name)) } : {}),
    resources: resourcesManifest(container.resources.texts),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    ...probes(container),
    ...lifecycle(container),
    securityContext: securityContext(pod.user, container.addedCapability),
  };
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

/** A pause that the kubelet makes, so that the image needs no program for it; 0 is none. */
function lifecycle({ stopDelaySeconds: seconds = 0 }: HardenedContainer): object {
  return seconds === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds } } } };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}

function volumeMounts(
  { apiAccess, files, owner, secretFiles, volumeClaims = [], writablePaths }: HardenedContainer,
  pod: ContainerSurroundings,
): object[] {
  const mount = (kind: "shared" | "writable", { path }: WritablePath, of?: string) => ({
    name: volumeName(kind, path, of),
    mountPath: path,
  });
  return [
    ...(apiAccess ? [apiAccess._volumeMount()] : []),
    ...(files?.mounts(volumeName("config", "", owner)) ?? []),
    ...[...secretFiles].sort(byPath).map(({ path }) => ({
      name: volumeName("secret", path, owner),
      mountPath: path,
      readOnly: true,
    })),
    ...[...volumeClaims].sort(byPath).map(({ claimName, path }) => ({ name: claimName, mountPath: path })),
    ...[...pod.sharedPaths].sort(byPath).map((path) => mount("shared", path)),
    ...[...writablePaths].sort(byPath).map((path) => mount("writable", path, owner)),
  ];
}

/** A volume, as a manifest has it. */
export interface NamedVolume {
  readonly name: string;
}

/** The volumes of a container's own. */
export function ownVolumes({
  apiAccess,
  files,
  owner,
  secretFiles,
  writablePaths,
}: HardenedContainer): NamedVolume[] {
  const config = files
    ? [{ name: volumeName("config", "", owner), configMap: { name: files.name, defaultMode: 0o444 } }]
    : [];
  const named = (kind: "secret" | "writable", all: readonly (SecretFiles | WritablePath)[]) =>
    [...all].sort(byPath).map((one) => one._toVolume(volumeName(kind, one.path, owner)));
  const token = apiAccess ? [apiAccess._volume()] : [];
  return [...token, ...config, ...named("secret", secretFiles), ...named("writable", writablePaths)];
}

/** The volumes that all containers of a pod share. */
export function sharedVolumes(paths: readonly WritablePath[]): NamedVolume[] {
  return [...paths].sort(byPath).map((path) => path._toVolume(volumeName("shared", path.path)));
}
