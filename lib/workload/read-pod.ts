import { type InitContainer, type Sidecar } from "./container-props";
import { withFetched } from "./fetch-into-pod";
import { type HardenedContainer } from "./hardened-container";
import { type HardenedPod } from "./hardened-pod";
import { type HardenedPodProps } from "./hardened-pod-props";
import { checkDebugging } from "./image-debugging";
import { checkPolicyPort } from "./network-rules";
import { vcnCidrOf } from "./network-side";
import { type PodPlace } from "./pod-place";
import { LEAST_USER } from "./low-user";
import { checkPorts } from "./named-port";
import { checkContainerNames, checkName } from "./pod-names";
import { checkPullSecrets } from "./pull-secrets";
import { readContainer, type AnyContainer, type ContainerPlace } from "./read-container";
import { checkScheduling } from "./read-scheduling";
import { OWN_LABELS, selectorLabelsOf } from "./workload-labels";
import { type WritablePath } from "./writable-path";
import { checkCapacity, togetherOf } from "./writable-capacity";
import { pathOf } from "../core/construct-path";
import { checkAnnotations, checkLabels } from "../core/kubernetes-names";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";
import { type Egress } from "../network/egress";
import { readEgress } from "../network/egress-list";

/** The grace period of a pod that says nothing about it, in seconds. */
export const DEFAULT_GRACE = 30;
const DEFAULT_USER = 65532;
const LARGEST_USER = 2 ** 31 - 1;

/** Reads the props of pods and of their program; what is wrong with them goes into the problems. */
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
    egress: egressOf(problems, place, props.egress),
  };
}

/** Reads the ways out, with what of them policies can't allow. */
function egressOf(problems: Problems, { scope }: PodPlace, given: unknown): Egress[] {
  const vcn = given === undefined ? undefined : vcnCidrOf(scope);
  const egress = readEgress(problems, given, vcn);
  for (const { port } of egress) checkPolicyPort(problems, port);
  return egress;
}

/** Reads a container whose problems are told under a path of its own. */
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

function checkNumbers(problems: Problems, props: HardenedPodProps): void {
  const { user = DEFAULT_USER, terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = props;
  if (!Number.isInteger(user) || user < LEAST_USER || user > LARGEST_USER) {
    problems.add(
      "USER_INVALID",
      `user is ${shown(user)}`,
      `Give a whole number from ${LEAST_USER} on, or leave it out for ${DEFAULT_USER}; files of the image need not belong to it. ` +
        "A program that can't takes lowUser: LowUser.of(999, { reason })",
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
