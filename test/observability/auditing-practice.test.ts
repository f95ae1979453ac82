import * as fs from "node:fs";
import * as path from "node:path";
import * as library from "../../lib";
import { AlertRule, Alarms, SavedSearch } from "../../lib";
import { EventAlarm } from "../../lib/observability/event-alarm";
import { watchedAudit, watchedMetrics } from "../../lib/observability/private/recommended-alarms";
import { RECOMMENDED_EVENT_ALARMS } from "../../lib/observability/private/recommended-event-alarms";
import { RECOMMENDED_SEARCHES } from "../../lib/observability/private/recommended-searches";
import { matches } from "./evaluators/events";
import { meets, search } from "./evaluators/logs";
import { fires } from "./evaluators/metrics";

const ROOT = path.join(__dirname, "../..");

/** By name, whether the condition holds for the hit and whether it holds for the near miss. */
type Outcomes = readonly (readonly [name: string, hit: boolean, nearMiss: boolean])[];

const metrics: Outcomes = watchedMetrics().map(({ name, query, hit, nearMiss }) => [
  name,
  fires(query, hit),
  fires(query, nearMiss),
]);
const events: Outcomes = RECOMMENDED_EVENT_ALARMS.map((alarm) => {
  const { name, purpose, response, eventTypes, data } = alarm;
  const condition = EventAlarm.of({ name, purpose, response, eventTypes, data })._condition;
  return [name, matches(condition, alarm.hit), matches(condition, alarm.nearMiss)];
});
const audit: Outcomes = watchedAudit().map(({ name, condition, hit, nearMiss }) => [
  name,
  meets(condition, hit),
  meets(condition, nearMiss),
]);
const searches: Outcomes = RECOMMENDED_SEARCHES.map(({ name, query, hit, nearMiss }) => {
  const finds = (record: typeof hit) => search(`search "scope" | ${query}`, [record]).length > 0;
  return [name, finds(hit), finds(nearMiss)];
});

describe("each condition that the library recommends", () => {
  const evaluated = [...metrics, ...events, ...audit, ...searches];

  test("holds for its hit and not for its near miss, with none left out", () => {
    expect(evaluated.filter(([, hit, nearMiss]) => !hit || nearMiss)).toEqual([]);
    const recommended = [...Alarms.recommended().list, ...SavedSearch.recommended()];
    expect(evaluated.map(([name]) => name).sort()).toEqual(recommended.map(({ name }) => name).sort());
    expect([metrics, events, audit, searches].map(({ length }) => length)).toEqual([9, 5, 4, 8]);
  });

  test("is on the page of what is watched", () => {
    const page = fs.readFileSync(path.join(ROOT, "docs/watching.md"), "utf8");
    for (const [name] of evaluated) expect(page).toContain(`\n### ${name}\n`);
    expect(page.match(/^### /gm)).toHaveLength(evaluated.length);
  });

  test("has a hit and a near miss for promtool where it is an alert in the cluster", () => {
    const rules = AlertRule.recommended();
    const withoutExamples = rules.filter(({ hit, nearMiss }) => hit === undefined || nearMiss === undefined);
    expect(withoutExamples.map(({ name }) => name)).toEqual([]);
    const file = AlertRule.testFile(rules, "rules.yaml");
    for (const { name } of rules) expect(file.split(`alertname: ${name}\n`)).toHaveLength(3);
  });
});

describe("the table of the practice auditing", () => {
  const page = fs.readFileSync(path.join(ROOT, "docs/auditing.md"), "utf8");
  const [, section = ""] = page.split("## How the library implements the practice");
  const rows = section
    .split("\n")
    .filter((line) => /^\| (?!part of|-)/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));

  test("names constructs that exist", () => {
    const names = rows.flatMap((cells) =>
      [...cells.join(" ").matchAll(/`([A-Z]\w+)/g)].map(([, name]) => name),
    );
    expect(new Set(names).size).toBeGreaterThan(12);
    for (const name of names) expect(library).toHaveProperty(name as string);
  });

  test("names a test that exists for each part", () => {
    expect(rows.length).toBe(16);
    for (const row of rows) {
      const [, file] = /\]\(\.\.\/(test\/[\w./-]+\.test\.ts)\)/.exec(row.join("|")) ?? [];
      expect([row[1], file && fs.existsSync(path.join(ROOT, file))]).toEqual([row[1], true]);
    }
  });
});
