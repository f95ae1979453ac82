import { hasTrigger, parseMetricQuery } from "../../lib/observability/private/metric-query";
import { parseLogCondition, parseLogQuery } from "../../lib/observability/private/log-query";
import { QuerySyntaxError } from "../../lib/observability/private/query-reader";
import { meets, search } from "./evaluators/logs";
import { matches } from "./evaluators/events";
import { fires } from "./evaluators/metrics";

describe("a query of metrics", () => {
  test.each([
    'CpuUtilization[1m]{availabilityDomain = "AD-1"}.groupBy(availabilityDomain).percentile(0.9) > 85',
    "(CpuUtilization[1m].max() > 80).grouping().sum() > 2",
    "host::FilesystemUtilization[10m].groupBy(fileSystemName, resourceName).mean() > 80",
    "MonitoringStatus[2m].groupBy(resourceName).mean() == 0 || MonitoringStatus[2m].groupBy(resourceName).absent() == 1",
    "CpuUtilization[1m].groupBy(resourceId).absent(20m)",
    "Errors[1h].sum() % 60 == 0",
    'Errors[1h]{code =~ "5*"}.sum() / Requests[1h].sum() * 100 >= 1.5',
    'Latency[5m]{name in ("a", "b"), zone != "c"}.mean() not in (10, 20)',
    "Temperature[1d].min() < -5",
    'Requests[24h]{name = "a \\"quoted\\" one"}.count() > 0 && Requests[60m].rate() != 0',
  ])("%s is valid and has a condition", (query) => {
    expect(hasTrigger(parseMetricQuery(query))).toBe(true);
  });

  test.each([
    ["", "expected a metric"],
    ["CpuUtilization", "expected an interval"],
    ["CpuUtilization[5m]", "expected a statistic"],
    ["CpuUtilization[5m].groupBy(a) > 5", "expected a statistic"],
    ["CpuUtilization[5x].mean() > 5", 'unexpected "["'],
    ["CpuUtilization[0m].mean() > 5", "not an interval"],
    ["CpuUtilization[61m].mean() > 5", "not an interval"],
    ["CpuUtilization[2d].mean() > 5", "not an interval"],
    ["CpuUtilization[5m].median() > 5", "median() is neither a statistic nor a grouping"],
    ["CpuUtilization[5m]{a = 5}.mean() > 5", "expected a text in double quotes"],
    ['CpuUtilization[5m]{a > "5"}.mean() > 5', "expected an operator"],
    ['CpuUtilization[5m]{a = "5".mean() > 5', "expected }"],
    ["CpuUtilization[5m].mean() > ", "expected a metric"],
    ["CpuUtilization[5m].mean() > 5 6", "expected the end"],
    ["CpuUtilization[5m].mean() not 5", "expected in"],
    ["(CpuUtilization[5m].mean() > 5", "expected )"],
    ["'CpuUtilization'[5m].mean() > 5", "unexpected"],
  ])("%s is invalid: %s", (query, reason) => {
    expect(() => parseMetricQuery(query)).toThrow(QuerySyntaxError);
    expect(() => parseMetricQuery(query)).toThrow(reason);
  });

  test("without a condition differs from one with conditions on both sides", () => {
    expect(hasTrigger(parseMetricQuery("CpuUtilization[5m].mean()"))).toBe(false);
    expect(hasTrigger(parseMetricQuery("A[5m].mean() + B[5m].mean()"))).toBe(false);
    expect(hasTrigger(parseMetricQuery("A[5m].mean() > 1 || B[5m].mean()"))).toBe(false);
  });

  test("is evaluated for each series, and for all together only with grouping", () => {
    const point = (code: string, value: number) => ({ metric: "Count", dimensions: { code }, value });
    const points = [point("500", 6), point("503", 6)];
    expect(fires("Count[5m].sum() > 10", points)).toBe(false);
    expect(fires("Count[5m].grouping().sum() > 10", points)).toBe(true);
    expect(fires('Count[5m]{code = "503"}.sum() > 5', points)).toBe(true);
    expect(fires('Count[5m]{code =~ "4*|501"}.sum() > 0', points)).toBe(false);
    expect(fires('Count[5m]{code not in ("500", "503")}.absent()', points)).toBe(true);
    expect(fires("(Count[5m].max() > 5).grouping().sum() >= 2", points)).toBe(true);
    expect(fires("Count[5m].mean() in (6, 7)", points)).toBe(true);
    expect(fires("Other[5m].mean() > 0", points)).toBe(false);
  });
});

