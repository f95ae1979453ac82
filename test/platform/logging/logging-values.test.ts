import { Duration, Size } from "cdk8s";
import {
  Egress,
  LogBuffer,
  LogCollector,
  LogDestination,
  LogParser,
  LogRedaction,
  LogRetention,
  LogSnapshots,
  OracleServiceRanges,
  Port,
} from "../../../lib";
import { validationProblemsOf, problemCodesOf } from "../../support/stack";
import { image, secret } from "./support";

const egress = [Egress.to("203.0.113.9/32", Port.tcp(9200), { reason: "The log store of the company" })];
const store = { host: "logs.example.com", credentials: secret("log-store"), egress };

/** The code and the property of each problem of an invalid call. */
const found = (call: () => unknown) =>
  validationProblemsOf(call).map(({ code, property }) => [code, property]);

describe("LogRetention", () => {
  test("accepts 30 days or more", () => {
    expect(LogRetention.of(Duration.days(30)).days).toBe(30);
    expect(LogRetention.of(Duration.hours(24 * 45)).days).toBe(45);
  });

  test("rejects fewer than 30 days, and points to the exception", () => {
    const [problem] = validationProblemsOf(() => LogRetention.of(Duration.days(29)));
    expect(problem).toMatchObject({ code: "RETENTION_INVALID", property: "duration" });
    expect(problem?.fix).toContain("shorterThan30Days");
  });

  test.each([Duration.days(0), Duration.hours(31 * 24 + 1), Duration.days(3651)])(
    "rejects durations that are not 1 to 3,650 whole days: %#",
    (duration) => {
      expect(found(() => LogRetention.of(duration))).toEqual([["DURATION_INVALID", "duration"]]);
    },
  );

  test("accepts fewer than 30 days with a reason", () => {
    const reason = "A test cluster, which is deleted every week";
    expect(LogRetention.shorterThan30Days(Duration.days(7), { reason })).toMatchObject({ days: 7, reason });
    expect(problemCodesOf(() => LogRetention.shorterThan30Days(Duration.days(7), { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(problemCodesOf(() => LogRetention.shorterThan30Days(Duration.days(30), { reason }))).toEqual([
      "RETENTION_INVALID",
    ]);
  });
});

describe("LogBuffer", () => {
  test("has room beside the buffer by default", () => {
    expect(LogBuffer.of()).toMatchObject({ limitMebibytes: 1024, volumeMebibytes: 1280 });
    expect(LogBuffer.of({ limit: Size.mebibytes(64), volume: Size.mebibytes(128) })).toMatchObject({
      volumeMebibytes: 128,
    });
  });

  test("rejects a limit that does not fit the volume", () => {
    expect(found(() => LogBuffer.of({ limit: Size.gibibytes(2), volume: Size.gibibytes(1) }))).toEqual([
      ["LOG_BUFFER_INVALID", "volume"],
    ]);
    expect(
      problemCodesOf(() => LogBuffer.of({ limit: Size.gibibytes(1), volume: Size.gibibytes(1) })),
    ).toEqual(["LOG_BUFFER_INVALID"]);
    expect(found(() => LogBuffer.of({ limit: Size.mebibytes(63) }))).toEqual([["SIZE_INVALID", "limit"]]);
  });
});

describe("LogRedaction", () => {
  test("accepts names of fields, and rejects invalid names", () => {
    expect(LogRedaction.recommended({ fields: ["iban"] }).fields).toEqual(["iban"]);
    for (const name of ["", "a", "--", "iban number", "x".repeat(64)]) {
      expect(found(() => LogRedaction.recommended({ fields: ["iban", name] }))).toEqual([
        ["LOG_REDACTION_INVALID", "fields[1]"],
      ]);
    }
  });

  test("is disabled only with a reason", () => {
    expect(problemCodesOf(() => LogRedaction.none({ reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(LogRedaction.none({ reason: "The store redacts itself" })).toMatchObject({ isOn: false });
  });
});

describe("LogParser", () => {
  test("splits a line into fields", () => {
    const parser = LogParser.pattern("access", {
      pattern: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)"',
      timeField: "time",
      timeFormat: "%d/%b/%Y:%H:%M:%S %z",
    });
    expect([parser.name, parser.isMultiline]).toEqual(["access", false]);
  });

  test.each([
    ["an invalid expression", "["],
    ["a blank", " "],
    ["two lines", "a\nb"],
    ["no named group", "^(\\d+)$"],
  ])("rejects a pattern with %s", (_what, pattern) => {
    expect(found(() => LogParser.pattern("access", { pattern }))).toEqual([
      ["LOG_PARSER_INVALID", "pattern"],
    ]);
  });

  test("rejects a time without its format, and a time field that is not a group", () => {
    const pattern = "^(?<at>\\S+)";
    expect(found(() => LogParser.pattern("access", { pattern, timeField: "at" }))).toEqual([
      ["ATTRIBUTE_MISSING", "timeFormat"],
    ]);
    expect(
      found(() => LogParser.pattern("access", { pattern, timeField: "time", timeFormat: "%s" })),
    ).toEqual([["LOG_PARSER_INVALID", "timeField"]]);
    expect(found(() => LogParser.pattern("access", { pattern, timeField: "at", timeFormat: "ISO" }))).toEqual(
      [["LOG_PARSER_INVALID", "timeFormat"]],
    );
  });

  test("joins lines, and rejects expressions that join nothing and names of built-in parsers", () => {
    expect(LogParser.multiline("dated", { firstLine: "^\\d", continuation: "^\\D" }).isMultiline).toBe(true);
    expect(found(() => LogParser.multiline("java", { firstLine: "^a", continuation: "^a" }))).toEqual([
      ["NAME_DUPLICATE", "name"],
      ["LOG_PARSER_INVALID", "continuation"],
    ]);
    expect(
      problemCodesOf(() => LogParser.multiline("Dated", { firstLine: "^a", continuation: "(" })),
    ).toEqual(["NAME_INVALID", "LOG_PARSER_INVALID"]);
  });
});

describe("LogDestination", () => {
  test("can be a store outside of the ClusterLogging", () => {
    expect(LogDestination.openSearch(store)).toMatchObject({ program: "opensearch", isInCluster: false });
    expect(LogDestination.elasticsearch(store)).toMatchObject({
      program: "elasticsearch",
      isInCluster: false,
    });
  });

  test.each([
    ["https://logs.example.com", "LOG_DESTINATION_INVALID"],
    ["logs.example.com:9200", "LOG_DESTINATION_INVALID"],
    ["logs.example.com/path", "LOG_DESTINATION_INVALID"],
    ["Logs.example.com", "LOG_DESTINATION_INVALID"],
    ["", "LOG_DESTINATION_INVALID"],
    ["writer:hunter2hunter2@logs.example.com", "CREDENTIAL_LITERAL"],
    ["https://writer:hunter2hunter2@logs.example.com", "CREDENTIAL_LITERAL"],
  ])("rejects the host %j", (host, code) => {
    const [problem] = validationProblemsOf(() => LogDestination.openSearch({ ...store, host }));
    expect(problem?.code).toBe(code);
    expect(problem?.what).not.toContain("hunter2");
  });

  test("has no prop for a password, and rejects one of an untyped program", () => {
    const literal: any = { ...store, credentials: "hunter2hunter2" };
    const [problem] = validationProblemsOf(() => LogDestination.openSearch(literal));
    expect(problem?.code).toBe("VALUE_INVALID");
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    const further: any = { ...store, password: "hunter2hunter2" };
    const [unknown] = validationProblemsOf(() => LogDestination.openSearch(further));
    expect(unknown?.what).toContain("password");
    expect(JSON.stringify(unknown)).not.toContain("hunter2");
  });

  test("needs either a peer or egress", () => {
    expect(found(() => LogDestination.openSearch({ ...store, egress: undefined }))).toEqual([
      ["LOG_DESTINATION_INVALID", "peer"],
    ]);
  });

  test("rejects an invalid port, prefix and directory", () => {
    const certificateAuthority = store.credentials;
    expect(
      problemCodesOf(() =>
        LogDestination.openSearch({ ...store, port: 0, indexPrefix: "Logs*", certificateAuthority }),
      ),
    ).toEqual(["PORT_INVALID", "NAME_INVALID", "PATH_INVALID"]);
  });

  test("is OpenSearch in the cluster, with enough memory and disk", () => {
    const own = { image: image("opensearch"), users: secret("users") };
    expect(LogDestination.openSearchInCluster(own).isInCluster).toBe(true);
    expect(
      found(() =>
        LogDestination.openSearchInCluster({
          ...own,
          storage: Size.gibibytes(49),
          memory: Size.gibibytes(1),
          kmsKeyId: "ocid1.vault.oc1..test",
          authoritySecretName: "Log CA",
        }),
      ),
    ).toEqual([
      ["NAME_INVALID", "authoritySecretName"],
      ["SIZE_INVALID", "storage"],
      ["SIZE_INVALID", "memory"],
      ["OCID_INVALID", "kmsKeyId"],
    ]);
    const none: any = {};
    expect(problemCodesOf(() => LogDestination.openSearchInCluster(none))).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
  });
});

test("LogCollector needs an image", () => {
  expect(LogCollector.fluentBit(image("fluent-bit")).program).toBe("fluent-bit");
  expect(LogCollector.fluentd(image("fluentd")).program).toBe("fluentd");
  const text: any = "docker.io/fluent/fluent-bit:latest";
  expect(problemCodesOf(() => LogCollector.fluentBit(text))).toEqual(["VALUE_INVALID"]);
});

test("LogSnapshots go to a bucket of a region, and stay for 30 days or more", () => {
  const bucket = {
    bucketName: "log-snapshots",
    objectStorageNamespace: "acme",
    region: "eu-frankfurt-1",
    secretFiles: secret("snapshots"),
    oracleServices: OracleServiceRanges.of(["134.70.24.0/21"]),
  };
  expect(LogSnapshots.toBucket(bucket)).toMatchObject({
    endpoint: "acme.compat.objectstorage.eu-frankfurt-1.oraclecloud.com",
    retentionDays: 365,
  });
  expect(
    found(() =>
      LogSnapshots.toBucket({
        ...bucket,
        bucketName: "a/b",
        objectStorageNamespace: "Acme",
        region: "frankfurt",
        retention: Duration.days(7),
      }),
    ),
  ).toEqual([
    ["LOG_DESTINATION_INVALID", "bucketName"],
    ["LOG_DESTINATION_INVALID", "objectStorageNamespace"],
    ["LOG_DESTINATION_INVALID", "region"],
    ["DURATION_INVALID", "retention"],
  ]);
});

test("rejects numbers and texts as sizes and durations in an untyped program", () => {
  const number: any = 90;
  const size: any = { limit: "1Gi", volume: {} };
  expect(problemCodesOf(() => LogRetention.of(number))).toEqual(["VALUE_INVALID"]);
  expect(problemCodesOf(() => LogBuffer.of(size))).toEqual(["VALUE_INVALID", "VALUE_INVALID"]);
});
