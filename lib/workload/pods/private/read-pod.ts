import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { type HardenedContainer, type HardenedPod } from "./hardened-pod";
import { MountedSecrets } from "./mount-secret";
import {
  checkCapacity,
  completeContainer,
  CONTAINER,
  type ContainerParts,
  INIT_CONTAINER,
  LISTENER,
  SIDECAR,
  togetherOf,
} from "./read-container";
import { BREAK_GLASS, GuardrailRule, GUARDRAILS } from "../../../core/guardrail-catalogue";
import { checkObjectName } from "../../../core/kubernetes-names";
import {
  annotations,
  any,
  checkedBy,
  choice,
  labels,
  listOf,
  optional,
  partsOf,
  type PropsSchema,
  type Resolved,
  valueOf,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../../../core/readers";
import { byText } from "../../../core/stable-order";
import { type Problems } from "../../../core/validation-error";
import { checkPolicyPort, vcnCidrOf } from "../../../network-policy/private/network-rules";
import { checkOutsideVcn, type Egress, egressList } from "../../../network/egress/egress";
import { checkUnused } from "../../../synthesis/chart-objects";
import { debuggingKind } from "../../images/private/image-reference";
import { FetchAtStart } from "../fetch-at-start";
import { type HardenedPodProps, type ListeningPodProps } from "../pod-props";
import { AddedCapability, MIN_USER, SystemUserId } from "../pod-security";
import { AppProtocol, checkPorts, namedPorts } from "../ports";
import { HealthProbe } from "../probe";
import { SCHEDULING } from "../scheduling";
import { ApiAccess, pullSecretNames } from "../service-account";
import { type WritablePath, writablePaths } from "../writable-path";

const NAME_LABEL = "app.kubernetes.io/name";
const INSTANCE_LABEL = "app.kubernetes.io/instance";
const MANAGER_LABEL = "app.kubernetes.io/managed-by";

/** The labels that a workload sets itself. */
export const OWN_LABELS = [NAME_LABEL, INSTANCE_LABEL, MANAGER_LABEL];

/** The labels that select the pods of a workload. */
export function selectorLabelsOf(id: string): { [key: string]: string } {
  return { [NAME_LABEL]: id, [INSTANCE_LABEL]: id };
}

/** All labels of a workload and its pods. */
export function labelsOf(id: string, labels: { [key: string]: string } = {}): { [key: string]: string } {
  return { ...labels, [MANAGER_LABEL]: "secure-oke", ...selectorLabelsOf(id) };
}

/** The workload of the pods. */
export interface PodPlace {
  readonly scope: Construct;
  readonly id: string;
  /** The kind of the object that runs the pods. */
  readonly kind: string;
  /** The maximum length of its name. @default - 63 */
  readonly maxNameLength?: number;
}

const DEFAULT_STOP_DELAY_SECONDS = 5;
const DEFAULT_USER = 65532;

const CONTAINER_LIST = 'a list, for example [{ name: "proxy", image }]';

/** How the props of the pods of all workloads are read. */
export const POD = {
  ...CONTAINER,
  ...SCHEDULING,
  fetchAtStart: withDefault(
    checkedBy(
      listOf(
        valueOf(FetchAtStart),
        'a list, for example [FetchAtStart.https("/srv/geo/cities.mmdb", { url, sha256, image })]',
      ),
      checkFetchedFiles,
    ),
    [],
  ),
  initContainers: withDefault(listOf(partsOf(INIT_CONTAINER), CONTAINER_LIST), []),
  sidecars: withDefault(listOf(partsOf(SIDECAR), CONTAINER_LIST), []),
  sharedPaths: withDefault(writablePaths(), []),
  user: optional(
    wholeNumber({
      least: MIN_USER,
      code: "USER_INVALID",
      fix:
        `Give a whole number, at least ${MIN_USER}, or leave it out for ${DEFAULT_USER}; the files of the image can belong to any ` +
        "user. If the program needs a lower ID, write lowUser: SystemUserId.of(999, { reason })",
    }),
  ),
  lowUser: optional(valueOf(SystemUserId)),
  // Read with the VCN of the workload.
  egress: optional(any()),
  apiAccess: optional(valueOf(ApiAccess)),
  addedCapability: optional(valueOf(AddedCapability)),
  terminationGracePeriod: withDefault(wholeDuration("seconds", { least: 0 }), 30),
  imagePullSecrets: optional(pullSecretNames()),
  labels: withDefault(labels(OWN_LABELS), {}),
  annotations: optional(checkedBy(annotations(), checkBreakGlass)),
} satisfies PropsSchema<HardenedPodProps>;

/** Adds a problem if the annotations make a cluster skip the verification of signatures. */
function checkBreakGlass(problems: Problems, name: string, annotations: { [key: string]: string }): void {
  if (!(BREAK_GLASS in annotations)) return;
  problems.add(
    "VALUE_INVALID",
    `${name} has ${BREAK_GLASS}, with which a cluster runs images without verifying their signatures`,
    GUARDRAILS[GuardrailRule.IMAGE_POLICY_BREAK_GLASS].fix,
  );
}

/** The props of pods as read, with those of their program. */
export type PodParts = ContainerParts & Partial<Resolved<typeof POD>> & { readonly stopDelay?: number };

/** Checks the props of pods together, and completes the pods, which are whole if there are no problems. */
export function completePod(problems: Problems, place: PodPlace, parts: PodParts): HardenedPod {
  const { id } = place;
  const { annotations, imagePullSecrets, labels, lowUser, priorityClassName } = parts;
  const { nodeSelector = {}, protocol = AppProtocol.HTTP, sidecars = [], tolerations = [] } = parts;
  const { terminationGracePeriod: grace = Infinity } = parts;
  const { initContainers, sharedPaths } = withFetched(problems, parts);
  checkName(problems, place);
  const program = {
    ...completeContainer(problems, { workload: id, sharedPaths }, parts),
    stopDelaySeconds: readStopDelay(problems, parts, grace),
  };
  checkContainerNames(problems, id, parts);
  checkPorts(problems, [
    { ...program, name: id },
    ...sidecars.map((each) => ({ ...each, name: String(each.name) })),
  ]);
  const before = initContainers.map(([at, container]) =>
    completeContainer(problems, { workload: id, at, sharedPaths }, container),
  );
  const beside = sidecars.map((sidecar, index) =>
    completeContainer(problems, { workload: id, at: `sidecars[${index}]`, sharedPaths }, sidecar),
  );
  checkDebugging(problems, [program, ...beside]);
  checkShared(problems, sharedPaths, [program, ...beside], before);
  const furtherPorts = [program, ...beside].flatMap(({ ports }) => ports);
  return {
    name: id,
    program,
    initContainers: before,
    sidecars: beside,
    sharedPaths,
    user: readUser(problems, parts),
    lowUser,
    terminationGracePeriodSeconds: grace,
    labels: labelsOf(id, labels),
    selectorLabels: selectorLabelsOf(id),
    annotations,
    protocol,
    ports: namedPorts(program.port, protocol, furtherPorts),
    nodeSelector,
    tolerations,
    priorityClassName,
    imagePullSecrets,
    mountedSecrets: new MountedSecrets(),
    egress: readPodEgress(problems, place, parts.egress),
  };
}

/** The init containers, each with the prop that it comes from. */
type PlacedContainers = readonly (readonly [at: string, parts: ContainerParts])[];

/**
 * The init containers and the shared directories of a pod, including those for fetched files; these run first, in the
 * order of their files.
 */
function withFetched(
  problems: Problems,
  { fetchAtStart = [], initContainers = [], sharedPaths = [] }: PodParts,
): { readonly initContainers: PlacedContainers; readonly sharedPaths: readonly WritablePath[] } {
  const listed = sharedPaths.map(({ path }) => path);
  const folders = fetchAtStart.map((file) => file._sharedPath()).filter(({ path }) => !listed.includes(path));
  const read = partsOf(INIT_CONTAINER);
  const fetching = fetchAtStart
    .map((file, index) => ({ file, at: `fetchAtStart[${index}]` }))
    .sort((a, b) => byText(a.file.path, b.file.path))
    .flatMap(({ file, at }) =>
      file._initContainers().map((container) => [at, read(problems, at, container) ?? {}] as const),
    );
  const own = initContainers.map((container, index) => [`initContainers[${index}]`, container] as const);
  return { initContainers: [...fetching, ...own], sharedPaths: [...sharedPaths, ...folders] };
}

function checkFetchedFiles(problems: Problems, name: string, fetched: readonly FetchAtStart[]): void {
  const paths = fetched.map(({ path }) => path);
  paths.forEach((path, index) => {
    if (paths.indexOf(path) === index) return;
    problems.add("NAME_DUPLICATE", `${name}[${index}] has the path ${path} again`, "Remove one of the two");
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

/** Adds a problem for each container with the name of another one. */
function checkContainerNames(
  problems: Problems,
  id: string,
  { fetchAtStart = [], initContainers = [], sidecars = [] }: PodParts,
): void {
  const fetching = fetchAtStart.flatMap((file) => file._initContainers()).map(({ name }) => name);
  const taken = new Set([id, ...fetching]);
  for (const [prop, containers] of Object.entries({ initContainers, sidecars })) {
    containers.forEach(({ name }, index) => {
      if (name === undefined) return;
      if (taken.has(name)) {
        problems.add(
          "NAME_DUPLICATE",
          `${prop}[${index}].name is ${name}, the name of another container of the pod`,
          'Give each container its own name, for example "proxy"',
        );
      }
      taken.add(name);
    });
  }
}

/** The number of seconds for which a terminating pod keeps serving. */
function readStopDelay(problems: Problems, { port, stopDelay }: PodParts, grace: number): number {
  if (stopDelay === undefined)
    return port === undefined ? 0 : Math.min(DEFAULT_STOP_DELAY_SECONDS, Math.floor(grace / 2));
  if (stopDelay > 0 && stopDelay >= grace) {
    problems.add(
      "DURATION_INVALID",
      `stopDelay is ${stopDelay} s, and terminationGracePeriod is ${grace} s`,
      "Give a stopDelay that is shorter than terminationGracePeriod, for example Duration.seconds(5)",
    );
  }
  return stopDelay;
}

/** Reads the egress, and adds a problem for each part that policies can't allow. */
function readPodEgress(problems: Problems, { scope }: PodPlace, value: unknown): Egress[] {
  if (value === undefined) return [];
  const egress = optional(egressList())(problems, "egress", value) ?? [];
  checkOutsideVcn(problems, egress, vcnCidrOf(scope));
  for (const { port } of egress) checkPolicyPort(problems, port);
  return egress;
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

function readUser(problems: Problems, { lowUser, user }: PodParts): number {
  if (user !== undefined && lowUser) {
    problems.add("USER_INVALID", "user is given together with lowUser", "Remove user, or remove lowUser");
  }
  return lowUser?.id ?? user ?? DEFAULT_USER;
}

/**
 * Adds a problem for each container with a debugging image that runs for the lifetime of its pod.
 *
 * Init containers end before the program starts: use them for tools that are needed at start only.
 */
export function checkDebugging(problems: Problems, containers: readonly HardenedContainer[]): void {
  for (const { name, image } of containers) {
    const kind = image === undefined ? undefined : debuggingKind(image.reference);
    if (kind === undefined || image._mayDebug()) continue;
    problems.add(
      "IMAGE_DEBUGGING",
      `The container ${name} runs ${image.reference}, ${kind}`,
      "Use an image that contains only the program, and run tools in initContainers; if the tools must stay, write " +
        "ContainerImage.debugging(reference, { reason })",
    );
  }
}

/** How the props of long-running pods are read. */
export const LISTENING_POD = {
  ...POD,
  ...LISTENER,
  protocol: withDefault(
    choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP"),
    AppProtocol.HTTP,
  ),
  stopDelay: optional(wholeDuration("seconds", { least: 0 })),
} satisfies PropsSchema<ListeningPodProps>;

const HTTP_GET = HealthProbe.fromHttpGet("/");
const TCP_SOCKET = HealthProbe.fromTcpSocket();
// Twice as patient as readiness: a program that is only busy loses its traffic first, and has time to recover.
const LIVENESS = HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(15), failureThreshold: 4 });

/** Completes long-running pods, with the default probes of their port. */
export function completeListeningPod(problems: Problems, place: PodPlace, parts: PodParts): HardenedPod {
  if (parts.port === undefined) return completePod(problems, place, parts);
  const { readiness = parts.protocol === AppProtocol.HTTP ? HTTP_GET : TCP_SOCKET, liveness = LIVENESS } =
    parts;
  return completePod(problems, place, { ...parts, readiness, liveness });
}
