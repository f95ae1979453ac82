import { type AlertRule } from "../../../lib";

/** The section of docs/monitoring.md on alerts: what each protects, when it fires, and what to do. */
export function alertPage(rules: readonly AlertRule[]): string {
  return [...rules]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, severity, holdsFor, purpose, whatToDo, expression }) => {
      const minutes = holdsFor?.toMinutes();
      const when =
        minutes === undefined ? "at once" : `after ${minutes === 1 ? "one minute" : `${minutes} minutes`}`;
      return [
        `### ${name}`,
        `${severity}, ${when}. ${purpose}`,
        whatToDo,
        "```promql",
        `${expression}`,
        "```",
        "",
      ].join("\n\n");
    })
    .join("\n")
    .replaceAll("```promql\n\n", "```promql\n")
    .replaceAll("\n\n```\n", "\n```\n")
    .replace(/\n{3,}/g, "\n\n");
}
