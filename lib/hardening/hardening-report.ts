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
  /**
   * What to check before go-live: questions that no manifest answers, each with the containers that it is about.
   *
   * Empty where nothing was filled that could be wrong.
   */
  readonly checks: string[];
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

function section(title: string, count: number, lines: readonly string[]): string[] {
  return [`${title}: ${count}`, ...lines.map((line) => `  ${line}`)];
}

/** Things by what they have in common, in the order in which each kind came first. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key) ?? [];
    group.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const placeLine = (finding: HardeningFinding) =>
  `${finding.object}: ${finding.field}${value(finding.value)}${because(finding.reason)}`;

/** Findings for people: what comes more than once is said once, with its places. */
export function groupedFindings(findings: readonly HardeningFinding[]): string[] {
  return grouped(findings, ({ conflict, title }) => `${conflict} ${title}`).flatMap((group) => {
    const [first] = group;
    if (!first || group.length === 1) return group.map((one) => `- ${findingLine(one)}`);
    return [`- ${first.title}, ${group.length} times:`, ...group.map((one) => `  - ${placeLine(one)}`)];
  });
}

/** The same, with why it matters and what to write. */
function explained(findings: readonly HardeningFinding[]): string[] {
  return grouped(findings, ({ conflict, fix }) => `${conflict} ${fix}`).flatMap((group) => [
    ...groupedFindings(group),
    `  Why: ${group[0]?.why}`,
    `  Instead: ${group[0]?.fix}.`,
  ]);
}

/** What was filled and could be wrong: the end of the field, and the question. */
const QUESTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /\.readOnlyRootFilesystem$/,
    "Do these write to their volumes only? Their root filesystem is read-only now",
  ],
  [/\.runAsUser$/, "Can the images of these be used by the user that was filled?"],
  [/\.fsGroup$/, "May the group of these read and write the files of their volumes?"],
  [/\.drop$/, "Do these work without capabilities?"],
  [/\.automountServiceAccountToken$/, "Does none of these call the API server? They get no token"],
  [
    /\.limits\.(?:memory|ephemeral-storage)$/,
    "Are the limits of these enough? They are guesses, and a pod above one is ended",
  ],
  [/\.imagePullPolicy$/, "Can the nodes reach the registries of these, and log in there, at every start?"],
];

function checksOf(changes: readonly HardeningChange[]): string[] {
  // What was overridden has a reason: somebody knows it.
  const filled = changes.filter(({ before, reason }) => before === undefined && reason === undefined);
  return QUESTIONS.flatMap(([field, question]) => {
    const places = filled
      .filter((one) => field.test(`.${one.field}`))
      .map(({ object, container }) => (container === undefined ? object : `${object} [${container}]`));
    return places.length === 0 ? [] : [`${question}: ${[...new Set(places)].join(", ")}`];
  });
}

/** A report of what was noted. */
export function reportOf(
  changes: HardeningChange[],
  findings: HardeningFinding[],
  accepted: HardeningFinding[],
): HardeningReport {
  const checks = checksOf(changes);
  const lines = [
    ...section("Changed", changes.length, changes.map(changeLine)),
    ...section("Found", findings.length, explained(findings)),
    ...section("Accepted", accepted.length, groupedFindings(accepted)),
    ...(checks.length > 0 ? section("Check before go-live", checks.length, checks) : []),
  ];
  return { changes, findings, accepted, checks, text: lines.join("\n") };
}
