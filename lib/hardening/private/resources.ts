import { entriesOf, type Fields, fieldsOf, isMissing, valueAt } from "./manifest-fields";
import { type Container, type Pod } from "./pods";
import { parseQuantity } from "../../core/quantity";
import { type ResourceRange } from "../../workload/pods/container-resources";
import { HardeningConflict } from "../conflict";

const NANO = 1_000_000_000n;
const MEBI = 1024n * 1024n * NANO;
const PRACTICE = "least-privilege";

const quantityOf = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? parseQuantity(String(value)) : undefined;

/** A number of bytes as a quantity. */
function textOf(billionths: bigint): string {
  return billionths % MEBI === 0n ? `${billionths / MEBI}Mi` : String(billionths / NANO);
}

/** The emptyDir of a volume; Kubernetes makes one of a volume without a type, such as `emptyDir:` in YAML. */
function directoryOf(volume: Fields): Fields | undefined {
  const isBlank = Object.keys(volume).every((key) => key === "name" || isMissing(volume[key]));
  return isBlank ? {} : fieldsOf(volume.emptyDir);
}

/** The emptyDirs of one medium that a container mounts. */
function directoriesOf(pod: Pod, container: Container, inMemory: boolean): Fields[] {
  const names = new Set(entriesOf(container.fields.volumeMounts).map(({ name }) => name));
  return entriesOf(pod.spec.fields.volumes)
    .filter(({ name }) => names.has(name))
    .map(directoryOf)
    .filter(
      (directory): directory is Fields =>
        directory !== undefined && (directory.medium === "Memory") === inMemory,
    );
}

/** The total size of the emptyDirs that a container mounts; undefined if it is unknown. */
function directorySizeOf(pod: Pod, container: Container, inMemory: boolean): bigint | undefined {
  const sizes = directoriesOf(pod, container, inMemory).map(({ sizeLimit }) => quantityOf(sizeLimit));
  return sizes.reduce<bigint | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0n,
  );
}

/** The limit for a container without one: at least its request. */
function limitFor(fallback: string, request: unknown, directorySize: bigint): unknown {
  const minimum = (parseQuantity(fallback) ?? 0n) + directorySize;
  const text = directorySize === 0n ? fallback : textOf(minimum);
  if (isMissing(request)) return text;
  const requested = quantityOf(request);
  return requested === undefined || requested > minimum ? request : text;
}

function fillResource(
  container: Container,
  name: string,
  range: ResourceRange,
  directorySize: bigint | undefined,
): void {
  const resources = container.within("resources");
  const requests = resources?.within("requests");
  const limits = resources?.within("limits");
  if (!requests || !limits) return;
  const limit = limits.fields[name];
  // A limit that is too low for a directory of unknown size would evict the pod.
  if (directorySize !== undefined)
    limits.fill(name, limitFor(range.limit, requests.fields[name], directorySize), PRACTICE);
  requests.fill(name, isMissing(limit) ? range.request : limit, PRACTICE);
}

/** Finds emptyDirs without a size limit, which can fill the disk or the memory of their node. */
function findSizes({ spec }: Pod): void {
  const { ephemeralStorage, memory } = spec.plan.resources;
  for (const volume of entriesOf(spec.fields.volumes)) {
    const directory = directoryOf(volume);
    if (!directory || !isMissing(directory.sizeLimit)) continue;
    const { limit } = directory.medium === "Memory" ? memory : ephemeralStorage;
    spec.found(HardeningConflict.VOLUME_SIZE, {
      field: `volumes[${String(volume.name)}].emptyDir.sizeLimit`,
      override: () => {
        volume.emptyDir = { ...directory, sizeLimit: limit };
        return limit;
      },
    });
  }
}

/** Fills the missing resources of containers. */
export function hardenResources(pod: Pod): void {
  findSizes(pod);
  const { cpu, memory, ephemeralStorage } = pod.spec.plan.resources;
  const isSetForPod = (name: string) =>
    ["requests", "limits"].some((side) => !isMissing(valueAt(pod.spec.fields, "resources", side, name)));
  for (const container of pod.containers) {
    // With pod-level resources, containers need none: their total can't exceed those of the pod.
    if (!isSetForPod("cpu")) fillResource(container, "cpu", cpu, 0n);
    if (!isSetForPod("memory"))
      fillResource(container, "memory", memory, directorySizeOf(pod, container, true));
    fillResource(container, "ephemeral-storage", ephemeralStorage, directorySizeOf(pod, container, false));
  }
}
