import { type HardeningConflict } from "./conflict";

/** A field that was filled or changed. */
export interface HardeningChange {
  /** The path of the construct. */
  readonly path: string;
  /** The object, as kind and name with a slash. */
  readonly object: string;
  /** The container; undefined for a pod-level field. */
  readonly container?: string;
  /**
   * The path of the field in the object, with list entries by name:
   * `spec.template.spec.containers[web].image`.
   */
  readonly field: string;
  /** The previous value as JSON; undefined if there was none. */
  readonly before?: string;
  /** The new value as JSON; undefined if it was removed. */
  readonly after?: string;
  /** The id of the practice. */
  readonly practice: string;
  /** The reason for the change of an existing value. */
  readonly reason?: string;
}

/** A value that violates a practice and was not changed. */
export interface HardeningFinding {
  /** The kind of the conflict. */
  readonly conflict: HardeningConflict;
  /** The path of the construct. */
  readonly path: string;
  /** The object, as kind and name with a slash. */
  readonly object: string;
  /** The container; undefined for a pod-level field. */
  readonly container?: string;
  /** The path of the field in the object, with list entries by name. */
  readonly field: string;
  /** The value as JSON; undefined if it could be a secret. */
  readonly value?: string;
  /** The id of the practice. */
  readonly practice: string;
  /** The guardrail that would reject the object at admission. */
  readonly rule?: string;
  /** A short description of the finding. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** The recommended fix. */
  readonly fix: string;
  /** The reason for accepting it, if it was accepted. */
  readonly reason?: string;
}

/** The changes and findings of a hardening. */
export interface HardeningReport {
  /** The filled and changed fields, in the order of the objects. */
  readonly changes: HardeningChange[];
  /** The violations of practices that were left unchanged. */
  readonly findings: HardeningFinding[];
  /** The accepted violations of practices, each with its reason. */
  readonly accepted: HardeningFinding[];
  /**
   * Questions to check before go-live that no manifest answers, each with the containers it applies to.
   *
   * Empty if no filled value could be wrong.
   */
  readonly checks: string[];
  /** The report as text, on several lines. */
  readonly text: string;
}

const reasonSuffix = (reason: string | undefined) => (reason === undefined ? "" : ` - ${reason}`);
const valueSuffix = (text: string | undefined) => (text === undefined ? "" : ` is ${text}`);

/** A finding as a line of text. */
export function findingLine(finding: HardeningFinding): string {
  const { object, field, title, reason } = finding;
  return `${object}: ${title}: ${field}${valueSuffix(finding.value)}${reasonSuffix(reason)}`;
}

function changeLine({ object, field, before, after, reason }: HardeningChange): string {
  const change = after === undefined ? `${field} removed` : `${field} = ${after}`;
  const previous = before === undefined ? "" : `, was ${before}`;
  return `${object}: ${change}${previous}${reasonSuffix(reason)}`;
}

function section(title: string, count: number, lines: readonly string[]): string[] {
  return [`${title}: ${count}`, ...lines.map((line) => `  ${line}`)];
}

/** Groups items by a key, in the order of the first item of each group. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    group.push(item);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const placeLine = (finding: HardeningFinding) =>
  `${finding.object}: ${finding.field}${valueSuffix(finding.value)}${reasonSuffix(finding.reason)}`;

/** Findings as text: repeated ones appear once, with their places. */
export function groupedFindings(findings: readonly HardeningFinding[]): string[] {
  return grouped(findings, ({ conflict, title }) => `${conflict} ${title}`).flatMap((group) => {
    const [first] = group;
    if (!first || group.length === 1) return group.map((finding) => `- ${findingLine(finding)}`);
    return [
      `- ${first.title}, ${group.length} times:`,
      ...group.map((finding) => `  - ${placeLine(finding)}`),
    ];
  });
}

/** Findings as text, with the explanation and the fix. */
function explained(findings: readonly HardeningFinding[]): string[] {
  return grouped(findings, ({ conflict, fix }) => `${conflict} ${fix}`).flatMap((group) => [
    ...groupedFindings(group),
    `  Why: ${group[0]?.why}`,
    `  Instead: ${group[0]?.fix}.`,
  ]);
}

/** The questions about filled fields that could be wrong, by the end of the field's path. */
const QUESTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /\.readOnlyRootFilesystem$/,
    "Do these containers write to volumes only? Their root filesystem is read-only now",
  ],
  [/\.runAsUser$/, "Do the images of these containers work with the user that was set?"],
  [/\.fsGroup$/, "Can the group of these pods read and write the files of their volumes?"],
  [/\.drop$/, "Do these containers work without capabilities?"],
  [
    /\.automountServiceAccountToken$/,
    "Do these pods work without access to the API server? They get no token",
  ],
  [
    /\.limits\.(?:memory|ephemeral-storage)$/,
    "Are the default limits of these containers sufficient? A pod above a limit is killed",
  ],
  [/\.imagePullPolicy$/, "Can the nodes pull the images of these containers at every start?"],
];

function checksOf(changes: readonly HardeningChange[]): string[] {
  // Overridden values have a reason, so they were reviewed.
  const filled = changes.filter(({ before, reason }) => before === undefined && reason === undefined);
  return QUESTIONS.flatMap(([field, question]) => {
    const places = filled
      .filter((change) => field.test(`.${change.field}`))
      .map(({ object, container }) => (container === undefined ? object : `${object} [${container}]`));
    return places.length === 0 ? [] : [`${question}: ${[...new Set(places)].join(", ")}`];
  });
}

/** The report of changes and findings. */
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
