import { type ApiObject, Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { Problems } from "../../../core/validation-error";
import { isOfSameCluster } from "../../../exposure/private/same-cluster";
import { apiObjectsIn, dataOf } from "../../../synthesis/chart-objects";
import { computeOnce } from "../../../synthesis/reading";
import { checkAtSynthesis } from "../../../synthesis/synthesis-checks";
import { type PodSecurityLevel } from "../../pods/pod-security-level";
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

interface Namespaced extends IConstruct {
  readonly name: string;
}

interface Level {
  readonly namespace: Namespaced;
  readonly level: PodSecurityLevel;
}

/** The levels of the namespaces of a construct tree, by name. */
const levels = new WeakMap<IConstruct, Map<string, Level[]>>();
const declared = new WeakMap<ApiObject, readonly HostAccess[]>();
/** The host access of platform components that this library renders itself, in the words of `hostReach`. */
const declaredReach = new WeakMap<ApiObject, readonly string[]>();

/** Registers the host access of a platform component, if it exceeds that of any HostAccess. */
export function declareReach(object: ApiObject, reach: readonly string[]): void {
  declaredReach.set(object, reach);
}

/** Registers the level of a namespace, so that daemon sets in it can be checked. */
export function noteLevel(namespace: Namespaced, level: PodSecurityLevel): void {
  const { root } = namespace.node;
  const byName = levels.get(root) ?? new Map<string, Level[]>();
  levels.set(root, byName);
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
    const found = (levels.get(workload.node.root)?.get(name ?? "") ?? []).filter(({ namespace }) =>
      isOfSameCluster(namespace, workload),
    );
    if (found.length === 0 || found.some(({ level }) => level.reason !== undefined)) return;
    const problems = new Problems(workload);
    const reasons = hostAccess.map(({ reason }) => reason).join("; ");
    problems.add(
      "HOST_ACCESS_INVALID",
      `The ${daemonSet.kind} ${daemonSet.name} reaches its node (${reasons}), and the namespace ${name} is restricted: it would refuse each pod`,
      `Give it a namespace of its own: new SecureNamespace(chart, "namespace", { name: "agents", podSecurity: ` +
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
  const ofPlatform = declaredReach.get(object);
  if (!hostAccess && !ofPlatform) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `The ${object.kind} ${object.name} runs in the namespace ${namespace}, which enforces no Pod Security Standard`,
      "Move it to a SecureNamespace that is restricted; only a HardenedDaemonSet with hostAccess belongs here",
    );
    return;
  }
  const allowed = new Set([...allowedBy(hostAccess ?? []), ...(ofPlatform ?? [])]);
  for (const reach of hostReach(dataOf(object)).filter((one) => !allowed.has(one))) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `The ${object.kind} ${object.name} was patched: it has ${reach}, which its hostAccess does not name`,
      "Take the patch back, or declare it: HostAccess.readOnlyPath, .network or .rootUser",
    );
  }
}

/** The access that declared host accesses allow, in the words of `hostReach`. */
function allowedBy(hostAccess: readonly HostAccess[]): string[] {
  return hostAccess.flatMap(({ hostAccessKind, _path: path, _ports: ports }) => {
    if (hostAccessKind === "path") return [`the path ${path} of the node`];
    if (hostAccessKind === "root") return ["a user that may be root"];
    if (hostAccessKind === "processes") return ["hostPID"];
    return ["hostNetwork", ...ports.map((port) => `the port ${port} of the node`)];
  });
}