describe("a query of logs", () => {
  test.each([
    'search "ocid1.compartment.oc1..a/_Audit"',
    'search "a/b", "c/d" | where level = \'ERROR\' | sort by datetime desc',
    'search "a" "b" | level = \'ERROR\' -- without where',
    "search \"a\" | summarize count(impact) as impact by level, rounddown(datetime, '1m') as timestamp",
    'search "a" | where not (data."$event" = \'x\' or isnull(type)) and data.statusCode >= 500 | top 3 by impact',
    "search \"a\" | select *, level, impact + 10 as impact | dedup level | extend concat(host, '.local') as name | count",
    "search \"a\" | where contains_ci(data.message, 'it\\'s') /* a comment */",
  ])("%s is valid", (query) => {
    expect(parseLogQuery(query).scopes.length).toBeGreaterThan(0);
  });

  test.each([
    ["where a = 'b'", "expected search"],
    ["search | count", "expected a scope"],
    ['search "a" | where a = \'b', "unexpected"],
    ['search "a" | where a = ', "expected a field"],
    ['search "a" | where (a = 1', "expected )"],
    ['search "a" | where a = 1 b', "expected the end"],
    ['search "a" | top many by b', "expected a number"],
    ['search "a" | sort a', "expected by"],
    ['search "a" | where guess(a)', "guess is not a function"],
    ['search "a" | where a and', "expected a field"],
  ])("%s is invalid: %s", (query, reason) => {
    expect(() => parseLogQuery(query)).toThrow(QuerySyntaxError);
    expect(() => parseLogQuery(query)).toThrow(reason);
  });

  test("is evaluated on fields, on text, and on what is missing", () => {
    const record = {
      type: "a.B",
      data: { status: 500, message: 'say "hi"', path: "/x/y" },
      time: "2026-11-30T00:00:00Z",
    };
    expect(meets("data.status >= 500 and data.path = '/x/*'", record)).toBe(true);
    expect(meets("data.status != 500 or type = 'a'", record)).toBe(false);
    expect(meets("data.missing != 'x'", record)).toBe(false);
    expect(meets("isnull(data.missing) and isnotnull(type)", record)).toBe(true);
    expect(meets("logContent = '*say \"hi\"*'", record)).toBe(true);
    expect(meets("not (upper(type) = 'A.B')", record)).toBe(false);
    expect(
      search('search "a" | where data.status = 500 | select data.path as p, lower(type) as t', [record]),
    ).toEqual([{ p: "/x/y", t: "a.b" }]);
    expect(
      search('search "a" | summarize max(data.status) as most, count(data.missing) as none by type', [
        record,
      ]),
    ).toEqual([{ type: "a.B", most: 500, none: 0 }]);
    expect(() => search('search "a" | sort by nothing', [record, record])).toThrow("no column");
    expect(() => parseLogCondition("a = 'b' |")).toThrow(QuerySyntaxError);
  });
});

test("an event is matched by nesting, lists, and asterisks in values, but not in names", () => {
  const event = {
    eventType: "com.x.createbucket",
    data: { name: "my_bucket", details: { access: "NoPublicAccess" }, none: null },
  };
  for (const condition of [
    {},
    { eventType: "com.x.*bucket" },
    { eventType: ["com.x.delete", "com.x.createbucket"] },
    { data: { name: ["a", "my_*"], details: { access: "*" } } },
  ]) {
    expect(matches(condition, event)).toBe(true);
  }
  for (const condition of [
    { eventType: "com.x" },
    { eventType: "com-x-createbucket" },
    { data: { access: "NoPublicAccess" } },
    { data: { "n*": "my_bucket" } },
    { data: { none: "*" } },
    { data: { details: "*" } },
  ]) {
    expect(matches(condition, event)).toBe(false);
  }
});
