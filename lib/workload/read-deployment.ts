import { type Construct } from "constructs";
import { checkAutoscale, checkTargets } from "./autoscale";
import { LISTENING_SHAPES } from "./container-shapes";
import { type HardenedDeploymentProps } from "./hardened-deployment-props";
import { type HardenedPod } from "./hardened-pod";
import { readListeningPod } from "./read-listening-pod";
import { shaped } from "./shapes";
import { pathOf } from "../core/construct-path";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

const LEAST = 2;

/** Validates the props; throws with all that is wrong. */
export function readDeployment(scope: Construct, id: string, given: HardenedDeploymentProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, LISTENING_SHAPES) as HardenedDeploymentProps;
  const pod = readListeningPod(problems, { scope, id, kind: "Deployment" }, props);
  checkReplicas(problems, props.replicas, LEAST);
  checkAutoscale(problems, props.autoscale, LEAST, props.replicas);
  checkTargets(problems, props.autoscale, pod.program.resources.texts);
  problems.throwIfAny();
  return pod;
}

/** Adds a problem where a number of pods was given that is none, or too few. */
export function checkReplicas(problems: Problems, replicas: number | undefined, least: number): void {
  if (replicas === undefined || (Number.isInteger(replicas) && replicas >= least)) return;
  problems.add("REPLICAS_INVALID", `replicas is ${shown(replicas)}`, `Give a whole number from ${least} on`);
}
