import { type ErrorCode } from "../../core/error-codes";
import { listOf, type Reader } from "../../core/readers";

/** Reads a list of one entry or more. */
export function nonEmptyListOf<T>(
  each: Reader<T>,
  instead: string,
  code: ErrorCode = "VALUE_INVALID",
): Reader<T[]> {
  const list = listOf(each, instead);
  return (problems, name, value) => {
    if (!Array.isArray(value) || value.length > 0) return list(problems, name, value);
    problems.add(code, `${name} is an empty list`, `Write ${instead}`);
    return undefined;
  };
}
