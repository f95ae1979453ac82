/** Props for LogParser.pattern. */
export interface LogPatternProps {
  /** A regular expression with named groups, `(?<status>\d+)`; each becomes a field. */
  readonly pattern: string;
  /**
   * The group that holds the time of the line.
   *
   * @default - the time at which the container runtime took the line
   */
  readonly timeField?: string;
  /**
   * How that time is written, in the notation of `strptime`, such as `%d/%b/%Y:%H:%M:%S %z`. Needed with `timeField`.
   *
   * @default - none
   */
  readonly timeFormat?: string;
}

/** Props for a LogParser that joins lines. */
export interface MultilineLogProps {
  /** A regular expression for the first line of a message, such as `^\d{4}-\d{2}-\d{2}`. */
  readonly firstLine: string;
  /** A regular expression for every further line, such as `^\s`. */
  readonly continuation: string;
}

/** The parser for the lines of some containers. */
export interface LogFormat {
  /** The namespace of the containers. */
  readonly namespace: string;
  /**
   * The name of the container.
   *
   * @default - all containers of the namespace
   */
  readonly container?: string;
  /** The name of the parser, one of `parsers` that doesn't join lines. */
  readonly parser: string;
}
