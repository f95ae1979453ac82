import { type HardeningConflict } from "./conflict";

/** One field that was filled or changed. */
export interface HardeningChange {
  /** The path of the construct. */
  readonly path: string;
  /** The object, as its kind and its name with a slash. */
  readonly object: string;
  /** The container; none where it is the pod's. */
  readonly container?: string;
  /** The field in the object, in which entries of lists are told by their names: `spec.template.spec.containers[web].image`. */
  readonly field: string;
  /** What stood there, as JSON; nothing where nothing was said. */
  readonly before?: string;
  /** What stands there now, as JSON; nothing where it was taken away. */
  readonly after?: string;
  /** The id of the practice. */
  readonly practice: string;
  /** Why it was changed although something else was said. */
  readonly reason?: string;
}

/** Something that was said and that is against a practice; it was not changed. */
export interface HardeningFinding {
  /** What kind of conflict it is. */
  readonly conflict: HardeningConflict;
  /** The path of the construct. */
  readonly path: string;
  /** The object, as its kind and its name with a slash. */
  readonly object: string;
  /** The container; none where it is the pod's. */
  readonly container?: string;
  /** The field in the object, in which entries of lists are told by their names. */
  readonly field: string;
  /** What stands there, as JSON; nothing where that could be a secret. */
  readonly value?: string;
  /** The id of the practice. */
  readonly practice: string;
  /** The guardrail that would refuse the object at admission. */
  readonly rule?: string;
  /** What is found, in a few words. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
  /** Why it was accepted, where it was. */
  readonly reason?: string;
}

/** What a hardening did, and what it found. */
export interface HardeningReport {
  /** What was filled or changed, in the order of the objects. */
  readonly changes: HardeningChange[];
  /** What is against a practice, and stays as it was said. */
  readonly findings: HardeningFinding[];
  /** What is against a practice and was accepted, each with its reason. */
  readonly accepted: HardeningFinding[];
  /** All of it for people, several lines. */
  readonly text: string;
}

const because = (reason: string | undefined) => (reason === undefined ? "" : ` - ${reason}`);
const value = (text: string | undefined) => (text === undefined ? "" : ` is ${text}`);

/** One line for people. */
export function findingLine(finding: HardeningFinding): string {
  const { object, field, title, reason } = finding;
  return `${object}: ${title}: ${field}${value(finding.value)}${because(reason)}`;
}

function changeLine({ object, field, before, after, reason }: HardeningChange): string {
  const instead = before === undefined ? "" : `, was ${before}`;
  return `${object}: ${field} = ${after ?? "nothing"}${instead}${because(reason)}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}: ${lines.length}`, ...lines.map((line) => `  ${line}`)];
}

/** A report of what was noted. */
export function reportOf(
  changes: HardeningChange[],
  findings: HardeningFinding[],
  accepted: HardeningFinding[],
): HardeningReport {
  const lines = [
    ...section("Changed", changes.map(changeLine)),
    ...section(
      "Found",
      findings.map((finding) => `${findingLine(finding)}. ${finding.fix}.`),
    ),
    ...section("Accepted", accepted.map(findingLine)),
  ];
  return { changes, findings, accepted, text: lines.join("\n") };
}
