import { shown } from "./display-value";
import { type Problems } from "./validation-error";
import { exampleOfMember, missingFix, typeIn } from "./value-examples";

/**
 * Adds a problem for each missing value, as in programs without types.
 *
 * @param props the props of the values, if other props have members with the same names and other types
 * @returns whether all were given
 */
export function checkGiven(
  problems: Problems,
  values: { readonly [name: string]: unknown },
  props?: string,
): boolean {
  const missing = Object.keys(values).filter((name) => values[name] === undefined || values[name] === null);
  for (const name of missing) {
    const type = props === undefined ? undefined : typeIn(props, name);
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, missingFix(name, exampleOfMember(name, type)));
  }
  return missing.length === 0;
}

/**
 * Adds a problem for a value without the expected members; its class is not checked, as it may come from another copy of this library.
 *
 * @param members the names of the expected members
 * @param instead what to write, such as `KubernetesVersion.of("v1.35.2")`
 * @returns whether the value is given and has the members
 */
export function checkMembers(
  problems: Problems,
  name: string,
  value: unknown,
  members: readonly string[],
  instead: string,
): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "object" && members.every((member) => member in value)) return true;
  problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${instead}`);
  return false;
}
