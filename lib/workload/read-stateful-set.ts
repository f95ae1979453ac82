import { type Construct } from "constructs";
import { checkAutoscale, checkTargets } from "./autoscale";
import { LISTENING_SHAPES } from "./container-shapes";
import { volumesOf, type HardenedPod } from "./hardened-pod";
import { PodManagementPolicy, type HardenedStatefulSetProps } from "./hardened-stateful-set-props";
import { checkReplicas } from "./read-deployment";
import { readListeningPod } from "./read-listening-pod";
import { checkServiceName } from "./service-name";
import { choice, kind, listOf, shaped } from "./shapes";
import { pathOf } from "../core/construct-path";
import { isDnsLabel } from "../core/kubernetes-names";
import { Problems } from "../core/validation-error";

const SHAPES = {
  ...LISTENING_SHAPES,
  volumeClaims: listOf(
    kind(["claimName", "path"], 'VolumeClaim.of("data", "/var/lib/db")'),
    'a list, for example [VolumeClaim.of("data", "/var/lib/db")]',
  ),
  podManagementPolicy: choice(PodManagementPolicy, "PodManagementPolicy.ORDERED_READY or PARALLEL"),
};
// The controller's label of a pod's revision is the name and eleven characters.
const LONGEST = 52;
const LEAST = 1;

/** The name of the Service by which the pods of a StatefulSet find each other. */
export function headlessName(id: string): string {
  return `${id}-headless`;
}

/** Validates the props; throws with all that is wrong. */
export function readStatefulSet(scope: Construct, id: string, given: HardenedStatefulSetProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES) as HardenedStatefulSetProps;
  const { volumeClaims = [] } = props;
  const place = { scope, id, kind: "StatefulSet", longestName: LONGEST };
  const pod = readListeningPod(problems, place, props, { volumeClaims });
  // Another id has its problem already.
  if (isDnsLabel(id)) checkServiceName(problems, scope, headlessName(id));
  checkReplicas(problems, props.replicas, LEAST);
  checkAutoscale(problems, props.autoscale, LEAST, props.replicas);
  checkTargets(problems, props.autoscale, pod.program.resources.texts);
  checkClaimNames(problems, id, pod);
  problems.throwIfAny();
  return pod;
}

/** Adds a problem for each claim that Kubernetes would take for another volume of the pod, or can't name. */
function checkClaimNames(problems: Problems, id: string, pod: HardenedPod): void {
  const claims = (pod.program.volumeClaims ?? []).map(({ claimName }) => claimName);
  const taken = [...claims, ...volumesOf(pod).map(({ name }) => name)];
  for (const name of new Set(claims)) {
    if (taken.indexOf(name) === taken.lastIndexOf(name)) continue;
    problems.add(
      "NAME_DUPLICATE",
      `Two volumes of a pod of ${id} are named ${name}`,
      "Give the claim another name, after what is kept in it",
    );
  }
}
