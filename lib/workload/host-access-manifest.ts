import { type HostAccess } from "./host-access";
import { volumeName } from "./volume-name";

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
const byPath = (a: HostAccess, b: HostAccess) => (a._path < b._path ? -1 : 1);

/** The template of pods that reach something of their node; the very same one where they reach nothing. */
export function withHostAccess(template: object, hostAccess: readonly HostAccess[] = []): object {
  if (hostAccess.length === 0) return template;
  const { metadata, spec } = template as Template;
  const paths = hostAccess.filter((one) => one.hostAccessKind === "path").sort(byPath);
  const network = hostAccess.find((one) => one.hostAccessKind === "network");
  const isRoot = hostAccess.some((one) => one.hostAccessKind === "root");
  const [program, ...others] = spec.containers;
  const taken = [...spec.containers, ...(spec.initContainers ?? [])].flatMap(portsOf);
  const free = network?._ports.filter((port) => !taken.includes(port)) ?? [];
  const volumes = paths.map((one) => ({
    name: volumeName("host", one._path),
    hostPath: { path: one._path, type: "Directory" },
  }));
  return {
    metadata,
    spec: {
      ...spec,
      // The pods go on asking the cluster's DNS: with the node's network they would ask the node's.
      ...(network ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
      ...(network ? { securityContext: withoutSysctls(spec.securityContext) } : {}),
      containers: program ? [withAccess(program, paths, network && free, isRoot), ...others] : others,
      ...(volumes.length > 0 ? { volumes: [...(spec.volumes ?? []), ...volumes] } : {}),
    },
  };
}

/** Kubernetes refuses sysctls of the network where the network is the node's. */
function withoutSysctls(context: object): object {
  return Object.fromEntries(Object.entries(context).filter(([key]) => key !== "sysctls"));
}

function withAccess(
  program: Container,
  paths: readonly HostAccess[],
  further: readonly number[] | undefined,
  isRoot: boolean,
): Container {
  const ports = [
    ...(program.ports ?? []),
    ...(further ?? []).map((containerPort) => ({ containerPort, protocol: "TCP" })),
  ].map((port) => (further ? { ...port, hostPort: port.containerPort } : port));
  const mounts = paths.map((one) => ({
    name: volumeName("host", one._path),
    mountPath: one._mountPath,
    readOnly: true,
    // Else what is mounted inside of it on the node could be written to.
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
