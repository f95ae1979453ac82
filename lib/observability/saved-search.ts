import { WATCH, type WatchProps } from "./alarm";
import { parseLogQuery } from "./private/log-query";
import { queryText } from "./private/query-reader";
import { RECOMMENDED_SEARCHES } from "./private/recommended-searches";
import { SearchedLogs } from "./searched-logs";
import { checked } from "../core/checked";
import { choice, type PropsSchema, readProps, type Resolved } from "../core/readers";
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

const SAVED_SEARCH = {
  ...WATCH,
  logs: choice(SearchedLogs, "a member of SearchedLogs"),
  query: queryText("\"where data.action = 'REJECT' | count\"", (query) =>
    parseLogQuery(`search "scope" | ${query}`),
  ),
} satisfies PropsSchema<SavedSearchProps>;

type ResolvedSavedSearch = Resolved<typeof SAVED_SEARCH>;

// Parsed once: a program can have many clusters.
let recommended: readonly SavedSearch[] | undefined;

/** A saved search for investigations. */
@checked
export class SavedSearch {
  /** A custom search. */
  public static of(props: SavedSearchProps): SavedSearch {
    const problems = new Problems("SavedSearch.of");
    return new SavedSearch(problems.resolved<ResolvedSavedSearch>(readProps(problems, props, SAVED_SEARCH)));
  }

  /**
   * The recommended searches: docs/watching.md lists each search with its purpose and the response to its
   * results.
   */
  public static recommended(): SavedSearch[] {
    recommended ??= RECOMMENDED_SEARCHES.map(({ name, purpose, response, logs, query }) =>
      SavedSearch.of({ name, purpose, response, logs, query }),
    );
    return [...recommended];
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

  private constructor(props: ResolvedSavedSearch) {
    this.name = props.name;
    this.purpose = props.purpose;
    this.response = props.response;
    this.logs = props.logs;
    this.query = props.query;
  }
}
