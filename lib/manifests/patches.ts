import { type ApiObject } from "cdk8s";
import { Problems, ValidationError } from "../core/validation-error";

/** A JSON patch of cdk8s, as far as it can be read. */
interface Patch {
  _toJson?(): { readonly op?: string; readonly path?: string };
}

/** Reads objects; where that fails by a patch that can't be applied, of which cdk8s says nothing, says which one it is. */
export function withPatches<T>(objects: () => readonly ApiObject[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (ValidationError.isValidationError(error)) throw error;
    const problems = new Problems("patches");
    for (const object of objects()) problems.collect(() => checkPatches(object));
    problems.throwIfAny();
    throw error;
  }
}

function canBeWritten(object: ApiObject): boolean {
  try {
    object.toJson();
    return true;
  } catch {
    return false;
  }
}

/** Throws where the object can be written until one of its patches is applied. */
function checkPatches(object: ApiObject): void {
  const { patches } = object as unknown as { readonly patches?: Patch[] };
  if (!patches || patches.length === 0) return;
  const all = patches.splice(0);
  try {
    let isFine = canBeWritten(object);
    for (const patch of all) {
      if (!isFine) return;
      patches.push(patch);
      isFine = canBeWritten(object);
      if (!isFine) refuse(object, patch);
    }
  } finally {
    patches.splice(0, patches.length, ...all);
  }
}

function refuse(object: ApiObject, patch: Patch): void {
  const { op = "", path = "" } = patch._toJson?.() ?? {};
  const problems = new Problems(object);
  problems.add(
    "PATCH_INVALID",
    `The ${object.kind} has nothing that the patch ${op} ${path} could be applied to`,
    "Write a path that is there, or add what is above it first; a / within a name is ~1, and a ~ is ~0",
  );
  problems.throwIfAny();
}
