import { type HardenedDaemonSetProps } from "./hardened-daemon-set-props";
import { type HostAccess } from "./host-access";
import { checkOverlaps, isWithin } from "./mount-path";
import { kind, listOf, type Reader } from "./shapes";
import { type Problems } from "../core/validation-error";

/** Where the program finds paths of its node. */
export const HOST_FOLDER = "/host";

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
  const paths = ofKind(hostAccess, "path").map(({ _path: path }) => path);
  checkOverlaps(problems, paths);
  if (ofKind(hostAccess, "root").length > 0 && paths.length === 0) {
    problems.add(
      "HOST_ACCESS_INVALID",
      "hostAccess has rootUser without a path of the node, so there is nothing that it could read as root",
      "Leave it out, or name the path: HostAccess.readOnlyPath",
    );
  }
  if (paths.length > 0) checkHostFolder(problems, props);
  checkListening(problems, props, ofKind(hostAccess, "network")[0]);
}

/** Adds a problem where something else is mounted at the place of the node's paths. */
function checkHostFolder(problems: Problems, props: HardenedDaemonSetProps): void {
  const { files = [], secretFiles = [], sharedPaths = [], writablePaths = [] } = props;
  for (const { path } of [...files, ...secretFiles, ...sharedPaths, ...writablePaths]) {
    if (!isWithin(String(path), HOST_FOLDER)) continue;
    problems.add(
      "PATH_INVALID",
      `${path} lies in ${HOST_FOLDER}, where paths of the node are`,
      "Take another place",
    );
  }
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
