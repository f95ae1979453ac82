// Writes docs/watching.md from the recommended alarms and saved searches. Tests run their conditions with the events of the page.
require("./register");
const path = require("node:path");

const lib = path.join(__dirname, "..", "lib", "observability");

/** A text as inline code. The query languages use no backquotes. */
const code = (text) => `\`${text.replaceAll("\n", " ")}\``;

/** The test input of an alarm: a line for each metric, otherwise JSON. */
function sample(value) {
  if (!Array.isArray(value)) return ["```json", JSON.stringify(value, undefined, 2), "```"];
  if (value.length === 0) return ["No value of the metric."];
  return value.map(({ metric, dimensions, value: number }) => {
    const all = Object.entries(dimensions).map(([name, text]) => code(`${name} = ${text}`));
    return `- ${code(metric)} with ${all.join(", ")}: ${number}`;
  });
}

function entry({ name, purpose, response, sources, inferred, hit, nearMissIs }, condition, how) {
  return [
    `### ${name}`,
    "",
    purpose,
    "",
    `**What to do:** ${response}`,
    "",
    how,
    "",
    "```text",
    condition,
    "```",
    "",
    "It fires for:",
    "",
    ...sample(hit),
    "",
    `It does not fire for ${nearMissIs}.`,
    "",
    ...(inferred ? [`Inferred, and not confirmed by a page: ${inferred}.`, ""] : []),
    `Sources: ${sources.map((url) => `<${url}>`).join(", ")}`,
    "",
  ];
}

/** The text of docs/watching.md. */
function watching() {
  const { watchedMetrics, watchedAudit } = require(path.join(lib, "private", "recommended-alarms.ts"));
  const { RECOMMENDED_EVENT_ALARMS } = require(path.join(lib, "private", "recommended-event-alarms.ts"));
  const { RECOMMENDED_SEARCHES } = require(path.join(lib, "private", "recommended-searches.ts"));
  const { MetricAlarm } = require(path.join(lib, "metric-alarm.ts"));
  const { EventAlarm } = require(path.join(lib, "event-alarm.ts"));
  const metrics = watchedMetrics();
  const audit = watchedAudit();
  const text = ({ name, purpose, response }) => ({ name, purpose, response });
  const alarm = (props) =>
    MetricAlarm.of({ ...text(props), ...pick(props, "query", "severity", "pendingFor") });
  const pick = (props, ...names) => Object.fromEntries(names.map((name) => [name, props[name]]));
  const condition = (props) =>
    JSON.stringify(
      EventAlarm.of({ ...text(props), ...pick(props, "eventTypes", "data") })._condition,
      undefined,
      2,
    );
  const rows = (kind, all) =>
    all.map(({ name, purpose }) => `| [${name}](#${name}) | ${kind} | ${first(purpose)} |`);
  const first = (purpose) => /^.*?[.:](?= |$)/.exec(purpose)[0].replace(/[:.]$/, "");
  return [
    "<!-- Written by `npm run docs` from lib/observability/private; do not edit. -->",
    "",
    "# Recommended alarms and searches",
    "",
    "`ClusterAlarms` creates the alarms on this page, and `SavedSearches` the searches. A test evaluates each condition with the input that",
    "is shown here and with an input that does not match. `<cluster-id>` stands for the OCID of the cluster. `Alarms.recommended()` takes",
    "other thresholds, `.without(name, { reason })` removes an alarm, and `.adding(alarm)` adds or replaces one. [Auditing](auditing.md)",
    "explains which log contains which records.",
    "",
    "| name | kind | detects |",
    "| --- | --- | --- |",
    ...rows("metric", metrics),
    ...rows("event", RECOMMENDED_EVENT_ALARMS),
    ...rows("audit record", audit),
    ...rows("search", RECOMMENDED_SEARCHES),
    "",
    "## Alarms on metrics",
    "",
    "OKE writes metrics of each cluster to the namespace `oci_oke` once a minute. The thresholds are estimates for clusters with some dozens",
    "of nodes: compare them with your own metrics after a week.",
    "",
    ...metrics.flatMap((each) => {
      const { severity, pendingMinutes: minutes } = alarm(each);
      const pending = minutes === 1 ? "1 minute" : `${minutes} minutes`;
      return entry(each, each.query, `Severity ${severity}, after ${pending}:`);
    }),
    "## Alarms on events",
    "",
    "A rule receives events of its compartment and of the subcompartments. IAM emits events in the home region only: pass",
    "`homeRegionProvider` if the cluster is in another region.",
    "",
    ...RECOMMENDED_EVENT_ALARMS.flatMap((each) => entry(each, condition(each), "The condition of the rule:")),
    "## Alarms on audit records",
    "",
    "One connector reads OCI Audit for all of these alarms, because event rules can't exclude values, and reads emit no events.",
    "",
    ...audit.flatMap((each) => entry(each, each.condition, "The condition of the connector:")),
    "## Saved searches",
    "",
    "The searches are in the Console under Logging, Saved searches.",
    "",
    ...RECOMMENDED_SEARCHES.flatMap((each) =>
      entry(each, each.query, "The query, after the `search` of the cluster's logs:").map((line) =>
        line.replace(/^It fires for:$/, "It finds:").replace(/^It does not fire for/, "It does not find"),
      ),
    ),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

module.exports = { watching };

if (require.main === module) process.stdout.write(watching());
