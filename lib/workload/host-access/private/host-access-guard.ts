import { type ApiObject, Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { NoteOn, StateOfTree } from "../../../core/construct-state";
import { Problems } from "../../../core/validation-error";
import { isOfSameCluster } from "../../../synthesis/chart-scopes";
import { apiObjectsIn, dataOf } from "../../../synthesis/chart-objects";
import { computeOnce } from "../../../synthesis/rendering";
import { checkAtSynthesis } from "../../../synthesis/synthesis-checks";
import { type PodSecurityLevel } from "../../pods/pod-security";
import { type HostAccess } from "../host-access";

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

interface Template {
  readonly spec?: { readonly template?: { readonly spec?: Pod } };
}

interface Runner {
  readonly spec?: Template["spec"] & { readonly jobTemplate?: Template };
}

/** The kinds of access to the node beyond that of a hardened pod, as messages describe them. */
export const NodeReach = {
  MAYBE_ROOT: "a user that may be root",
  NO_SECCOMP: "no seccomp profile",
  PRIVILEGED: "a privileged container",
  PRIVILEGE_ESCALATION: "privilege escalation",
  CAPABILITIES: "capabilities that are not dropped",
  PROC_MOUNT: "an unmasked /proc",
  WRITABLE_PATH: "a writable path of the node",
  WRITABLE_ROOT_FILESYSTEM: "a writable root filesystem",
  path: (path: string | undefined) => `the path ${path} of the node`,
  port: (port: number) => `the port ${port} of the node`,
} as const;

/** The kinds of objects that run pods. */
const RUNNERS = [
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
 * The host access of the pods of a DaemonSet or a CronJob that the restricted standard or this library would
 * refuse, each in a few words.
 *
 * In a namespace without an enforced level, nothing else checks the patched pods.
 */
function hostReach(object: unknown): string[] {
  const { spec } = object as Runner;
  const pod = (spec?.jobTemplate ?? (object as Runner)).spec?.template?.spec ?? {};
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => pod[field]);
  const volumes = (pod.volumes ?? []).filter(({ hostPath }) => hostPath);
  const paths = volumes.map(({ hostPath }) => NodeReach.path(hostPath?.path));
  const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  const names = volumes.map(({ name }) => name);
  const reach = containers.flatMap((container) => [
    ...hostPortsOf(container, pod.hostNetwork === true),
    ...writablePaths(container, names),
    ...securityOf(container.securityContext ?? {}),
  ]);
  return [...new Set([...shared, ...paths, ...reach])].sort();
}

function hostPortsOf({ ports = [] }: Container, isOfHost: boolean): string[] {
  return ports
    .map(({ containerPort, hostPort }) => hostPort ?? (isOfHost ? containerPort : undefined))
    .filter((port) => port !== undefined && port !== 0)
    .map((port) => NodeReach.port(port as number));
}

function writablePaths({ volumeMounts = [] }: Container, hostVolumes: readonly unknown[]): string[] {
  const isWritable = volumeMounts.some(
    ({ name, readOnly }) => hostVolumes.includes(name) && readOnly !== true,
  );
  return isWritable ? [NodeReach.WRITABLE_PATH] : [];
}

function securityOf(context: Security): string[] {
  const { capabilities = {}, runAsNonRoot, runAsUser } = context;
  const added = (capabilities.add ?? []).filter((capability) => capability !== "NET_BIND_SERVICE");
  const found: [boolean, string][] = [
    [context.privileged === true, NodeReach.PRIVILEGED],
    [context.allowPrivilegeEscalation !== false, NodeReach.PRIVILEGE_ESCALATION],
    [context.readOnlyRootFilesystem !== true, NodeReach.WRITABLE_ROOT_FILESYSTEM],
    [runAsNonRoot !== true || runAsUser === 0, NodeReach.MAYBE_ROOT],
    [added.length > 0 || !capabilities.drop?.includes("ALL"), NodeReach.CAPABILITIES],
    [context.seccompProfile?.type !== "RuntimeDefault", NodeReach.NO_SECCOMP],
    [(context.procMount ?? "Default") !== "Default", NodeReach.PROC_MOUNT],
  ];
  return found.filter(([isFound]) => isFound).map(([, what]) => what);
}

interface Namespaced extends IConstruct {
  readonly name: string;
}

interface Level {
  readonly namespace: Namespaced;
  readonly level: PodSecurityLevel;
}

/** The levels of the namespaces of a construct tree, by name. */
const levels = new StateOfTree<Map<string, Level[]>>(() => new Map<string, Level[]>());
const declared = new NoteOn<ApiObject, readonly HostAccess[]>();
/** The host access of platform components that this library renders itself, in the words of `NodeReach`. */
const declaredReach = new NoteOn<ApiObject, readonly string[]>();

/** Registers the host access of a platform component, if it exceeds that of any HostAccess. */
export function declareReach(object: ApiObject, reach: readonly string[]): void {
  declaredReach.set(object, reach);
}

/** Registers the level of a namespace, so that daemon sets in it can be checked. */
export function noteLevel(namespace: Namespaced, level: PodSecurityLevel): void {
  const byName = levels.of(namespace);
  byName.set(namespace.name, [...(byName.get(namespace.name) ?? []), { namespace, level }]);
}

const namespaceOf = (object: ApiObject) =>
  (dataOf(object) as { metadata: { namespace?: string } }).metadata.namespace;

/**
 * Refuses at synthesis a daemon set with host access if its namespace would reject its pods.
 *
 * A namespace created elsewhere is unknown here; there the API server rejects the pods.
 */
export function guardHostAccess(
  workload: IConstruct,
  daemonSet: ApiObject,
  hostAccess: readonly HostAccess[],
): void {
  declared.set(daemonSet, hostAccess);
  checkAtSynthesis(workload, () => {
    const name = namespaceOf(daemonSet);
    const namespaces = (levels.peek(workload)?.get(name ?? "") ?? []).filter(({ namespace }) =>
      isOfSameCluster(namespace, workload),
    );
    if (namespaces.length === 0 || namespaces.some(({ level }) => level.reason !== undefined)) return;
    const problems = new Problems(workload);
    const reasons = hostAccess.map(({ reason }) => reason).join("; ");
    problems.add(
      "HOST_ACCESS_INVALID",
      `The ${daemonSet.kind} ${daemonSet.name} has host access (${reasons}), which the restricted namespace ${name} rejects`,
      `Create a namespace for it: new SecureNamespace(chart, "namespace", { name: "agents", podSecurity: ` +
        "PodSecurityLevel.privilegedFor({ reason }) })",
    );
    problems.throwIfAny();
  });
}

/**
 * Refuses at synthesis everything in a privileged namespace that runs without, or exceeds, declared host
 * access.
 */
export function guardPrivileged(namespace: Namespaced): void {
  checkAtSynthesis(namespace, () => {
    const problems = new Problems(namespace);
    for (const object of computeOnce(namespace.node.root, runnersIn).get(namespace.name) ?? []) {
      if (isOfSameCluster(Chart.of(object), namespace)) checkRunner(problems, object, namespace.name);
    }
    problems.throwIfAny();
  });
}

/** The objects of a tree that run pods, by namespace; cached, as each privileged namespace needs them. */
function runnersIn(root: IConstruct): ReadonlyMap<string | undefined, readonly ApiObject[]> {
  const runners = new Map<string | undefined, ApiObject[]>();
  for (const object of apiObjectsIn(root).filter(({ kind }) => RUNNERS.includes(kind))) {
    const namespace = namespaceOf(object);
    const others = runners.get(namespace);
    if (others) others.push(object);
    else runners.set(namespace, [object]);
  }
  return runners;
}

function checkRunner(problems: Problems, object: ApiObject, namespace: string): void {
  const hostAccess = declared.get(object);
  const platformReach = declaredReach.get(object);
  if (!hostAccess && !platformReach) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `The ${object.kind} ${object.name} runs in the namespace ${namespace}, which enforces no Pod Security Standard`,
      "Move it to a restricted SecureNamespace; only a HardenedDaemonSet with hostAccess may run here",
    );
    return;
  }
  const allowed = new Set([...allowedBy(hostAccess ?? []), ...(platformReach ?? [])]);
  for (const reach of hostReach(dataOf(object)).filter((each) => !allowed.has(each))) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `The ${object.kind} ${object.name} has ${reach} after a patch, which its hostAccess does not declare`,
      'Remove the patch, or declare the access, for example HostAccess.readOnlyPath("/var/log", { reason: "..." })',
    );
  }
}

