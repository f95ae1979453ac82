import { QuerySyntaxError } from "./query-tokens";
import { checkedBy, type Reader, text } from "../../core/readers";
import { checkText } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";

/**
 * Reads a query or a condition that must parse.
 *
 * @param example how a program writes one, for messages
 */
export function queryText(
  example: string,
  parse: (query: string, problems: Problems, name: string) => void,
): Reader<string> {
  return checkedBy(text(example), (problems, name, query) => {
    checkText(problems, name, query);
    try {
      parse(query, problems, name);
    } catch (error) {
      if (!(error instanceof QuerySyntaxError)) throw error;
      problems.add("QUERY_INVALID", `${name} does not parse: ${error.message}`, `Write ${example}`);
    }
  });
}
