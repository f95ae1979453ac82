import { type HardenedDaemonSetProps } from "./hardened-daemon-set-props";
import { type HostAccess } from "./host-access";
import { checkOverlaps, isWithin } from "./mount-path";
import { kind, listOf, type Reader } from "./shapes";
import { type Problems } from "../core/validation-error";

const LIST = listOf(
  kind(["hostAccessKind", "asked"], 'HostAccess.readOnlyPath("/var/log", { reason: "..." })'),
  'a list, for example [HostAccess.readOnlyPath("/var/log", { reason: "..." })]',
);

/** What a list of host accesses must be like. */
export const HOST_ACCESS_SHAPE: Reader = (problems, name, value) => {
  if (Array.isArray(value) && value.length === 0) {
    problems.add("VALUE_INVALID", `${name} is empty`, "Leave it out: pods reach nothing of their node then");
  }
  return LIST(problems, name, value);
};

const ofKind = (all: readonly HostAccess[], wanted: string) =>
  all.filter(({ hostAccessKind }) => hostAccessKind === wanted);

/** Adds a problem for host access that doesn't fit together, or doesn't fit what the pods are. */
export function checkHostAccess(problems: Problems, props: HardenedDaemonSetProps): void {
  const { hostAccess } = props;
  if (!hostAccess) return;
  for (const one of ["network", "root"].filter((each) => ofKind(hostAccess, each).length > 1)) {
    problems.add(
      "NAME_DUPLICATE",
      `hostAccess names the ${one} twice`,
      "Name it once, with all ports and reasons",
    );
  }
  const onNode = ofKind(hostAccess, "path");
  const paths = onNode.map(({ _path: path }) => path);
  checkOverlaps(problems, paths);
  if (ofKind(hostAccess, "root").length > 0 && paths.length === 0) {
    problems.add(
      "HOST_ACCESS_INVALID",
      "hostAccess has rootUser without a path of the node, so there is nothing that it could read as root",
      "Leave it out, or name the path: HostAccess.readOnlyPath",
    );
  }
  checkMounts(problems, props, onNode);
  checkListening(problems, props, ofKind(hostAccess, "network")[0]);
}

/** Adds a problem where something else is mounted in, or around, a directory of the node. */
function checkMounts(problems: Problems, props: HardenedDaemonSetProps, onNode: readonly HostAccess[]): void {
  const { files = [], secretFiles = [], sharedPaths = [], writablePaths = [] } = props;
  const own = [...files, ...secretFiles, ...sharedPaths, ...writablePaths].map(({ path }) => String(path));
  for (const { _path: hostPath, _mountPath: mountPath } of onNode) {
    for (const path of own.filter((one) => isWithin(one, mountPath) || isWithin(mountPath, one))) {
      problems.add(
        "PATH_INVALID",
        `${path} and ${mountPath}, where ${hostPath} of the node is mounted read-only, lie in one another`,
        `Take another place for ${path}, or for the other: HostAccess.readOnlyPath("${hostPath}", { mountPath: "/host${hostPath}", reason })`,
      );
    }
  }
  const paths = new Set(onNode.map(({ _path: path }) => path));
  // Of paths that lie in one another on the node that was said.
  if (paths.size === onNode.length && !onNode.some((one) => hasOverlap(one, onNode))) {
    checkOverlaps(
      problems,
      onNode.map(({ _mountPath: path }) => path),
    );
  }
}

function hasOverlap(one: HostAccess, all: readonly HostAccess[]): boolean {
  return all.some((other) => other !== one && isWithin(other._path, one._path));
}

/** Adds a problem for each port of a container that is one of the node and was not named as that. */
function checkListening(problems: Problems, props: HardenedDaemonSetProps, network?: HostAccess): void {
  if (!network) return;
  const ports = [props.port, ...(props.sidecars ?? []).map(({ port }) => port)];
  for (const port of ports.filter((one) => one !== undefined && !network._ports.includes(one))) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `Port ${port} of a container is opened on every node, and HostAccess.network does not name it`,
      `Name it: HostAccess.network({ ports: [${port}], reason: "..." })`,
    );
  }
}
