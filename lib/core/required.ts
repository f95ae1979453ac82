import { type Problems } from "./validation-error";

/**
 * Adds a problem for each of the values that was not given.
 *
 * The compiler refuses such a program; JavaScript, and languages whose types are looser, don't.
 *
 * @returns whether all were given
 */
export function checkGiven(problems: Problems, values: { readonly [name: string]: unknown }): boolean {
  const missing = Object.keys(values).filter((name) => values[name] === undefined || values[name] === null);
  for (const name of missing) {
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, `Give it a value; it has no default`);
  }
  return missing.length === 0;
}
