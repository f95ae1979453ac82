import { type ApiObject } from "cdk8s";
import { forgetObjects } from "./reading";
import { StateOf } from "../core/construct-state";

/** Changes an object's plain data in its place. */
export type Step = (data: unknown) => void;

interface Rendering {
  /** What cdk8s writes, with all patches. */
  readonly original: () => unknown;
  /** By whom each step is, in the order in which they came. */
  readonly steps: Map<object, Step>;
}

const renderings = new StateOf(install);

/**
 * Lets a step have the last word on what an object is written as; of one owner, once.
 *
 * No patch could: what constructs add later, and patches that come later, would not be in it, and an index would shift.
 */
export function addStep(object: ApiObject, owner: object, step: Step): void {
  const { steps } = renderings.of(object);
  if (steps.has(owner)) return;
  steps.set(owner, step);
  forgetObjects([object]);
}

function install(object: ApiObject): Rendering {
  const rendering = { original: object.toJson.bind(object) as () => unknown, steps: new Map<object, Step>() };
  object.toJson = () => {
    const data = rendering.original();
    for (const step of rendering.steps.values()) step(data);
    return data;
  };
  return rendering;
}

/** What an object would be written as without a step, and without all that came after it. */
export function dataBefore(object: ApiObject, owner: object): unknown {
  const rendering = renderings.peek(object);
  if (!rendering) return object.toJson() as unknown;
  const data = rendering.original();
  for (const [other, step] of rendering.steps) {
    if (other === owner) break;
    step(data);
  }
  return data;
}

/** Whether another owner's step came before. */
export function hasEarlierStep(object: ApiObject, owner: object): boolean {
  const [first = owner] = renderings.peek(object)?.steps.keys() ?? [];
  return first !== owner;
}

/** Whether an owner's step is there. */
export function hasStep(object: ApiObject, owner: object): boolean {
  return renderings.peek(object)?.steps.has(owner) ?? false;
}

/** What cdk8s would write without any step. */
export function originalOf(object: ApiObject): unknown {
  return renderings.peek(object)?.original() ?? object.toJson();
}
