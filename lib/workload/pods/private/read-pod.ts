import { type Construct } from "constructs";
import { checkDebugging } from "./debugging-images";
import { type HardenedContainer, type HardenedPod } from "./hardened-pod";
import { MountedSecrets } from "./mounted-secrets";
import { type AnyContainer, type ContainerPlace, readContainer } from "./read-container";
import { checkScheduling } from "./scheduling";
import { labelsOf, OWN_LABELS, selectorLabelsOf } from "./workload-labels";
import { checkCapacity, togetherOf } from "./writable-capacity";
import { pathOf } from "../../../core/construct-scope";
import { shown } from "../../../core/display-value";
import { BREAK_GLASS, GUARDRAILS, GuardrailRule } from "../../../core/guardrail-catalogue";
import { checkAnnotations, checkLabels, checkObjectName } from "../../../core/kubernetes-names";
import { Problems } from "../../../core/validation-error";
import { wholeSecondsOf } from "../../../core/whole-duration";
import { type Egress, readEgress } from "../../../network/egress/egress";
import { checkPolicyPort, vcnCidrOf } from "../../../network-policy/private/network-rules";
import { checkUnused } from "../../../synthesis/chart-objects";
import { AppProtocol } from "../app-protocol";
import { type InitContainer, type Sidecar } from "../container-resources";
import { type FetchAtStart } from "../fetch-at-start";
import { type HardenedPodProps } from "../hardened-pod-props";
import { MIN_USER } from "../system-user-id";
import { checkPorts, namedPorts } from "../named-port";
import { type WritablePath } from "../writable-path";

/** The workload of the pods. */
export interface PodPlace {
  readonly scope: Construct;
  readonly id: string;
  /** The kind of the object that runs the pods. */
  readonly kind: string;
  /** The maximum length of its name. @default - 63 */
  readonly maxNameLength?: number;
}

const DEFAULT_GRACE_SECONDS = 30;
const DEFAULT_STOP_DELAY_SECONDS = 5;
const DEFAULT_USER = 65532;
const MAX_USER = 2 ** 31 - 1;

/** Reads the props of pods and of their program, and adds their problems. */
export function readPod(
  problems: Problems,
  place: PodPlace,
  props: HardenedPodProps,
  programProps: AnyContainer,
): HardenedPod {
  const { scope, id } = place;
  const {
    annotations,
    imagePullSecrets,
    lowUser,
    nodeSelector = {},
    priorityClassName,
    tolerations = [],
  } = props;
  const { sharedPaths, initContainers } = withFetched(problems, props);
  checkName(problems, place);
  checkLabels(problems, "labels", props.labels, OWN_LABELS);
  checkAnnotations(problems, "annotations", annotations);
  if (annotations !== undefined && BREAK_GLASS in Object(annotations)) {
    problems.add(
      "VALUE_INVALID",
      `annotations has ${BREAK_GLASS}, with which a cluster runs images without verifying their signatures`,
      GUARDRAILS[GuardrailRule.IMAGE_POLICY_BREAK_GLASS].fix,
      "annotations",
    );
  }
  checkScheduling(problems, props);
  const grace = wholeSecondsOf(
    problems,
    "terminationGracePeriod",
    props.terminationGracePeriod,
    DEFAULT_GRACE_SECONDS,
    { least: 0 },
  );
  const program = {
    ...readContainer(problems, { workload: id, sharedPaths }, programProps),
    stopDelaySeconds: readStopDelay(problems, programProps, grace),
  };
  const fetching = initContainers.slice(0, initContainers.length - (props.initContainers ?? []).length);
  checkContainerNames(problems, [id, ...fetching.map(({ name }) => name)], props);
  checkPorts(problems, [program, ...(props.sidecars ?? [])]);
  const readAll = (kind: string, containers: readonly (InitContainer | Sidecar)[]) =>
    containers.flatMap((container) => {
      const { name: owner } = container;
      const path = `${pathOf(scope, id)} (${kind} ${owner})`;
      return readWithin(problems, path, { workload: id, owner, sharedPaths }, container);
    });
  const before = readAll("init container", initContainers);
  const sidecars = readAll("sidecar", props.sidecars ?? []);
  checkDebugging(problems, [program, ...sidecars]);
  checkShared(problems, sharedPaths, [program, ...sidecars], before);
  const { protocol = AppProtocol.HTTP } = programProps;
  const furtherPorts = [program, ...sidecars].flatMap(({ ports }) => ports);
  return {
    name: id,
    program,
    initContainers: before,
    sidecars,
    sharedPaths,
    user: readUser(problems, props),
    lowUser,
    terminationGracePeriodSeconds: grace,
    labels: labelsOf(id, props.labels),
    selectorLabels: selectorLabelsOf(id),
    annotations,
    protocol,
    ports: problems.any ? [] : namedPorts(program.port, protocol, furtherPorts),
    nodeSelector,
    tolerations,
    priorityClassName,
    imagePullSecrets,
    mountedSecrets: new MountedSecrets(),
    egress: readPodEgress(problems, place, props.egress),
  };
}

/**
 * The containers of a pod and their shared directories, including those that fetch files; these run first, in
 * the order of their files.
 */
