import { BUILT_IN_MULTILINE } from "./read-parsers";
import { shown } from "../../../core/display-value";
import { nearestNames } from "../../../core/nearest-names";
import { checkUnique } from "../../../core/unique-values";
import { type Problems } from "../../../core/validation-error";
import { type LogParser } from "../log-parser";
import { type LogFormat } from "../log-parser-props";

function refuseUnknown(
  problems: Problems,
  property: string,
  name: string,
  existing: readonly string[],
): void {
  const nearest = nearestNames(name, existing);
  problems.add(
    "LOG_PARSER_INVALID",
    `${property} is ${shown(name)}, which is not the name of a parser`,
    nearest.length > 0
      ? `Write ${nearest.join(" or ")}`
      : `Give one of ${existing.join(", ") || "your own"}, or define it in parsers: [LogParser.pattern(…)]`,
  );
}

/** Adds a problem for each reference to a parser that does not exist, and for each name that two parsers have. */
export function checkParsers(
  problems: Problems,
  {
    formats = [],
    multiline = [],
    parsers = [],
  }: {
    readonly formats?: readonly LogFormat[];
    readonly multiline?: readonly string[];
    readonly parsers?: readonly LogParser[];
  },
): void {
  const namesOf = (isMultiline: boolean) =>
    parsers.filter((parser) => parser.isMultiline === isMultiline).map(({ name }) => name);
  checkUnique(
    problems,
    "parsers",
    parsers.map(({ name }) => name),
  );
  checkUnique(problems, "multiline", multiline);
  const joining = [...BUILT_IN_MULTILINE, ...namesOf(true)];
  multiline.forEach((name, index) => {
    if (!joining.includes(name)) refuseUnknown(problems, `multiline[${index}]`, name, joining);
  });
  formats.forEach(({ parser }, index) => {
    if (!namesOf(false).includes(parser))
      refuseUnknown(problems, `formats[${index}].parser`, parser, namesOf(false));
  });
  checkUnique(
    problems,
    "formats",
    formats.map(({ container, namespace }) => [namespace, container ?? "*"].join("/")),
  );
}
