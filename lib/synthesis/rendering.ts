import { type ApiObject } from "cdk8s";
import { forgetObjects } from "./reading";
import { StateOf } from "../core/construct-state";

/** Changes an object's plain data. */
export type Step = (data: unknown) => void;

interface Rendering {
  /** The output of cdk8s, with all patches. */
  readonly original: () => unknown;
  /** The owner of each step, in the order of the steps. */
  readonly steps: Map<object, Step>;
}

const renderings = new StateOf(install);

/**
 * Registers a step that changes an object when it is written, after everything else; once for each owner.
 *
 * A patch could not do this: later additions and later patches would be missing in it, and indices would shift.
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

/** The output of an object without a step, and without the steps after it. */
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

/** Whether the step of another owner is registered before. */
export function hasEarlierStep(object: ApiObject, owner: object): boolean {
  const [first = owner] = renderings.peek(object)?.steps.keys() ?? [];
  return first !== owner;
}

/** Whether the step of an owner is registered. */
export function hasStep(object: ApiObject, owner: object): boolean {
  return renderings.peek(object)?.steps.has(owner) ?? false;
}

/** The output of cdk8s without any step. */
export function originalOf(object: ApiObject): unknown {
  return renderings.peek(object)?.original() ?? object.toJson();
}
