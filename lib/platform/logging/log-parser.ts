import { type LogPatternProps, type MultilineLogProps } from "./log-parser-props";
import { PARSER_NAME, readMultiline, readPattern } from "./private/read-parsers";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";

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
