import { checkedBy, listOf, type Reader, valueOf } from "../../../core/readers";
import { byText } from "../../../core/stable-order";
import { type Problems } from "../../../core/validation-error";
import { volumeName } from "../../pods/private/hardened-pod";
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

interface Container {
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly securityContext: object;
  readonly volumeMounts?: readonly object[];
}

interface Template {
  readonly metadata: object;
  readonly spec: {
    readonly securityContext: object;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly object[];
    readonly [field: string]: unknown;
  };
}

const portsOf = ({ ports = [] }: Container) => ports.map(({ containerPort }) => containerPort);

/** The pod template with the host accesses; the same object if there are none. */
export function withHostAccess(template: object, hostAccess: readonly HostAccess[] = []): object {
  if (hostAccess.length === 0) return template;
  const { metadata, spec } = template as Template;
  const paths = ofKind(hostAccess, "path").sort((a, b) => byText(a._path, b._path));
  const [network] = ofKind(hostAccess, "network");
  const [program, ...others] = spec.containers;
  const declaredPorts = [...spec.containers, ...(spec.initContainers ?? [])].flatMap(portsOf);
  const furtherPorts = network?._ports.filter((port) => !declaredPorts.includes(port));
  const isRoot = ofKind(hostAccess, "root").length > 0;
  const volumes = paths.map(({ _path: path }) => ({
    name: volumeName("host", path),
    hostPath: { path, type: "Directory" },
  }));
  return {
    metadata,
    spec: {
      ...spec,
      // The pods keep using the cluster's DNS: the default with the node's network would be the node's DNS.
      ...(network ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
      ...(network ? { securityContext: withoutSysctls(spec.securityContext) } : {}),
      ...(ofKind(hostAccess, "processes").length > 0 ? { hostPID: true } : {}),
      containers: program ? [withAccess(program, paths, furtherPorts, isRoot), ...others] : others,
      ...(volumes.length > 0 ? { volumes: [...(spec.volumes ?? []), ...volumes] } : {}),
    },
  };
}

/** Removes network sysctls, which Kubernetes rejects together with the node's network. */
function withoutSysctls(context: object): object {
  return Object.fromEntries(Object.entries(context).filter(([key]) => key !== "sysctls"));
}

function withAccess(
  program: Container,
  paths: readonly HostAccess[],
  furtherPorts: readonly number[] | undefined,
  isRoot: boolean,
): Container {
  const ports = [
    ...(program.ports ?? []),
    ...(furtherPorts ?? []).map((containerPort) => ({ containerPort, protocol: "TCP" })),
  ].map((port) => (furtherPorts ? { ...port, hostPort: port.containerPort } : port));
  const mounts = paths.map(({ _path: path, _mountPath: mountPath }) => ({
    name: volumeName("host", path),
    mountPath,
    readOnly: true,
    // Otherwise nested mounts on the node would be writable.
    recursiveReadOnly: "IfPossible",
  }));
  return {
    ...program,
    ...(ports.length > 0 ? { ports } : {}),
    ...(mounts.length > 0 ? { volumeMounts: [...(program.volumeMounts ?? []), ...mounts] } : {}),
    securityContext: {
      ...program.securityContext,
      ...(isRoot ? { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 } : {}),
    },
  };
}
