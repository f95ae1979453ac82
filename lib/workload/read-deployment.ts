import { type Construct } from "constructs";
import { AppProtocol, portName } from "./app-protocol";
import { checkUnused } from "./chart-objects";
import { DEPLOYMENT_SHAPES } from "./container-shapes";
import { type InitContainer, type Sidecar } from "./container-props";
import { type HardenedContainer } from "./hardened-container";
import { type HardenedDeploymentProps } from "./hardened-deployment-props";
import { type HardenedPod } from "./hardened-pod";
import { Probe } from "./probe";
import { readContainer } from "./read-container";
import { shaped } from "./shapes";
import { type WritablePath } from "./writable-path";
import { checkCapacity, togetherOf } from "./writable-capacity";
import { pathOf } from "../core/construct-path";
import { checkAnnotations, checkLabels, checkObjectName } from "../core/kubernetes-names";
import { Problems } from "../core/validation-error";

const DEFAULT_USER = 65532;
const LEAST_USER = 10_000;
const LARGEST_USER = 2 ** 31 - 1;
const DEFAULT_GRACE = 30;
const NAME_LABEL = "app.kubernetes.io/name";
const INSTANCE_LABEL = "app.kubernetes.io/instance";
const MANAGER_LABEL = "app.kubernetes.io/managed-by";
// A workload of such a name would overwrite what denies traffic to the others, or lend its rights to all.
const NAMESPACE_OBJECTS = ["allow-dns", "default", "deny-all"];

/** Validates the props; throws with all that is wrong. */
export function readDeployment(scope: Construct, id: string, given: HardenedDeploymentProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, DEPLOYMENT_SHAPES) as HardenedDeploymentProps;
  const { sharedPaths = [], initContainers = [], sidecars = [] } = props;
  checkName(problems, scope, id);
  checkNumbers(problems, props);
  checkLabels(problems, "labels", props.labels, [NAME_LABEL, INSTANCE_LABEL, MANAGER_LABEL]);
  checkAnnotations(problems, "annotations", props.annotations);
  const program = readProgram(problems, id, props, sharedPaths);
  checkContainerNames(problems, id, [...initContainers, ...sidecars]);
  checkPorts(problems, id, props.port, sidecars);
  const readAll = (kind: string, containers: readonly (InitContainer | Sidecar)[]) =>
    containers.flatMap((container) => {
      const { name: owner } = container;
      const read = problems.collect(() => {
        const own = new Problems(`${pathOf(scope, id)} (${kind} ${owner})`);
        const one = readContainer(own, { workload: id, owner, sharedPaths }, container);
        own.throwIfAny();
        return one;
      });
      return read ? [read] : [];
    });
  const [before, beside] = [readAll("init container", initContainers), readAll("sidecar", sidecars)];
  checkShared(problems, sharedPaths, [program, ...beside], before);
  problems.throwIfAny();
  return {
    name: id,
    program,
    initContainers: before,
    sidecars: beside,
    sharedPaths,
    user: props.user ?? DEFAULT_USER,
    terminationGracePeriodSeconds: props.terminationGracePeriodSeconds ?? DEFAULT_GRACE,
    labels: { [MANAGER_LABEL]: "secure-oke" },
    selector: { [NAME_LABEL]: id, [INSTANCE_LABEL]: id },
  };
}

function readProgram(
  problems: Problems,
  workload: string,
  props: HardenedDeploymentProps,
  sharedPaths: readonly WritablePath[],
): HardenedContainer {
  const { port, protocol = AppProtocol.HTTP } = props;
  const answers = protocol === AppProtocol.HTTP ? Probe.http("/") : Probe.tcp();
  // Twice as patient as readiness: a program that is only busy loses its traffic first, and gets time to recover.
  const patient = Probe.tcp(undefined, { periodSeconds: 15, failureThreshold: 4 });
  return readContainer(
    problems,
    { workload, sharedPaths },
    {
      ...props,
      portName: portName(protocol),
      stopDelaySeconds: stopDelay(props),
      readiness: props.readiness ?? (port === undefined ? undefined : answers),
      liveness: props.liveness ?? (port === undefined ? undefined : patient),
    },
  );
}

/** How long a pod that is to end goes on serving. */
function stopDelay(props: HardenedDeploymentProps): number {
  const { port, terminationGracePeriodSeconds: grace = DEFAULT_GRACE, stopDelaySeconds } = props;
  return stopDelaySeconds ?? (port === undefined ? 0 : Math.min(5, Math.floor(grace / 2)));
}

function checkName(problems: Problems, scope: Construct, id: string): void {
  checkObjectName(problems, "The id, which names the Deployment,", id);
  if (NAMESPACE_OBJECTS.includes(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `The id is ${id}, the name of an object that SecureNamespace makes`,
      "Take the name of the program",
    );
  }
  checkUnused(problems, scope, ["Deployment", "ServiceAccount", "NetworkPolicy"], id);
}

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

/** Adds a problem for each port that two containers listen on. */
function checkPorts(
  problems: Problems,
  id: string,
  port: number | undefined,
  sidecars: readonly Sidecar[],
): void {
  const takers = new Map(port === undefined ? [] : [[port, id]]);
  for (const { name, port: own } of sidecars) {
    if (own === undefined) continue;
    const taker = takers.get(own);
    takers.set(own, taker ?? name);
    if (taker === undefined) continue;
    problems.add(
      "PORT_INVALID",
      `The containers ${taker} and ${name} both listen on port ${own}`,
      "Give each a port of its own: the containers of a pod have one address",
    );
  }
}

/** Adds a problem where the directories of all containers hold more than the pod may use. */
function checkShared(
  problems: Problems,
  sharedPaths: readonly WritablePath[],
  running: readonly HardenedContainer[],
  before: readonly HardenedContainer[],
): void {
  // What an init container wrote stays, while what it could use is free again.
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

function checkNumbers(problems: Problems, props: HardenedDeploymentProps): void {
  const { replicas = 2, user = DEFAULT_USER, terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = props;
  if (!Number.isInteger(replicas) || replicas < 2) {
    problems.add(
      "REPLICAS_INVALID",
      `replicas is ${JSON.stringify(replicas)}`,
      "Give a whole number from 2 on",
    );
  }
  if (!Number.isInteger(user) || user < LEAST_USER || user > LARGEST_USER) {
    problems.add(
      "USER_INVALID",
      `user is ${JSON.stringify(user)}`,
      `Give a whole number from ${LEAST_USER} on, or leave it out for ${DEFAULT_USER}; files of the image need not belong to it`,
    );
  }
  if (!Number.isInteger(grace) || grace < 0) {
    problems.add(
      "COUNT_INVALID",
      `terminationGracePeriodSeconds is ${JSON.stringify(grace)}`,
      "Give a whole number from 0 on",
    );
    return;
  }
  const delay = stopDelay(props);
  if (Number.isInteger(delay) && delay >= 0 && !(delay > 0 && delay >= grace)) return;
  problems.add(
    "COUNT_INVALID",
    `stopDelaySeconds is ${JSON.stringify(delay)}, and terminationGracePeriodSeconds ${JSON.stringify(grace)}`,
    "Give a whole number from 0 on that leaves the program some of the grace period, or leave it out",
  );
}
