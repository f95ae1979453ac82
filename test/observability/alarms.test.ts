import { Duration } from "cdk8s";
import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import { AlarmSeverity, MetricAlarm } from "../../lib/observability/metric-alarm";
import { Alarms } from "../../lib/observability/alarms";
import { AuditAlarm } from "../../lib/observability/audit-alarm";
import { EventAlarm } from "../../lib/observability/event-alarm";
import { SavedSearch } from "../../lib/observability/saved-search";
import { SearchedLogs } from "../../lib/observability/searched-logs";
import { newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

const texts = { name: "orders-slow", purpose: "Orders take too long.", response: "Look at the database." };
const query = "Latency[5m].mean() > 2";

describe("a set of alarms", () => {
  const metric = MetricAlarm.of({ ...texts, query });
  const names = (alarms: Alarms) => alarms.list.map(({ name }) => name);

  test("is sorted by name, and an added alarm replaces the one with its name", () => {
    const event = EventAlarm.of({
      ...texts,
      name: "bastion-session",
      eventTypes: ["com.oraclecloud.bastion.createsession.begin"],
    });
    const own = Alarms.recommended().adding(metric, event);
    expect(names(own)).toEqual([...names(Alarms.recommended()), "orders-slow"].sort());
    expect(own.list.find(({ name }) => name === "bastion-session")).toBe(event);
    expect(names(Alarms.of(metric, event))).toEqual(["bastion-session", "orders-slow"]);
  });

  test("omits an alarm only with a reason, and only an alarm of the set", () => {
    const less = Alarms.recommended().without("secret-read", { reason: "The vault has no secrets" });
    expect(names(less)).not.toContain("secret-read");
    expect(less.omitted).toEqual([{ name: "secret-read", reason: "The vault has no secrets" }]);
    expect(less.adding(metric).omitted).toEqual(less.omitted);
    expect(problemCodesOf(() => Alarms.recommended().without("secret-read", { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    const [problem] = validationProblemsOf(() => Alarms.recommended().without("secrets", { reason: "None" }));
    expect(problem).toMatchObject({ code: "NAME_INVALID", fix: expect.stringContaining("secret-read") });
    expect(problemCodesOf(() => Alarms.recommended().without(undefined as any, undefined as any))).toEqual([
      "ATTRIBUTE_MISSING",
      "REASON_MISSING",
    ]);
  });

  test("rejects two alarms with one name, and values that are not alarms", () => {
    expect(problemCodesOf(() => Alarms.of(metric, metric))).toEqual(["NAME_DUPLICATE"]);
    expect(problemCodesOf(() => Alarms.recommended().adding({ name: "x" } as any))).toContain(
      "VALUE_INVALID",
    );
    expect(problemCodesOf(() => Alarms.of(undefined as any))).not.toEqual([]);
  });

  test("rejects thresholds that are not counts, and principals that are not OCIDs", () => {
    expect(problemCodesOf(() => Alarms.recommended({ unauthorizedRequests: -1, serverErrors: 0.5 }))).toEqual(
      ["COUNT_INVALID", "COUNT_INVALID"],
    );
    expect(problemCodesOf(() => Alarms.recommended({ automationPrincipalIds: ["terraform"] }))).toEqual([
      "OCID_INVALID",
    ]);
    const stack = newStack();
    const id = new TerraformVariable(stack, "pipeline", { type: "string" }).stringValue;
    expect(() =>
      Alarms.recommended({ automationPrincipalIds: [id], unschedulableFor: Duration.minutes(60) }),
    ).not.toThrow();
    expect(problemCodesOf(() => Alarms.recommended({ unschedulableFor: Duration.hours(2) }))).toEqual([
      "DURATION_INVALID",
    ]);
  });
});

describe("an alarm of your own", () => {
  test("has defaults, and accepts all props", () => {
    expect(MetricAlarm.of({ ...texts, query })).toMatchObject({
      ...texts,
      query,
      metricNamespace: "oci_oke",
      severity: "WARNING",
      pendingMinutes: 1,
    });
    const all = {
      metricNamespace: "shop",
      severity: AlarmSeverity.CRITICAL,
      pendingFor: Duration.minutes(7),
    };
    expect(MetricAlarm.of({ ...texts, query, ...all })).toMatchObject({
      metricNamespace: "shop",
      severity: "CRITICAL",
      pendingMinutes: 7,
    });
    const types = ["com.oraclecloud.bastion.b", "com.oraclecloud.bastion.a", "com.oraclecloud.bastion.a"];
    const event = EventAlarm.of({
      ...texts,
      eventTypes: types,
      data: { resourceName: "prod-*", compartmentName: "a" },
    });
    expect(event._condition).toEqual({
      eventType: ["com.oraclecloud.bastion.a", "com.oraclecloud.bastion.b"],
      data: { compartmentName: "a", resourceName: "prod-*" },
    });
    expect(Object.keys(event._condition.data)).toEqual(["compartmentName", "resourceName"]);
  });

  test.each([
    ["that does not parse", "Latency[5m].mean( > 2", "QUERY_INVALID"],
    ["without a threshold", "Latency[5m].mean()", "QUERY_INVALID"],
    ["that is not text", 5, "VALUE_INVALID"],
  ])("rejects a query %s", (_what, wrong, code) => {
    const problems = validationProblemsOf(() => MetricAlarm.of({ ...texts, query: wrong as string }));
    expect(problems).toMatchObject([{ code, path: "MetricAlarm.of", property: "query" }]);
  });

  test("reports all problems together", () => {
    const wrong = {
      name: "Orders Slow",
      purpose: " ",
      response: "x".repeat(501),
      query: "no",
      metricNamespace: "OCI",
    };
    expect(problemCodesOf(() => MetricAlarm.of({ ...wrong, pendingFor: Duration.seconds(90) }))).toEqual([
      "NAME_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "QUERY_INVALID",
      "NAME_INVALID",
      "DURATION_INVALID",
    ]);
    expect(problemCodesOf(() => MetricAlarm.of({} as any))).toEqual(Array(4).fill("ATTRIBUTE_MISSING"));
    expect(problemCodesOf(() => EventAlarm.of({ ...texts, eventTypes: [] }))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => EventAlarm.of({ ...texts, eventTypes: ["createbucket"] }))).toEqual([
      "VALUE_INVALID",
    ]);
    const mixed = [
      "com.oraclecloud.identitycontrolplane.createpolicy",
      "com.oraclecloud.bastion.createsession.begin",
    ];
    expect(validationProblemsOf(() => EventAlarm.of({ ...texts, eventTypes: mixed }))).toMatchObject([
      { code: "VALUE_INVALID", fix: expect.stringContaining("home region") },
    ]);
    expect(
      problemCodesOf(() => AuditAlarm.of({ ...texts, condition: "data.eventName = DeleteLog'" })),
    ).toEqual(["QUERY_INVALID"]);
    expect(problemCodesOf(() => AuditAlarm.of({ ...texts, condition: "data.eventName = '${y}'" }))).toEqual([
      "TEXT_TEMPLATE",
    ]);
    const search = { ...texts, logs: SearchedLogs.AUDIT };
    expect(problemCodesOf(() => SavedSearch.of({ ...search, query: "where a =" }))).toEqual([
      "QUERY_INVALID",
    ]);
    expect(problemCodesOf(() => SavedSearch.of({ ...texts, query: "count", logs: "ALL" as any }))).toContain(
      "VALUE_INVALID",
    );
  });

  test.each([
    ["data.eventname = 'DeleteLog'", "Write data.eventName"],
    ["data.request.verb = 'POST'", "Write data.request"],
    ["data.eventName = DeleteLog", "single quotes: 'DeleteLog'"],
    ["not (lower(data.identity.name) = 'alice')", "Write data.identity"],
  ])("on audit records rejects fields that none has: %s", (condition, fix) => {
    expect(validationProblemsOf(() => AuditAlarm.of({ ...texts, condition }))).toMatchObject([
      { code: "QUERY_INVALID", property: "condition", fix: expect.stringContaining(fix) },
    ]);
  });

  test("on audit records accepts members of objects that each service fills", () => {
    const condition =
      "data.stateChange.current.isPublic = true and data.request.headers.\"opc-request-id\" = 'a*' and logContent = '*x*'";
    expect(() => AuditAlarm.of({ ...texts, condition })).not.toThrow();
  });

  test("never fails in another way than by its problems, whatever the query is", () => {
    const pieces = fc.constantFrom(
      "A",
      "[5m]",
      '{a = "b"}',
      ".sum()",
      ".groupBy(a)",
      ">",
      "5",
      "(",
      ")",
      "||",
      "in",
      '"',
      " ",
      "{",
      "😀",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (all) => {
        const text = all.join("");
        for (const make of [
          () => MetricAlarm.of({ ...texts, query: text }),
          () => AuditAlarm.of({ ...texts, condition: text }),
          () => SavedSearch.of({ ...texts, logs: SearchedLogs.AUDIT, query: text }),
        ]) {
          try {
            make();
          } catch (error) {
            expect(error).toMatchObject({ name: "ValidationError", code: "QUERY_INVALID" });
          }
        }
      }),
    );
  });
});
