import { type Construct } from "constructs";
import { type HardenedContainer, type HardenedPod } from "./hardened-pod";
import { checkPullSecrets } from "./pull-secrets";
import { type AnyContainer, type ContainerPlace, readContainer } from "./read-container";
import { OWN_LABELS, selectorLabelsOf } from "./workload-labels";
import { checkCapacity, togetherOf } from "./writable-capacity";
import { pathOf } from "../../../core/construct-scope";
import { shown } from "../../../core/display-value";
import { checkAnnotations, checkLabels, checkObjectName } from "../../../core/kubernetes-names";
import { Problems } from "../../../core/validation-error";
import { checkPolicyPort, vcnCidrOf } from "../../../network-policy/private/network-rules";
import { type Egress, readEgress } from "../../../network/egress/egress";
import { checkUnused } from "../../../synthesis/chart-objects";
import { MountedSecrets } from "./mounted-secrets";
import { splitImage } from "../../images/private/image-reference";
import { type InitContainer, type Sidecar } from "../container-resources";
import { type FetchAtStart } from "../fetch-at-start";
import { checkScheduling, type HardenedPodProps } from "../hardened-pod-props";
import { MIN_USER } from "../low-user";
import { checkPorts } from "../named-port";
import { type WritablePath } from "../writable-path";

/**
 * The containers of a pod and their shared directories, including those that fetch files; these run first, in
 * the order of their files.
 */
function withFetched(
  problems: Problems,
  { fetchAtStart = [], initContainers = [], sharedPaths = [] }: HardenedPodProps,
): Required<Pick<HardenedPodProps, "initContainers" | "sharedPaths">> {
  checkFiles(problems, fetchAtStart);
  const byPath = new Map(fetchAtStart.map((one) => [one.path, one]));
  const fetched = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = sharedPaths.map(({ path }) => path);
  const own = fetched.map((one) => one._sharedPath()).filter(({ path }) => !named.includes(path));
  return {
    initContainers: [...fetched.flatMap((one) => one._initContainers()), ...initContainers],
    sharedPaths: [...sharedPaths, ...own],
  };
}

function checkFiles(problems: Problems, fetched: readonly FetchAtStart[]): void {
  const paths = fetched.map(({ path }) => path);
  for (const path of new Set(paths.filter((one, index) => paths.indexOf(one) !== index))) {
    problems.add("NAME_DUPLICATE", `fetchAtStart has ${path} twice`, "Leave one of them out");
  }
}

const words = (text: string) => new Set(text.split(" "));

// By the last part of the repository, which copies of an image in other registries keep.
const SHELLS = words("ash bash busybox busyboxplus dash fish powershell zsh");
const SYSTEMS = words(
  "almalinux alpine amazonlinux archlinux centos debian fedora kali-rolling leap oraclelinux rockylinux tumbleweed ubuntu",
);
const TOOLS = words(
  "agnhost busybox-curl curl dnstools dnsutils httpie iperf iperf3 jessie-dnsutils mitmproxy mtr ncat netcat netshoot " +
    "network-multitool nmap socat strace swiss-army-knife tcpdump toolbox traceroute troubleshoot wget",
);
const DEBUG_NAME = /(?:^|[._-])debug(?:ger|-?tools)?$/;
const DEBUG_TAG = /(?:^|[._-])debug(?:$|[._-])/;

/** The kind of debugging image that a name indicates, if it does. */
export function debuggingKind(reference: string): string | undefined {
  const { name, tag = "" } = splitImage(reference);
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (SHELLS.has(last)) return "a shell";
  if (SYSTEMS.has(last)) return "a system with a shell and no program";
  if (TOOLS.has(last)) return "a tool of people who debug";
  if (DEBUG_NAME.test(last)) return "an image for debugging";
  return DEBUG_TAG.test(tag) ? "the variant for debugging" : undefined;
}

/**
 * Adds a problem for each container with a debugging image that runs for the lifetime of its pod.
 *
 * Init containers end before the program starts: use them for tools that are needed at start only.
 */
function checkDebugging(problems: Problems, containers: readonly HardenedContainer[]): void {
  for (const { name, image } of containers) {
    const kind = image === undefined ? undefined : debuggingKind(image.reference);
    if (kind === undefined || image._mayDebug()) continue;
    problems.add(
      "IMAGE_DEBUGGING",
      `The container ${name} runs ${image.reference}, ${kind}`,
      "Take an image with the program alone, and do what needs tools in initContainers; one that must stay is " +
        "ContainerImage.debugging(reference, { reason })",
    );
  }
}

/** The workload of the pods. */
export interface PodPlace {
  readonly scope: Construct;
  readonly id: string;
  /** The kind of the object that runs the pods. */
  readonly kind: string;
  /** The maximum length of its name. @default - 63 */
  readonly longestName?: number;
}

// A workload with such a name would overwrite the namespace's default deny policy, or share its permissions
// with all pods.
const NAMESPACE_OBJECTS = ["allow-dns", "default", "deny-all"];

/** Adds a problem for an invalid workload name. */
function checkName(problems: Problems, { scope, id, kind, longestName }: PodPlace): void {
  checkObjectName(problems, `The id, which names the ${kind},`, id);
  if (longestName !== undefined && typeof id === "string" && id.length > longestName) {
    problems.add(
      "NAME_INVALID",
      `The id, which names the ${kind}, has ${id.length} characters`,
      `Use up to ${longestName}: Kubernetes adds to it in the names of what it makes`,
    );
  }
  if (NAMESPACE_OBJECTS.includes(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `The id is ${id}, the name of an object that SecureNamespace makes`,
      "Take the name of the program",
    );
  }
  checkUnused(problems, scope, [kind, "ServiceAccount", "NetworkPolicy"], id);
}

