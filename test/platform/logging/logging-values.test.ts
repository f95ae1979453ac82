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
import { refusal, refusedCodes } from "../../support/stack";
import { image, secret } from "./support";

const egress = [Egress.to("203.0.113.9/32", Port.tcp(9200), { reason: "The log store of the company" })];
const store = { host: "logs.example.com", credentials: secret("log-store"), egress };

/** What one refused call says, without why. */
const said = (call: () => unknown) => refusal(call).map(({ code, what }) => [code, what]);

describe("LogRetention", () => {
  test("takes 30 days or more", () => {
    expect(LogRetention.of(Duration.days(30)).days).toBe(30);
    expect(LogRetention.of(Duration.hours(24 * 45)).days).toBe(45);
  });

  test.each([Duration.days(29), Duration.hours(31 * 24 + 1), Duration.days(3651)])(
    "refuses %#",
    (duration) => {
      const [problem] = refusal(() => LogRetention.of(duration));
      expect(problem).toMatchObject({ code: "VALUE_INVALID", what: expect.stringContaining("duration is") });
      expect(problem?.fix).toContain("shorterThan30Days");
    },
  );

  test("takes fewer with a reason, and only fewer", () => {
    const reason = "A test cluster, which is deleted every week";
    expect(LogRetention.shorterThan30Days(Duration.days(7), { reason })).toMatchObject({ days: 7, reason });
    expect(refusedCodes(() => LogRetention.shorterThan30Days(Duration.days(7), { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(refusedCodes(() => LogRetention.shorterThan30Days(Duration.days(30), { reason }))).toEqual([
      "VALUE_INVALID",
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

  test("is refused where it is larger than its volume, or leaves no room in it", () => {
    expect(said(() => LogBuffer.of({ limit: Size.gibibytes(2), volume: Size.gibibytes(1) }))).toEqual([
      [
        "LOG_BUFFER_INVALID",
        "limit is 2048 MiB, but volume is 1024 MiB, so the node would evict the collector before the limit applies",
      ],
    ]);
    expect(refusedCodes(() => LogBuffer.of({ limit: Size.gibibytes(1), volume: Size.gibibytes(1) }))).toEqual(
      ["LOG_BUFFER_INVALID"],
    );
    expect(said(() => LogBuffer.of({ limit: Size.mebibytes(63) }))).toEqual([
      ["LOG_BUFFER_INVALID", "limit is 63 mebibytes"],
    ]);
  });
});

describe("LogRedaction", () => {
  test("takes names of further fields, and refuses what names nothing", () => {
    expect(LogRedaction.recommended({ fields: ["iban"] }).fields).toEqual(["iban"]);
    for (const name of ["", "a", "--", "iban number", "x".repeat(64)]) {
      expect(said(() => LogRedaction.recommended({ fields: ["iban", name] }))).toEqual([
        ["LOG_REDACTION_INVALID", expect.stringContaining("fields[1] is")],
      ]);
    }
  });

  test("is left out with a reason only", () => {
    expect(refusedCodes(() => LogRedaction.none({ reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(LogRedaction.none({ reason: "The store redacts itself" })).toMatchObject({ isOn: false });
  });
});

describe("LogParser", () => {
  test("takes a line apart", () => {
    const parser = LogParser.pattern("access", {
      pattern: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)"',
      timeField: "time",
      timeFormat: "%d/%b/%Y:%H:%M:%S %z",
    });
    expect([parser.name, parser.isMultiline]).toEqual(["access", false]);
  });

  test.each([
    ["[", "LOG_PARSER_INVALID", "pattern is"],
    [" ", "LOG_PARSER_INVALID", "pattern is"],
    ["a\nb", "LOG_PARSER_INVALID", "pattern is"],
    ["^(\\d+)$", "LOG_PARSER_INVALID", "no named group"],
  ])("refuses the pattern %j", (pattern, code, what) => {
    expect(said(() => LogParser.pattern("access", { pattern }))).toEqual([
      [code, expect.stringContaining(what)],
    ]);
  });

  test("refuses a time without its format, and one that is no group", () => {
    const pattern = "^(?<at>\\S+)";
    expect(said(() => LogParser.pattern("access", { pattern, timeField: "at" }))).toEqual([
      ["ATTRIBUTE_MISSING", "timeField was given without timeFormat"],
    ]);
    expect(said(() => LogParser.pattern("access", { pattern, timeField: "time", timeFormat: "%s" }))).toEqual(
      [["LOG_PARSER_INVALID", expect.stringContaining("no group of pattern")]],
    );
    expect(said(() => LogParser.pattern("access", { pattern, timeField: "at", timeFormat: "ISO" }))).toEqual([
      ["LOG_PARSER_INVALID", expect.stringContaining("timeFormat is")],
    ]);
  });

  test("joins lines, and refuses expressions that join nothing, and names that are taken", () => {
    expect(LogParser.multiline("dated", { firstLine: "^\\d", continuation: "^\\D" }).isMultiline).toBe(true);
    expect(said(() => LogParser.multiline("java", { firstLine: "^a", continuation: "^a" }))).toEqual([
      ["NAME_DUPLICATE", "The name is java, that of a built-in parser"],
      ["LOG_PARSER_INVALID", expect.stringContaining("are the same")],
    ]);
    expect(refusedCodes(() => LogParser.multiline("Dated", { firstLine: "^a", continuation: "(" }))).toEqual([
      "NAME_INVALID",
      "LOG_PARSER_INVALID",
    ]);
  });
});

describe("LogDestination", () => {
  test("is a store that others run", () => {
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
  ])("refuses the host %j", (host, code) => {
    const [problem] = refusal(() => LogDestination.openSearch({ ...store, host }));
    expect(problem?.code).toBe(code);
    expect(problem?.what).not.toContain("hunter2");
  });

  test("has no prop for a password, and refuses one of an untyped program", () => {
    const literal: any = { ...store, credentials: "hunter2hunter2" };
    const [problem] = refusal(() => LogDestination.openSearch(literal));
    expect(problem?.code).toBe("VALUE_INVALID");
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    const further: any = { ...store, password: "hunter2hunter2" };
    const [unknown] = refusal(() => LogDestination.openSearch(further));
    expect(unknown?.what).toContain("password");
    expect(JSON.stringify(unknown)).not.toContain("hunter2");
  });

  test("is reached by one way", () => {
    expect(said(() => LogDestination.openSearch({ ...store, egress: undefined }))).toEqual([
      ["LOG_DESTINATION_INVALID", expect.stringContaining("Neither peer nor egress")],
    ]);
  });

  test("refuses a port, a prefix and a directory that can't be", () => {
    const certificateAuthority = store.credentials;
    expect(
      refusedCodes(() =>
        LogDestination.openSearch({ ...store, port: 0, indexPrefix: "Logs*", certificateAuthority }),
      ),
    ).toEqual(["PORT_INVALID", "NAME_INVALID", "PATH_INVALID"]);
  });

  test("is OpenSearch in the cluster, with enough memory and disk", () => {
    const own = { image: image("opensearch"), users: secret("users") };
    expect(LogDestination.openSearchInCluster(own).isInCluster).toBe(true);
    expect(
      said(() =>
        LogDestination.openSearchInCluster({
          ...own,
          storage: Size.gibibytes(49),
          memory: Size.gibibytes(1),
          kmsKeyId: "ocid1.vault.oc1..test",
          authoritySecretName: "Log CA",
        }),
      ),
    ).toEqual([
      ["NAME_INVALID", expect.stringContaining("authoritySecretName")],
      ["OCID_INVALID", expect.stringContaining("kmsKeyId")],
      ["QUANTITY_INVALID", "storage is 49 gibibytes"],
      ["QUANTITY_INVALID", "memory is 1024 mebibytes"],
    ]);
    const none: any = {};
    expect(refusedCodes(() => LogDestination.openSearchInCluster(none))).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
  });
});

test("LogCollector needs an image", () => {
  expect(LogCollector.fluentBit(image("fluent-bit")).program).toBe("fluent-bit");
  expect(LogCollector.fluentd(image("fluentd")).program).toBe("fluentd");
  const text: any = "docker.io/fluent/fluent-bit:latest";
  expect(refusedCodes(() => LogCollector.fluentBit(text))).toEqual(["VALUE_INVALID"]);
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
    said(() =>
      LogSnapshots.toBucket({
        ...bucket,
        bucketName: "a/b",
        objectStorageNamespace: "Acme",
        region: "frankfurt",
        retention: Duration.days(7),
      }),
    ),
  ).toEqual([
    ["LOG_DESTINATION_INVALID", expect.stringContaining("bucketName")],
    ["LOG_DESTINATION_INVALID", expect.stringContaining("objectStorageNamespace")],
    ["LOG_DESTINATION_INVALID", expect.stringContaining("region")],
    ["VALUE_INVALID", expect.stringContaining("retention")],
  ]);
});

test("sizes and durations of an untyped program are refused where they are something else", () => {
  const number: any = 90;
  const size: any = { limit: "1Gi", volume: {} };
  expect(refusedCodes(() => LogRetention.of(number))).toEqual(["VALUE_INVALID"]);
  expect(refusedCodes(() => LogBuffer.of(size))).toEqual(["VALUE_INVALID", "VALUE_INVALID"]);
});
