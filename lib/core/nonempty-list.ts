import { type ErrorCode } from "./error-codes";
import { listOf, type PropReader, type Reader } from "./value-readers";

/**
 * Reads a list with at least one entry; entries with problems are left out.
 *
 * @param example such as `["oci-bv"]`
 * @param code the code of the problem of an empty list
 * @param otherwise the meaning of a list that is not given, for optional lists, such as `to allow all`
 */
export function nonEmptyListOf<T>(
  each: PropReader<T>,
  example: string,
  code: ErrorCode = "ATTRIBUTE_MISSING",
  otherwise?: string,
): Reader<T[]> {
  const list = listOf(each, `a list, for example ${example}`);
  const fix = `List at least one, for example ${example}`;
  return (problems, name, value) => {
    if (!Array.isArray(value) || value.length > 0) return list(problems, name, value);
    problems.add(
      code,
      `${name} is empty`,
      otherwise === undefined ? fix : `${fix}, or remove ${name} ${otherwise}`,
    );
    return undefined;
  };
}