/** Adds a problem for each container without a unique name. */
function checkContainerNames(problems: Problems, id: string, containers: readonly { name: string }[]): void {
  const names = containers.map(({ name }) => name);
  for (const name of new Set(names)) checkObjectName(problems, "The name of a container", name);
  const isTaken = (name: unknown, index: number) => name === id || names.indexOf(name as string) !== index;
  for (const name of new Set(names.filter((one, index) => typeof one === "string" && isTaken(one, index)))) {
    problems.add(
      "NAME_DUPLICATE",
      `Two containers of the pod are named ${name}${name === id ? ", as the program's own is" : ""}`,
      "Give each container a name of its own, after what it does",
    );
  }
}

/** The default grace period of a pod, in seconds. */
export const DEFAULT_GRACE = 30;
const DEFAULT_USER = 65532;
const LARGEST_USER = 2 ** 31 - 1;

/** Reads the props of pods and of their program, and adds their problems. */
export function readPod(
  problems: Problems,
  place: PodPlace,
  props: HardenedPodProps,
  own: AnyContainer,
): HardenedPod {
  const { scope, id } = place;
  const { sidecars = [] } = props;
  const { sharedPaths, initContainers } = withFetched(problems, props);
  checkName(problems, place);
  checkNumbers(problems, props);
  checkLabels(problems, "labels", props.labels, OWN_LABELS);
  checkAnnotations(problems, "annotations", props.annotations);
  checkScheduling(problems, props);
  checkPullSecrets(problems, props.imagePullSecrets);
  const program = readContainer(problems, { workload: id, sharedPaths }, own);
  checkContainerNames(problems, id, [...initContainers, ...sidecars]);
  checkPorts(problems, [{ ...own, name: id }, ...sidecars]);
  const readAll = (kind: string, containers: readonly (InitContainer | Sidecar)[]) =>
    containers.flatMap((container) => {
      const { name: owner } = container;
      const path = `${pathOf(scope, id)} (${kind} ${owner})`;
      return readWithin(problems, path, { workload: id, owner, sharedPaths }, container);
    });
  const [before, beside] = [readAll("init container", initContainers), readAll("sidecar", sidecars)];
  checkDebugging(problems, [program, ...beside]);
  checkShared(problems, sharedPaths, [program, ...beside], before);
  return {
    name: id,
    program,
    initContainers: before,
    sidecars: beside,
    sharedPaths,
    user: props.lowUser?.id ?? props.user ?? DEFAULT_USER,
    lowUser: props.lowUser,
    terminationGracePeriodSeconds: props.terminationGracePeriodSeconds ?? DEFAULT_GRACE,
    selector: selectorLabelsOf(id),
    nodeSelector: props.nodeSelector,
    tolerations: props.tolerations,
    priorityClassName: props.priorityClassName,
    imagePullSecrets: props.imagePullSecrets,
    mountedSecrets: new MountedSecrets(),
    egress: egressOf(problems, place, props.egress),
  };
}

/** Reads the egress, and adds a problem for each part that policies can't allow. */
function egressOf(problems: Problems, { scope }: PodPlace, given: unknown): Egress[] {
  const vcn = given === undefined ? undefined : vcnCidrOf(scope);
  const egress = readEgress(problems, given, vcn);
  for (const { port } of egress) checkPolicyPort(problems, port);
  return egress;
}

/** Reads a container whose problems have their own path. */
function readWithin(
  problems: Problems,
  path: string,
  place: ContainerPlace,
  container: InitContainer | Sidecar,
): HardenedContainer[] {
  const read = problems.collect(() => {
    const own = new Problems(path);
    const one = readContainer(own, place, container);
    own.throwIfAny();
    return one;
  });
  return read ? [read] : [];
}

/** Adds a problem if the directories of all containers exceed the storage of the pod. */
function checkShared(
  problems: Problems,
  sharedPaths: readonly WritablePath[],
  running: readonly HardenedContainer[],
  before: readonly HardenedContainer[],
): void {
  // The files of an init container remain, while its own resources are free again.
  const paths = [...running, ...before].flatMap(({ writablePaths }) => writablePaths);
  if (sharedPaths.length === 0 && before.length === 0) return;
  const together = togetherOf(running.map(({ resources }) => resources));
  checkCapacity(
    problems,
    "The writable and shared paths of all containers",
    [...paths, ...sharedPaths],
    together,
  );
}

function checkNumbers(problems: Problems, props: HardenedPodProps): void {
  const { user = DEFAULT_USER, terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = props;
  if (!Number.isInteger(user) || user < MIN_USER || user > LARGEST_USER) {
    problems.add(
      "USER_INVALID",
      `user is ${shown(user)}`,
      `Give a whole number from ${MIN_USER} on, or leave it out for ${DEFAULT_USER}; files of the image need not belong to it. ` +
        "A program that can't takes lowUser: SystemUserId.of(999, { reason })",
    );
  }
  if (props.user !== undefined && props.lowUser) {
    problems.add("USER_INVALID", "Both user and lowUser are given", "Leave one of them out");
  }
  if (!Number.isInteger(grace) || grace < 0) {
    problems.add(
      "COUNT_INVALID",
      `terminationGracePeriodSeconds is ${shown(grace)}`,
      "Give a whole number from 0 on",
    );
  }
}
