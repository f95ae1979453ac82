import { CLUSTER_ID } from "../../lib/observability/private/alarm-kind";
import { EventAlarm } from "../../lib/observability/event-alarm";
import { Alarms } from "../../lib/observability/alarms";
import { SavedSearch } from "../../lib/observability/saved-search";
import { watchedAudit, watchedMetrics } from "../../lib/observability/private/recommended-alarms";
import { RECOMMENDED_EVENT_ALARMS } from "../../lib/observability/private/recommended-event-alarms";
import { RECOMMENDED_SEARCHES } from "../../lib/observability/private/recommended-searches";
import { matches } from "./evaluators/events";
import { meets, search } from "./evaluators/logs";
import { fires } from "./evaluators/metrics";

const eventCondition = (props: (typeof RECOMMENDED_EVENT_ALARMS)[number]) => {
  const { name, purpose, response, eventTypes, data } = props;
  return EventAlarm.of({ name, purpose, response, eventTypes, data })._condition;
};

describe("a recommended metric alarm", () => {
  test.each(watchedMetrics().map((alarm) => [alarm.name, alarm] as const))(
    "%s fires for its hit, and not for its near miss",
    (_name, { query, hit, nearMiss }) => {
      expect(fires(query, hit)).toBe(true);
      expect(fires(query, nearMiss)).toBe(false);
    },
  );

  test("follows thresholds that are given", () => {
    const options = {
      unauthorizedRequests: 3,
      forbiddenRequests: 0,
      serverErrors: 1,
      overloadedResponses: 2,
    };
    for (const { query, hit, nearMiss } of watchedMetrics(options)) {
      expect([query, fires(query, hit)]).toEqual([query, true]);
      expect([query, fires(query, nearMiss)]).toEqual([query, false]);
    }
  });

  test("looks at the cluster only, and not at another one of the compartment", () => {
    for (const { query, hit } of watchedMetrics()) {
      expect(query).toContain(`"${CLUSTER_ID}"`);
      const elsewhere = hit.map((point) => ({
        ...point,
        dimensions: JSON.parse(JSON.stringify(point.dimensions).split(CLUSTER_ID).join("other")) as object,
      }));
      if (hit.length > 0) expect([query, fires(query, elsewhere as typeof hit)]).toEqual([query, false]);
    }
  });
});

describe("a recommended alarm on events", () => {
  test.each(RECOMMENDED_EVENT_ALARMS.map((alarm) => [alarm.name, alarm] as const))(
    "%s matches its hit, and not its near miss",
    (_name, alarm) => {
      expect(matches(eventCondition(alarm), alarm.hit)).toBe(true);
      expect(matches(eventCondition(alarm), alarm.nearMiss)).toBe(false);
    },
  );

  test("needs each of its types: each matches an event that no other type matches", () => {
    for (const alarm of RECOMMENDED_EVENT_ALARMS) {
      for (const type of alarm.eventTypes) {
        const event = { ...alarm.hit, eventType: type.replace(/\*/g, "x") };
        expect(matches(eventCondition(alarm), event)).toBe(true);
        const others = alarm.eventTypes.filter((each) => each !== type);
        expect([type, matches({ eventType: others, data: {} }, event)]).toEqual([type, false]);
      }
    }
  });
});

describe("a recommended alarm on changes", () => {
  test("sends one message for a change, and not another one for its end", () => {
    for (const alarm of RECOMMENDED_EVENT_ALARMS) {
      const end = { ...alarm.hit, eventType: alarm.hit.eventType.replace(/begin$/, "end") };
      if (end.eventType === alarm.hit.eventType) continue;
      expect([alarm.name, matches(eventCondition(alarm), end)]).toEqual([alarm.name, false]);
    }
  });

  test("names its types in full, as a wildcard also matches types that nobody has seen", () => {
    const types = RECOMMENDED_EVENT_ALARMS.flatMap(({ eventTypes }) => eventTypes);
    expect(types.filter((type) => type.includes("*"))).toEqual([]);
  });

  test.each([
    "UpdateServiceConnector",
    "DeleteSubscription",
    "CreateAlarmSuppression",
    "UpdateCaptureFilter",
    "DeleteCaptureFilter",
  ])("fires for %s, which stops records or messages", (operation) => {
    const { condition, hit } = watchedAudit().find(({ name }) => name === "logging-changed")!;
    expect(meets(condition, { ...hit, data: { ...hit.data, eventName: operation } })).toBe(true);
  });

  test("keeps firing while the API server is silent for longer than the two hours of OCI's default", () => {
    const { query } = watchedMetrics().find(({ name }) => name === "api-server-silent")!;
    expect(query).toMatch(/\.absent\(3d\)$/);
  });
});

