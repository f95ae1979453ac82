import { type ApiObject } from "cdk8s";
import { forgetObjects } from "../../manifests/reading";

/** Changes an object's plain data in its place. */
export type Step = (data: unknown) => void;

interface Rendering {
  /** What cdk8s writes, with all patches. */
  readonly original: () => unknown;
  /** By whom each step is, in the order in which they came. */
  readonly steps: Map<object, Step>;
}

const renderings = new WeakMap<ApiObject, Rendering>();

/**
 * Lets a step have the last word on what an object is written as; of one owner, once.
 *
 * No patch could: what constructs add later, and patches that come later, would not be in it, and an index would shift.
 */
export function addStep(object: ApiObject, owner: object, step: Step): void {
  const { steps } = renderings.get(object) ?? install(object);
  if (steps.has(owner)) return;
  steps.set(owner, step);
  forgetObjects([object]);
}

function install(object: ApiObject): Rendering {
  const rendering = { original: object.toJson.bind(object) as () => unknown, steps: new Map<object, Step>() };
  renderings.set(object, rendering);
  object.toJson = () => {
    const data = rendering.original();
    for (const step of rendering.steps.values()) step(data);
    return data;
  };
  return rendering;
}

/** What cdk8s would write without any step. */
export function originalOf(object: ApiObject): unknown {
  return renderings.get(object)?.original() ?? object.toJson();
}
