import { checkedBy, listOf, type Reader, valueOf } from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";
import { type PodParts } from "../../pods/private/read-pod";
import { checkOverlaps, isWithin } from "../../pods/writable-path";
import { HostAccess } from "../host-access";

const EXAMPLE = 'HostAccess.readOnlyPath("/var/log", { reason: "..." })';

/** Reads a list of host accesses. */
export function hostAccessList(): Reader<HostAccess[]> {
  return checkedBy(
    listOf(valueOf(HostAccess), `a list, for example [${EXAMPLE}]`),
    (problems, name, { length }) => {
      if (length > 0) return;
      problems.add("VALUE_INVALID", `${name} is empty`, `Remove it, or list an access: [${EXAMPLE}]`);
    },
  );
}

const ofKind = (hostAccess: readonly HostAccess[], wanted: string) =>
  hostAccess.filter(({ hostAccessKind }) => hostAccessKind === wanted);

/** Adds a problem for host accesses that conflict with each other or with the other props of the pods. */
export function checkHostAccess(
  problems: Problems,
  hostAccess: readonly HostAccess[],
  props: PodParts,
): void {
  for (const [accessKind, factory] of [
    ["network", "HostAccess.network"],
    ["root", "HostAccess.rootUser"],
  ] as const) {
    if (ofKind(hostAccess, accessKind).length < 2) continue;
    problems.add(
      "NAME_DUPLICATE",
      `hostAccess has ${factory} twice`,
      `Write ${factory} once, with all its options and reasons`,
    );
  }
  const onNode = ofKind(hostAccess, "path");
  checkOverlaps(
    problems,
    onNode.map(({ _path: path }) => path),
    "hostAccess",
  );
  if (ofKind(hostAccess, "root").length > 0 && onNode.length === 0) {
    problems.add(
      "HOST_ACCESS_INVALID",
      "hostAccess has HostAccess.rootUser without a path of the node, so root would have no file to read",
      `Remove it, or add the path: ${EXAMPLE}`,
    );
  }
  checkMounts(problems, props, onNode);
  checkListening(problems, props, ofKind(hostAccess, "network")[0]);
}

/** Adds a problem for each mount inside or around a mounted directory of the node. */
function checkMounts(problems: Problems, props: PodParts, onNode: readonly HostAccess[]): void {
  const { files = [], secretFiles = [], sharedPaths = [], writablePaths = [] } = props;
  const mounted = [...files, ...secretFiles, ...sharedPaths, ...writablePaths].map(({ path }) => path);
  for (const { _path: hostPath, _mountPath: mountPath } of onNode) {
    for (const path of mounted.filter((each) => isWithin(each, mountPath) || isWithin(mountPath, each))) {
      problems.add(
        "PATH_INVALID",
        `hostAccess mounts ${hostPath} of the node at ${mountPath}, which overlaps with the mount path ${path}`,
        `Change ${path}, or mount the directory elsewhere: HostAccess.readOnlyPath("${hostPath}", { mountPath: "/host${hostPath}", reason })`,
      );
    }
  }
  const paths = new Set(onNode.map(({ _path: path }) => path));
  // Paths that overlap on the node were reported already.
  if (paths.size === onNode.length && !onNode.some((access) => hasOverlap(access, onNode))) {
    checkOverlaps(
      problems,
      onNode.map(({ _mountPath: path }) => path),
      "hostAccess",
    );
  }
}

function hasOverlap(access: HostAccess, all: readonly HostAccess[]): boolean {
  return all.some((other) => other !== access && isWithin(other._path, access._path));
}

/** Adds a problem for each container port on the node's network that `hostAccess` does not list. */
function checkListening(problems: Problems, props: PodParts, network?: HostAccess): void {
  if (!network) return;
  const ports = [props.port, ...(props.sidecars ?? []).map(({ port }) => port)];
  for (const port of ports.filter((each) => each !== undefined && !network._ports.includes(each))) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `hostAccess does not list port ${port} of a container, which would be open on every node`,
      `List it: HostAccess.network({ ports: [${port}], reason: "..." })`,
    );
  }
}
