import { BUILT_IN_MULTILINE } from "./read-parsers";
import { shown } from "../../../core/display-value";
import { checkObjectName } from "../../../core/kubernetes-names";
import { nearestNames } from "../../../core/nearest-names";
import { checkGiven } from "../../../core/required";
import { type Problems } from "../../../core/validation-error";
import { type LogParser } from "../log-parser";
import { type LogFormat } from "../log-parser-props";

function unknown(problems: Problems, property: string, name: unknown, known: readonly string[]): void {
  const nearest = typeof name === "string" ? nearestNames(name, known) : [];
  problems.add(
    "LOG_PARSER_INVALID",
    `${property} is ${shown(name)}, which no parser is called`,
    nearest.length > 0
      ? `Did you mean ${nearest.join(" or ")}?`
      : `Take one of ${known.join(", ") || "none yet"}, or define it in parsers: [LogParser.pattern(…)]`,
  );
}

/** Adds a problem for each reference to a parser that does not exist, and for two parsers of one name. */
export function checkParsers(
  problems: Problems,
  parsers: readonly LogParser[],
  multiline: readonly string[],
  formats: readonly LogFormat[],
): void {
  const names = parsers.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.add("NAME_DUPLICATE", `parsers has two named ${name}`, "Give each parser a name of its own");
  }
  const joining = [
    ...BUILT_IN_MULTILINE,
    ...parsers.filter((one) => one.isMultiline).map(({ name }) => name),
  ];
  const parting = parsers.filter((one) => !one.isMultiline).map(({ name }) => name);
  multiline.forEach((name, index) => {
    if (!joining.includes(name)) unknown(problems, `multiline[${index}]`, name, joining);
    else if (multiline.indexOf(name) !== index) {
      problems.add("NAME_DUPLICATE", `multiline names ${name} twice`, "Name each parser once");
    }
  });
  formats.forEach((format, index) => {
    const property = `formats[${index}]`;
    if (!checkGiven(problems, { [property]: format })) return;
    checkObjectName(problems, `${property}.namespace`, format.namespace);
    if (format.container !== undefined) checkObjectName(problems, `${property}.container`, format.container);
    if (!parting.includes(format.parser)) unknown(problems, `${property}.parser`, format.parser, parting);
  });
  const places = formats.map((one) => JSON.stringify([one?.namespace, one?.container]));
  for (const place of new Set(places.filter((one, index) => places.indexOf(one) !== index))) {
    problems.add(
      "NAME_DUPLICATE",
      `formats has two entries for ${place}`,
      "Give the containers one parser: the second one would find no line to read",
    );
  }
}
