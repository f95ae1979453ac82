import { type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { ConstructMemo } from "../core/construct-memo";

/**
 * What was read of trees of cdk8s while they are written.
 *
 * A chart is read by many: each check asks for objects, and the output writes all of them. Rendering an object is what costs
 * most, so that each is rendered once while one stack, or one App of cdk8s, is written, and what is computed of all objects is
 * computed once.
 *
 * That is right because nothing is made or patched while something is written: constructors, patches and Aspects have run by
 * then, and producers of late values only answer. What is remembered is forgotten when the writing ends, so that the next one
 * sees what was changed in between; cdktf writes each stack twice, before and after its Aspects. The one thing that changes
 * how objects are written is a hardening that meets new ones, and it calls `forgetObjects`.
 */
interface Reading {
  /** Objects as plain data. */
  readonly objects: Map<ApiObject, unknown>;
  readonly computed: ConstructMemo;
}

/** A method of a construct during which all is written that is below it. */
type Writing = (...args: unknown[]) => unknown;

// JavaScript does one thing at a time, so that one variable tells whether something is being written.
let current: Reading | undefined;

/** Reads, and remembers until the outermost of such calls ends what was read. */
export function whileReading<T>(read: () => T): T {
  if (current) return read();
  current = { objects: new Map(), computed: new ConstructMemo() };
  try {
    return read();
  } finally {
    current = undefined;
  }
}

const remembering = new WeakSet<object>();

/** Has what is read remembered while one of these methods of a construct runs. */
export function rememberDuring(construct: object, methods: readonly string[]): void {
  if (remembering.has(construct)) return;
  remembering.add(construct);
  const members = construct as { [method: string]: Writing | undefined };
  for (const method of methods) {
    const inner = members[method];
    if (!inner) continue;
    members[method] = (...args) => whileReading(() => inner.apply(construct, args));
  }
}

/** One object as plain data, which is not to be changed: others get the same. */
export function rememberObject(object: ApiObject, render: () => unknown): unknown {
  if (!current) return render();
  if (current.objects.has(object)) return current.objects.get(object);
  const data = render();
  current.objects.set(object, data);
  return data;
}

/** What is computed of a construct and of all below it; the same function for the same construct is run once. */
export function computeOnce<C extends IConstruct, T>(construct: C, compute: (construct: C) => T): T {
  return current ? current.computed.compute(construct, compute) : compute(construct);
}

/** Has objects rendered again by who asks next, as they are written differently from now on. */
export function forgetObjects(objects: readonly ApiObject[]): void {
  if (!current) return;
  for (const object of objects) current.objects.delete(object);
  // What was computed may be of their data.
  current.computed.clear();
}
