import { entriesOf, fieldsOf, isUnsaid } from "./fields";
import { type Container, type Pod } from "./pods";
import { isMeant } from "./plan";
import { volumeName } from "../../workload/volume-name";
import { type WritablePath } from "../../workload/writable-path";

const PRACTICE = "immutable-containers";

/** The directories that were named for containers, as empty ones. */
export function hardenPaths(pod: Pod): void {
  for (const container of pod.containers) {
    for (const writable of pod.spec.plan.writablePaths) {
      if (!isMeant(writable, container.object, container.container)) continue;
      container.notes.used.add(writable);
      for (const path of writable.paths) mount(pod, container, path);
    }
  }
}

function mount(pod: Pod, container: Container, path: WritablePath): void {
  const name = volumeName("writable", path.path, container.container);
  const volumes = entriesOf(pod.spec.fields.volumes);
  const there = entriesOf(container.fields.volumeMounts).find(
    ({ mountPath }) => String(mountPath).replace(/\/+$/, "") === path.path,
  );
  if (there) {
    const volume = volumes.find((one) => one.name === there.name);
    if (fieldsOf(volume?.emptyDir) && there.readOnly !== true) return;
    refuse(pod, container, path, `mounts ${String(there.name)} there already, which is no empty directory`);
    return;
  }
  const same = volumes.find((one) => one.name === name);
  if (same) {
    refuse(pod, container, path, `would need a volume of the name ${name}, which is another one`);
    return;
  }
  const volume = path._toVolume(name);
  push(pod.spec.fields, "volumes", volume);
  pod.spec.changed(`volumes[${name}]`, undefined, volume, PRACTICE);
  const mounted = { name, mountPath: path.path };
  push(container.fields, "volumeMounts", mounted);
  container.changed(`volumeMounts[${path.path}]`, undefined, mounted, PRACTICE);
}

function push(fields: { [key: string]: unknown }, key: string, entry: object): void {
  const list = fields[key];
  fields[key] = [...(isUnsaid(list) ? [] : (list as unknown[])), entry];
}

function refuse({ spec }: Pod, { container, object }: Container, { path }: WritablePath, why: string): void {
  spec.notes.problems.add(
    "PATH_INVALID",
    `The container ${container} of ${object} is to write to ${path}, and ${why}`,
    "Name another directory, or other containers: writablePaths: [{ objects, containers, paths }]",
  );
}
