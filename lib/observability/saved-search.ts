import { checkWatch, type WatchProps } from "./alarm";
import { parseLogQuery } from "./private/log-query";
import { QuerySyntaxError } from "./private/query-tokens";
import { RECOMMENDED_SEARCHES } from "./private/recommended-searches";
import { SearchedLogs } from "./searched-logs";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";

/** Props for SavedSearch. */
export interface SavedSearchProps extends WatchProps {
  /** The logs to search. */
  readonly logs: SearchedLogs;
  /**
   * The query on their records, without the leading `search`: `where data.action = 'REJECT' | count`.
   *
   * @see https://docs.oracle.com/iaas/Content/Logging/Reference/query_language_specification.htm
   */
  readonly query: string;
}

/** A saved search for investigations. */
@checked
export class SavedSearch {
  /**
   * A custom search.
   *
   * @throws QUERY_INVALID, NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING, TEXT_TEMPLATE
   */
  public static of(props: SavedSearchProps): SavedSearch {
    const problems = new Problems("SavedSearch.of");
    if (checkGiven(problems, { props })) checkSearch(problems, props);
    problems.throwIfAny();
    return new SavedSearch(props);
  }

  /**
   * The recommended searches: docs/watching.md lists each search with its purpose and the response to its
   * results.
   */
  public static recommended(): SavedSearch[] {
    return RECOMMENDED_SEARCHES.map(({ name, purpose, response, logs, query }) =>
      SavedSearch.of({ name, purpose, response, logs, query }),
    );
  }

  /** The name. */
  public readonly name: string;
  /** The purpose of the search. */
  public readonly purpose: string;
  /** The response to its results. */
  public readonly response: string;
  /** The logs to search. */
  public readonly logs: SearchedLogs;
  /** The query on their records. */
  public readonly query: string;

  private constructor(props: SavedSearchProps) {
    this.name = props.name;
    this.purpose = props.purpose;
    this.response = props.response;
    this.logs = props.logs;
    this.query = props.query;
  }
}

function checkSearch(problems: Problems, props: SavedSearchProps): void {
  checkWatch(problems, props);
  const { logs, query } = props;
  checkGiven(problems, { logs, query }, "SavedSearchProps");
  const known: readonly unknown[] = Object.values(SearchedLogs);
  if (logs !== undefined && logs !== null && !known.includes(logs)) {
    problems.add("VALUE_INVALID", `logs is ${shown(logs)}`, "Give one of SearchedLogs");
  }
  if (query === undefined || query === null) return;
  const example = "Write for example \"where data.action = 'REJECT' | count\"";
  if (typeof query !== "string") {
    problems.add("QUERY_INVALID", `query is ${shown(query)}`, example);
    return;
  }
  checkText(problems, "query", query);
  try {
    parseLogQuery(`search "scope" | ${query}`);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    problems.add("QUERY_INVALID", `query does not parse: ${error.message}`, example);
  }
}
