interface Security {
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly privileged?: boolean;
  readonly procMount?: string;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type?: string };
}

interface Container {
  readonly ports?: readonly { readonly containerPort?: number; readonly hostPort?: number }[];
  readonly securityContext?: Security;
  readonly volumeMounts?: readonly { readonly name?: string; readonly readOnly?: boolean }[];
}

interface Volume {
  readonly name?: string;
  readonly hostPath?: { readonly path?: string };
}

interface Pod {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
}

interface Runner {
  readonly spec?: { readonly template?: { readonly spec?: Pod } };
}

/** What runs pods. */
export const RUNNERS = [
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "Pod",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
];

/**
 * What the pods of a DaemonSet have that the restricted standard or this library would refuse, each in a few words.
 *
 * In a namespace that enforces nothing nobody else looks at what patches made of them.
 */
export function hostReach(object: unknown): string[] {
  const pod = (object as Runner).spec?.template?.spec ?? {};
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => pod[field]);
  const volumes = (pod.volumes ?? []).filter(({ hostPath }) => hostPath);
  const paths = volumes.map(({ hostPath }) => `the path ${hostPath?.path} of the node`);
  const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  const names = volumes.map(({ name }) => name);
  const reach = containers.flatMap((one) => [
    ...portsOf(one, pod.hostNetwork === true),
    ...writable(one, names),
    ...securityOf(one.securityContext ?? {}),
  ]);
  return [...new Set([...shared, ...paths, ...reach])].sort();
}

function portsOf({ ports = [] }: Container, isOfHost: boolean): string[] {
  return ports
    .map(({ containerPort, hostPort }) => hostPort ?? (isOfHost ? containerPort : undefined))
    .filter((port) => port !== undefined && port !== 0)
    .map((port) => `the port ${port} of the node`);
}

function writable({ volumeMounts = [] }: Container, ofHost: readonly unknown[]): string[] {
  const isWritten = volumeMounts.some(({ name, readOnly }) => ofHost.includes(name) && readOnly !== true);
  return isWritten ? ["a path of the node that it may write to"] : [];
}

function securityOf(context: Security): string[] {
  const { capabilities = {}, runAsNonRoot, runAsUser } = context;
  const added = (capabilities.add ?? []).filter((one) => one !== "NET_BIND_SERVICE");
  const found: [boolean, string][] = [
    [context.privileged === true, "a privileged container"],
    [context.allowPrivilegeEscalation !== false, "privilege escalation"],
    [context.readOnlyRootFilesystem !== true, "a writable root filesystem"],
    [runAsNonRoot !== true || runAsUser === 0, "a user that may be root"],
    [added.length > 0 || !capabilities.drop?.includes("ALL"), "capabilities that are not dropped"],
    [context.seccompProfile?.type !== "RuntimeDefault", "no filter of system calls"],
    [(context.procMount ?? "Default") !== "Default", "all of /proc"],
  ];
  return found.filter(([isFound]) => isFound).map(([, what]) => what);
}
