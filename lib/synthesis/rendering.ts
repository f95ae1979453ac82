import { type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { ConstructMemo, MarkOn, StateOf } from "../core/construct-state";

/**
 * The data that was read from cdk8s trees while they are written.
 *
 * A chart is read many times: each check asks for its objects, and the output writes all of them. Rendering an object is the most
 * expensive step, so each object is rendered once while one stack, or one App of cdk8s, is written, and results that depend on all
 * objects are computed once.
 *
 * That is correct because nothing is created or patched while something is written: constructors, patches and Aspects have run by then,
 * and producers of late values have no side effects. The data is discarded when the writing ends, so that the next one sees later
 * changes; cdktf writes each stack twice, before and after its Aspects. Only a hardening that finds new objects changes how objects are
 * written, and it calls `forgetObjects`.
 */
interface Reading {
  /** The objects as plain data. */
  readonly objects: Map<ApiObject, unknown>;
  readonly computed: ConstructMemo;
}

/** A method of a construct that writes its descendants. */
type Writing = (...args: unknown[]) => unknown;

// JavaScript does one thing at a time, so that one variable tells whether something is being written.
let current: Reading | undefined;

/** Reads, and keeps what was read until the outermost of these calls ends. */
export function whileReading<T>(read: () => T): T {
  if (current) return read();
  current = { objects: new Map(), computed: new ConstructMemo() };
  try {
    return read();
  } finally {
    current = undefined;
  }
}

const remembering = new MarkOn<object>();

/** Keeps what is read while one of these methods of a construct runs. */
export function rememberDuring(construct: object, methods: readonly string[]): void {
  if (!remembering.once(construct)) return;
  const members = construct as { [method: string]: Writing | undefined };
  for (const method of methods) {
    const inner = members[method];
    if (!inner) continue;
    members[method] = (...args) => whileReading(() => inner.apply(construct, args));
  }
}

/** One object as plain data, which must not be changed: callers share it. */
export function rememberObject(object: ApiObject, render: () => unknown): unknown {
  if (!current) return render();
  if (current.objects.has(object)) return current.objects.get(object);
  const data = render();
  current.objects.set(object, data);
  return data;
}

/** A result computed from a construct and its descendants; the same function runs once for the same construct. */
export function computeOnce<C extends IConstruct, T>(construct: C, compute: (construct: C) => T): T {
  return current ? current.computed.compute(construct, compute) : compute(construct);
}

/** Discards rendered objects, as they are written differently from now on. */
export function forgetObjects(objects: readonly ApiObject[]): void {
  if (!current) return;
  for (const object of objects) current.objects.delete(object);
  // Computed results may depend on their data.
  current.computed.clear();
}

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
