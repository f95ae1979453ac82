import { shown } from "./display-value";
import { type Problems } from "./validation-error";

/** Adds a problem for each value that a list contains more than once. */
export function checkUnique(problems: Problems, name: string, values: readonly unknown[]): void {
  for (const value of new Set(values.filter((each, index) => values.indexOf(each) < index))) {
    problems.add("NAME_DUPLICATE", `${name} contains ${shown(value)} twice`, "Remove one of the two");
  }
}