/** The access that declared host accesses allow, in the words of `NodeReach`. */
function allowedBy(hostAccess: readonly HostAccess[]): string[] {
  return hostAccess.flatMap(({ hostAccessKind, _path: path, _ports: ports }) => {
    if (hostAccessKind === "path") return [NodeReach.path(path)];
    if (hostAccessKind === "root") return [NodeReach.MAYBE_ROOT];
    if (hostAccessKind === "processes") return ["hostPID"];
    return ["hostNetwork", ...ports.map((port) => NodeReach.port(port))];
  });
}

interface Selector {
  readonly [label: string]: unknown;
}

interface HostListener {
  readonly workload: IConstruct;
  readonly daemonSet: ApiObject;
  readonly ports: readonly number[];
}

const listeners = new StateOfTree<HostListener[]>(() => []);

/**
 * Refuses at synthesis a daemon set if an earlier one uses the same port on the same nodes.
 *
 * The scheduler would place one of the two on each node and leave the other pending.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/overview/#services
 */
export function guardHostPorts(
  workload: IConstruct,
  daemonSet: ApiObject,
  hostAccess: readonly HostAccess[],
): void {
  const ofTree = listeners.of(workload);
  const earlier = [...ofTree];
  const ports = hostAccess.flatMap(({ _ports }) => _ports);
  ofTree.push({ workload, daemonSet, ports });
  checkAtSynthesis(workload, () => {
    const problems = new Problems(workload);
    for (const other of earlier) {
      const shared = ports.filter((port) => other.ports.includes(port));
      if (shared.length === 0 || !isOfSameCluster(other.workload, workload)) continue;
      if (areDisjoint(selectorOf(daemonSet), selectorOf(other.daemonSet))) continue;
      problems.add(
        "PORT_INVALID",
        `The DaemonSet ${daemonSet.name} uses the port ${shared.join(", ")} of the same nodes as ${other.workload.node.path}`,
        "Give each DaemonSet its own ports, or its own nodes by different values of one label in nodeSelector",
      );
    }
    problems.throwIfAny();
  });
}

function selectorOf(daemonSet: ApiObject): Selector {
  const { spec } = dataOf(daemonSet) as {
    spec?: { template?: { spec?: { nodeSelector?: Selector } } };
  };
  return spec?.template?.spec?.nodeSelector ?? {};
}

/** Whether no node can have the labels of both selectors. */
function areDisjoint(selector: Selector, other: Selector): boolean {
  return Object.entries(selector).some(([label, value]) => label in other && other[label] !== value);
}