describe.each([
  ["by user agent", {}],
  ["by principal", { automationPrincipalIds: ["ocid1.user.oc1..pipeline", "ocid1.instance.oc1..runner"] }],
] as const)("a recommended alarm on audit records, with Terraform known %s,", (_how, options) => {
  test.each(watchedAudit(options as object).map((alarm) => [alarm.name, alarm] as const))(
    "%s meets its hit, and not its near miss",
    (_name, { condition, hit, nearMiss }) => {
      expect(meets(condition, hit)).toBe(true);
      expect(meets(condition, nearMiss)).toBe(false);
    },
  );
});

test("a client that calls itself Terraform is noticed where the pipeline's principals are known", () => {
  const rule = (options: object) => watchedAudit(options).find(({ name }) => name === "nsg-rule-changed")!;
  const pretended = rule({}).nearMiss as { data: { identity: object } };
  const record = {
    ...pretended,
    data: {
      ...pretended.data,
      identity: { ...pretended.data.identity, principalId: "ocid1.user.oc1..mallory" },
    },
  };
  expect(meets(rule({}).condition, record)).toBe(false);
  expect(meets(rule({ automationPrincipalIds: ["ocid1.user.oc1..pipeline"] }).condition, record)).toBe(true);
});

describe("a recommended search", () => {
  test.each(RECOMMENDED_SEARCHES.map((each) => [each.name, each] as const))(
    "%s finds its hit, and not its near miss",
    (_name, { query, hit, nearMiss }) => {
      const rows = search(`search "scope" | ${query}`, [nearMiss, hit, hit]);
      expect(rows.length).toBeGreaterThan(0);
      expect(search(`search "scope" | ${query}`, [nearMiss])).toEqual([]);
      // Columns that nothing fills would hide who and what.
      for (const row of rows) {
        for (const [column, value] of Object.entries(row))
          expect([column, value ?? "missing"]).not.toContain("missing");
      }
    },
  );

  test("counts what it summarizes, the most first", () => {
    const query = RECOMMENDED_SEARCHES.find(({ name }) => name === "rejected-flows")!;
    const other = { ...query.hit, data: { ...query.hit.data, destinationPort: 3389 } };
    const rows = search(`search "scope" | ${query.query}`, [other, query.hit, query.hit]);
    expect(rows.map(({ port, flows }) => [port, flows])).toEqual([
      [22, 2],
      [3389, 1],
    ]);
  });

  test("lists the destination first that appeared last", () => {
    const { query, hit } = RECOMMENDED_SEARCHES.find(({ name }) => name === "flow-destinations")!;
    const later = {
      ...hit,
      time: "2026-12-01T00:00:00Z",
      data: { ...hit.data, destinationAddress: "198.51.100.7" },
    };
    const again = { ...hit, time: "2026-12-02T00:00:00Z" };
    const rows = search(`search "scope" | ${query}`, [hit, later, again]);
    expect(rows.map(({ destination, flows }) => [destination, flows])).toEqual([
      ["198.51.100.7", 1],
      ["203.0.113.9", 2],
    ]);
  });
});

test("every alarm and search has a purpose, a response, and sources of its names", () => {
  const all = [...watchedMetrics(), ...RECOMMENDED_EVENT_ALARMS, ...watchedAudit(), ...RECOMMENDED_SEARCHES];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { purpose, response, sources, nearMissIs } of all) {
    expect(purpose.length).toBeGreaterThan(40);
    expect(response.length).toBeGreaterThan(60);
    expect(nearMissIs.length).toBeGreaterThan(10);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources)
      expect(source).toMatch(/^https:\/\/(docs\.oracle\.com|github\.com\/oracle|kubernetes\.io)\//);
  }
  expect(Alarms.recommended().list).toHaveLength(
    watchedMetrics().length + RECOMMENDED_EVENT_ALARMS.length + watchedAudit().length,
  );
  expect(SavedSearch.recommended()).toHaveLength(RECOMMENDED_SEARCHES.length);
});
