import { entriesOf, type Fields, fieldsOf, isMissing, valueAt } from "./manifest-fields";
import { type Container, type Pod } from "./pods";

// Created for each pod, or read-only; the files of all other volumes have an owner already.
const OF_POD = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "hostPath",
  "image",
  "projected",
  "secret",
];
const OF_FILES = ["configMap", "downwardAPI", "projected", "secret"];
const GROUP_READS = 0o040;

/** The volumes of a pod by their names. */
export function volumesByName(pod: Pod): ReadonlyMap<unknown, Fields> {
  return new Map(entriesOf(pod.spec.fields.volumes).map((volume) => [volume.name, volume]));
}

/** The mounts of a container. */
export function mountsOf({ fields }: Container): Fields[] {
  return entriesOf(fields.volumeMounts);
}

/** The first volume of a container that outlives the pod, or is claimed by a StatefulSet. */
export function persistentVolume(pod: Pod, container: Container): string | undefined {
  const volumes = volumesByName(pod);
  const kept = [...mountsOf(container), ...entriesOf(container.fields.volumeDevices)].find(({ name }) => {
    const volume = volumes.get(name);
    if (!volume) return pod.claims.includes(name);
    const [type] = Object.keys(volume).filter((key) => key !== "name" && !isMissing(volume[key]));
    return type !== undefined && !OF_POD.includes(type);
  });
  return kept && String(kept.name);
}

/** The first volume of a container with files that only their owner, root, may read. */
export function ownerOnlyVolume(pod: Pod, container: Container): string | undefined {
  const volumes = volumesByName(pod);
  const mount = mountsOf(container).find(({ name }) => {
    const volume = volumes.get(name);
    return OF_FILES.some((type) => modesOf(fieldsOf(volume?.[type])).some(isOwnersOnly));
  });
  return mount && String(mount.name);
}

/** The explicit modes of the volume and its files. */
function modesOf(source: Fields | undefined): unknown[] {
  if (!source) return [];
  const parts = entriesOf(source.sources).flatMap((entry) =>
    OF_FILES.flatMap((type) => itemModes(fieldsOf(entry[type]))),
  );
  return [source.defaultMode, ...itemModes(source), ...parts];
}

const itemModes = (source: Fields | undefined) => entriesOf(valueAt(source, "items")).map(({ mode }) => mode);

function isOwnersOnly(mode: unknown): boolean {
  return typeof mode === "number" && mode >= 0 && (mode & GROUP_READS) === 0;
}