function withFetched(
  problems: Problems,
  { fetchAtStart = [], initContainers = [], sharedPaths = [] }: HardenedPodProps,
): Required<Pick<HardenedPodProps, "initContainers" | "sharedPaths">> {
  checkFetchedFiles(problems, fetchAtStart);
  const byPath = new Map(fetchAtStart.map((file) => [file.path, file]));
  const fetched = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const listed = sharedPaths.map(({ path }) => path);
  const folders = fetched.map((file) => file._sharedPath()).filter(({ path }) => !listed.includes(path));
  return {
    initContainers: [...fetched.flatMap((file) => file._initContainers()), ...initContainers],
    sharedPaths: [...sharedPaths, ...folders],
  };
}

function checkFetchedFiles(problems: Problems, fetched: readonly FetchAtStart[]): void {
  const paths = fetched.map(({ path }) => path);
  paths.forEach((path, index) => {
    if (paths.indexOf(path) === index) return;
    problems.add(
      "NAME_DUPLICATE",
      `fetchAtStart[${index}] has the path ${path} again`,
      "Remove one of the two",
    );
  });
}

// A workload with such a name would overwrite the namespace's default deny policy, or share its permissions
// with all pods.
const NAMESPACE_OBJECTS = ["allow-dns", "default", "deny-all"];

/** Adds a problem for an invalid workload name. */
function checkName(problems: Problems, { scope, id, kind, maxNameLength }: PodPlace): void {
  checkObjectName(problems, "id", id);
  if (maxNameLength !== undefined && typeof id === "string" && id.length > maxNameLength) {
    problems.add(
      "NAME_INVALID",
      `id has ${id.length} characters, and is the name of the ${kind}`,
      `Use up to ${maxNameLength} characters: Kubernetes adds a suffix for each object that the ${kind} creates`,
    );
  }
  if (NAMESPACE_OBJECTS.includes(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `id is ${id}, the name of an object that SecureNamespace creates`,
      'Use the name of the program, for example "web"',
    );
  }
  checkUnused(problems, scope, [kind, "ServiceAccount", "NetworkPolicy"], id);
}

/** Adds a problem for each container without a valid and unique name. */
function checkContainerNames(
  problems: Problems,
  usedNames: readonly string[],
  { initContainers = [], sidecars = [] }: HardenedPodProps,
): void {
  const taken = new Set(usedNames);
  for (const [prop, containers] of Object.entries({ initContainers, sidecars })) {
    containers.forEach(({ name }, index) => {
      const property = `${prop}[${index}].name`;
      checkObjectName(problems, property, name);
      if (typeof name !== "string") return;
      if (taken.has(name)) {
        problems.add(
          "NAME_DUPLICATE",
          `${property} is ${name}, the name of another container of the pod`,
          'Give each container its own name, for example "proxy"',
        );
      }
      taken.add(name);
    });
  }
}

/** The number of seconds for which a terminating pod keeps serving. */
function readStopDelay(problems: Problems, { port, stopDelay }: AnyContainer, grace: number): number {
  const ownDefault = port === undefined ? 0 : Math.min(DEFAULT_STOP_DELAY_SECONDS, Math.floor(grace / 2));
  const delay = wholeSecondsOf(problems, "stopDelay", stopDelay, ownDefault, { least: 0 });
  if (delay > 0 && delay >= grace) {
    problems.add(
      "DURATION_INVALID",
      `stopDelay is ${delay} s, and terminationGracePeriod is ${grace} s`,
      "Give a stopDelay that is shorter than terminationGracePeriod, for example Duration.seconds(5)",
    );
  }
  return delay;
}

/** Reads the egress, and adds a problem for each part that policies can't allow. */
function readPodEgress(problems: Problems, { scope }: PodPlace, value: unknown): Egress[] {
  const vcn = value === undefined ? undefined : vcnCidrOf(scope);
  const egress = readEgress(problems, value, vcn);
  for (const { port } of egress) checkPolicyPort(problems, port);
  return egress;
}

/** Reads a container whose problems have their own path. */
function readWithin(
  problems: Problems,
  path: string,
  place: ContainerPlace,
  props: InitContainer | Sidecar,
): HardenedContainer[] {
  const container = problems.collect(() => {
    const ownProblems = new Problems(path);
    const result = readContainer(ownProblems, place, props);
    ownProblems.throwIfAny();
    return result;
  });
  return container ? [container] : [];
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
    "writablePaths and sharedPaths of all containers",
    [...paths, ...sharedPaths],
    together,
  );
}

function readUser(problems: Problems, { lowUser, user }: HardenedPodProps): number {
  if (user !== undefined && lowUser) {
    problems.add("USER_INVALID", "user is given together with lowUser", "Remove user, or remove lowUser");
  }
  const id = user ?? DEFAULT_USER;
  if (!Number.isInteger(id) || id < MIN_USER || id > MAX_USER) {
    problems.add(
      "USER_INVALID",
      `user is ${shown(id)}`,
      `Give a whole number, at least ${MIN_USER}, or leave it out for ${DEFAULT_USER}; the files of the image can belong to any ` +
        "user. If the program needs a lower ID, write lowUser: SystemUserId.of(999, { reason })",
    );
  }
  return lowUser?.id ?? id;
}
