import { checkGivenTogether } from "../private/platform-readers";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  checkedBy,
  matching,
  objectName,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

/** Props for LogParser.pattern. */
export interface LogPatternProps {
  /** A regular expression with named groups, `(?<status>\d+)`; each becomes a field. */
  readonly pattern: string;
  /**
   * The group that holds the time of the line.
   *
   * @default - the time at which the container runtime received the line
   */
  readonly timeField?: string;
  /**
   * The format of that time, in the notation of `strptime`, such as `%d/%b/%Y:%H:%M:%S %z`. Required with `timeField`.
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

/** The parsers of Fluent Bit that join lines of stack traces. */
export const BUILT_IN_MULTILINE = ["go", "java", "python", "ruby"];
/** Names of built-in parsers of Fluent Bit. */
const RESERVED = [...BUILT_IN_MULTILINE, "cri", "docker"];

const FIX = 'Give a regular expression that Ruby reads, for example "^\\\\d{4}-\\\\d{2}-\\\\d{2}"';

/** Reads the name of a parser. */
export const PARSER_NAME = checkedBy(objectName(), (problems, name, value) => {
  if (!RESERVED.includes(value)) return;
  problems.add(
    "NAME_DUPLICATE",
    `${name} is ${value}, the name of a built-in parser`,
    "Give it another name",
  );
});

function isExpression(text: string): boolean {
  try {
    // A slash ends the expression in the configuration of both collectors, and is written there as \/.
    return text.trim() !== "" && !/[\r\n]/.test(text) && new RegExp(text, "u").source !== "";
  } catch {
    return false;
  }
}

/** Reads a regular expression; those of Ruby and of JavaScript agree on what logs need. */
const expression = checkedBy(text(), (problems, name, value) => {
  if (!isExpression(value)) problems.add("LOG_PARSER_INVALID", `${name} is ${shown(value)}`, FIX);
});

const groupsOf = (pattern: string) =>
  [...pattern.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].flatMap(([, name]) => name ?? []);

const PATTERN = {
  pattern: checkedBy(expression, (problems, name, pattern) => {
    if (!isExpression(pattern) || groupsOf(pattern).length > 0) return;
    const fix = "Name each part that becomes a field: (?<status>\\d+)";
    problems.add("LOG_PARSER_INVALID", `${name} has no named group, so it produces no field`, fix);
  }),
  timeField: optional(text()),
  timeFormat: optional(
    matching(/%[A-Za-z]/, 'Give the notation of strptime, such as "%Y-%m-%dT%H:%M:%S"', {
      code: "LOG_PARSER_INVALID",
    }),
  ),
} satisfies PropsSchema<LogPatternProps>;

const MULTILINE = {
  firstLine: expression,
  continuation: expression,
} satisfies PropsSchema<MultilineLogProps>;

export type ResolvedPattern = Resolved<typeof PATTERN>;
export type ResolvedMultiline = Resolved<typeof MULTILINE>;

/** Reads the props of a parser that splits a line into fields; throws all problems together. */
export function readPattern(problems: Problems, props: LogPatternProps): ResolvedPattern {
  const read = readProps(problems, props, PATTERN);
  const { pattern, timeField } = read;
  const fix = 'Give both: timeField: "time", timeFormat: "%d/%b/%Y:%H:%M:%S %z"';
  checkGivenTogether(problems, props, ["timeField", "timeFormat"], fix);
  if (pattern !== undefined && timeField !== undefined && !groupsOf(pattern).includes(timeField)) {
    problems.add(
      "LOG_PARSER_INVALID",
      `timeField is ${shown(timeField)}, which is not a group of pattern`,
      `Give one of ${groupsOf(pattern).join(", ")}`,
    );
  }
  return problems.resolved<ResolvedPattern>(read);
}

/** Reads the props of a parser that joins lines; throws all problems together. */
export function readMultiline(problems: Problems, props: MultilineLogProps): ResolvedMultiline {
  const read = readProps(problems, props, MULTILINE);
  if (read.firstLine !== undefined && read.firstLine === read.continuation) {
    problems.add(
      "LOG_PARSER_INVALID",
      "continuation is the same as firstLine, so every line would start a message",
      "Give the beginning of further lines, for example ^\\s",
    );
  }
  return problems.resolved<ResolvedMultiline>(read);
}

/**
 * A parser of log lines: it splits a line into fields, or joins several lines to one message.
 *
 * JSON lines need no parser.
 *
 * @see https://docs.fluentbit.io/manual/data-pipeline/parsers
 */
@checked
export class LogParser {
  /**
   * A parser that splits a line into fields.
   *
   * @param name up to 63 lower-case letters, digits and dashes; not the name of a built-in parser
   */
  public static pattern(name: string, props: LogPatternProps): LogParser {
    const problems = new Problems("LogParser.pattern");
    PARSER_NAME(problems, "name", name);
    return new LogParser(name, false, readPattern(problems, props));
  }

  /**
   * A parser that joins lines to one message.
   *
   * @param name up to 63 lower-case letters, digits and dashes; not the name of a built-in parser
   */
  public static multiline(name: string, props: MultilineLogProps): LogParser {
    const problems = new Problems("LogParser.multiline");
    PARSER_NAME(problems, "name", name);
    return new LogParser(name, true, { pattern: "" }, readMultiline(problems, props));
  }

  private constructor(
    /** The name, by which a ClusterLogging refers to it. */
    public readonly name: string,
    /** Whether it joins lines. */
    public readonly isMultiline: boolean,
    private readonly line: LogPatternProps,
    private readonly lines?: MultilineLogProps,
  ) {}

  /** @internal */
  public get _line(): LogPatternProps {
    return this.line;
  }

  /** @internal */
  public get _lines(): MultilineLogProps {
    return this.lines ?? { firstLine: "", continuation: "" };
  }
}
