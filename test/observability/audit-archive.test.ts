import { Duration } from "cdk8s";
import { App, TerraformVariable, type TerraformStack } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { ArchiveRetention } from "../../lib/observability/archive-retention";
import { ArchiveTarget } from "../../lib/observability/archive-target";
import {
  AuditArchive,
  LogReadGrant,
  type AuditArchiveProps,
  AuditScope,
} from "../../lib/observability/audit-archive";
import { FlowLogArchive } from "../../lib/observability/flow-log-archive";
import { type ObjectstorageBucket } from "../../lib/oci/objectstorage-bucket";
import { OciProvider } from "../../lib/oci/provider";
import { networkIn } from "../network/support";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { AUDIT, clusterIn, KEY, statementsOf } from "./support";

const TENANCY = "ocid1.tenancy.oc1..test";
const ELSEWHERE = "ocid1.compartment.oc1..elsewhere";
const LOG_GROUP = "ocid1.loggroup.oc1.eu-frankfurt-1.given";
const region = "eu-frankfurt-1";
const given = { compartmentId: AUDIT, kmsKeyId: KEY, region, audit: AuditScope.compartment(COMPARTMENT) };

const archive = (stack: TerraformStack, props: Partial<AuditArchiveProps> | object = {}, id = "archive") =>
  new AuditArchive(stack, id, { ...given, ...props });

describe("an archive of audit logs", () => {
  test("is a private bucket under your key whose objects stay as they are for a year, and are then deleted", () => {
    const stack = newStack();
    const made = archive(stack);
    expect(onlyResource(stack, "oci_objectstorage_bucket")).toMatchObject({
      compartment_id: AUDIT,
      name: "stack-archive",
      access_type: "NoPublicAccess",
      versioning: "Disabled",
      kms_key_id: KEY,
      retention_rules: [{ display_name: "audit", duration: { time_amount: "365", time_unit: "DAYS" } }],
      lifecycle: { prevent_destroy: true },
      depends_on: [expect.stringContaining("KeyPolicy")],
    });
    expect(onlyResource(stack, "oci_objectstorage_bucket").retention_rules[0]).not.toHaveProperty(
      "time_rule_locked",
    );
    expect(onlyResource(stack, "oci_objectstorage_object_lifecycle_policy").rules[0]).toMatchObject({
      action: "DELETE",
      time_amount: "366",
    });
    expect(onlyResource(stack, "oci_sch_service_connector")).toMatchObject({
      source: { kind: "logging", log_sources: [{ compartment_id: COMPARTMENT, log_group_id: "_Audit" }] },
      target: { kind: "objectStorage", object_name_prefix: "audit" },
      depends_on: [expect.stringContaining("ConnectorPolicy")],
    });
    expect(made).toMatchObject({ bucketName: "stack-archive", retentionDays: 365 });
  });

  test("grants what it needs, limited to its key and its bucket", () => {
    const stack = newStack();
    archive(stack);
    expect(statementsOf(stack).sort()).toEqual([
      `Allow any-user to manage objects in compartment id ${AUDIT} where all {request.principal.type = 'serviceconnector', ` +
        `request.principal.compartment.id = '${AUDIT}', target.bucket.name = 'stack-archive'}`,
      `Allow service objectstorage-${region} to manage object-family in compartment id ${AUDIT} where target.bucket.name = 'stack-archive'`,
      `Allow service objectstorage-${region} to use keys in compartment id ${AUDIT} where target.key.id = '${KEY}'`,
    ]);
  });

  test("takes the records of a compartment, of those below it, and of the tenancy", () => {
    const sourceOf = (audit: AuditScope) => {
      const stack = newStack();
      archive(stack, { audit });
      return onlyResource(stack, "oci_sch_service_connector").source.log_sources;
    };
    const below = "_Audit_Include_Subcompartment";
    expect(sourceOf(AuditScope.compartmentAndBelow(COMPARTMENT))).toEqual([
      { compartment_id: COMPARTMENT, log_group_id: below },
    ]);
    expect(sourceOf(AuditScope.tenancy(TENANCY))).toEqual([{ compartment_id: TENANCY, log_group_id: below }]);
    expect(problemCodesOf(() => AuditScope.tenancy(COMPARTMENT))).toEqual(["OCID_INVALID"]);
    expect(problemCodesOf(() => AuditScope.compartment(undefined as any))).not.toEqual([]);
  });

  test("accepts all props", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const cluster = clusterIn(stack, { homeRegionProvider });
    const made = archive(stack, {
      audit: AuditScope.tenancy(TENANCY),
      logs: [cluster.controlPlaneLogs, cluster.network.flowLogs],
      logGroups: [
        { logGroupId: LOG_GROUP, compartmentId: AUDIT },
        { logGroupId: `${LOG_GROUP}2`, compartmentId: ELSEWHERE, readGrant: LogReadGrant.POLICY },
      ],
      keyCompartmentId: ELSEWHERE,
      retention: ArchiveRetention.of(Duration.days(400)).locked("2027-01-04T00:00:00Z", {
        addedOn: "2026-12-01",
      }),
      bucketName: "acme.audit_1",
      targets: [
        ArchiveTarget.stream("siem", { streamId: "ocid1.stream.oc1..siem", compartmentId: ELSEWHERE }),
        ArchiveTarget.logAnalytics("analytics", {
          logGroupId: "ocid1.loganalyticsloggroup.oc1..group",
          compartmentId: ELSEWHERE,
        }),
      ],
      homeRegionProvider,
      freeformTags: { team: "audit" },
    });
    expect(made).toMatchObject({ bucketName: "acme.audit_1", retentionDays: 400 });
    expect(onlyResource(stack, "oci_objectstorage_bucket")).toMatchObject({
      name: "acme.audit_1",
      retention_rules: [{ duration: { time_amount: "400" }, time_rule_locked: "2027-01-04T00:00:00Z" }],
      freeform_tags: { team: "audit" },
    });
    const connectors = Object.values(resourcesOf(stack, "oci_sch_service_connector"));
    expect(
      connectors.map(({ target: { kind, stream_id: stream, log_group_id: group } }) => [kind, stream, group]),
    ).toEqual([
      ["objectStorage", undefined, undefined],
      ["loggingAnalytics", undefined, "ocid1.loganalyticsloggroup.oc1..group"],
      ["streaming", "ocid1.stream.oc1..siem", undefined],
    ]);
    for (const { source, depends_on: before } of connectors) {
      expect(source.log_sources).toHaveLength(5);
      expect(before).toEqual(expect.arrayContaining([expect.stringContaining("ReadPolicy")]));
    }
    const condition =
      "where all {request.principal.type = 'serviceconnector', request.principal.compartment.id = ";
    expect(statementsOf(stack, "archive")).toEqual(
      expect.arrayContaining([
        `Allow any-user to read log-groups in compartment id ${ELSEWHERE} ${condition}'${AUDIT}'}`,
        `Allow any-user to read log-content in compartment id ${ELSEWHERE} ${condition}'${AUDIT}'}`,
        `Allow any-user to use stream-push in compartment id ${ELSEWHERE} ${condition}'${AUDIT}', target.stream.id = 'ocid1.stream.oc1..siem'}`,
        `Allow any-user to {LOG_ANALYTICS_LOG_GROUP_UPLOAD_LOGS} in compartment id ${ELSEWHERE} ${condition}'${AUDIT}', ` +
          "target.loganalytics-log-group.id = 'ocid1.loganalyticsloggroup.oc1..group'}",
      ]),
    );
    const policies = Object.entries(resourcesOf(stack, "oci_identity_policy")).filter(([id]) =>
      id.includes("archive"),
    );
    for (const [, policy] of policies) expect(policy.provider).toBe("oci.home");
  });

  test("may read logs of the program in another compartment, without which its connector moves nothing", () => {
    const stack = newStack();
    const { controlPlaneLogs, network } = clusterIn(stack);
    archive(stack, { logs: [controlPlaneLogs, network.flowLogs] });
    const readers = statementsOf(stack, "archive").filter((text) => text.includes("to read "));
    const condition = `where all {request.principal.type = 'serviceconnector', request.principal.compartment.id = '${AUDIT}'}`;
    expect(readers).toEqual([
      `Allow any-user to read log-groups in compartment id ${COMPARTMENT} ${condition}`,
      `Allow any-user to read log-content in compartment id ${COMPARTMENT} ${condition}`,
    ]);
    expect(onlyResource(stack, "oci_sch_service_connector").depends_on).toEqual(
      expect.arrayContaining([expect.stringContaining("ReadPolicy")]),
    );
    archive(stack, { compartmentId: COMPARTMENT, logs: [controlPlaneLogs] }, "beside");
    expect(statementsOf(stack, "beside").filter((text) => text.includes("to read "))).toEqual([]);
  });

  test("copies logs that are named twice once", () => {
    const stack = newStack();
    const { controlPlaneLogs } = clusterIn(stack);
    archive(stack, { logs: [controlPlaneLogs, controlPlaneLogs] });
    expect(onlyResource(stack, "oci_sch_service_connector").source.log_sources).toHaveLength(2);
  });

  test("rejects a log group of another compartment that no policy lets it read", () => {
    const stack = newStack();
    const make = (group: object) => () =>
      archive(stack, { logGroups: [{ logGroupId: LOG_GROUP, ...group }] });
    expect(validationProblemsOf(make({ compartmentId: ELSEWHERE }))).toMatchObject([
      {
        code: "LOG_GROUP_NOT_GRANTED",
        path: "stack/archive",
        fix: expect.stringContaining("LogReadGrant.POLICY"),
      },
    ]);
    const variable = new TerraformVariable(stack, "compartment", { type: "string" }).stringValue;
    expect(make({ compartmentId: variable })).not.toThrow();
    stack.node.tryRemoveChild("archive");
    expect(make({ compartmentId: ELSEWHERE, readGrant: LogReadGrant.EXISTING })).not.toThrow();
    expect(statementsOf(stack).filter((text) => text.includes("log-content"))).toEqual([]);
    stack.node.tryRemoveChild("archive");
    expect(problemCodesOf(make({ compartmentId: ELSEWHERE, readGrant: "yes" }))).toEqual(["VALUE_INVALID"]);
  });

  test("rejects the bucket name of another archive in the same region", () => {
    const app = new App();
    const [one, other] = [newStack("one", app), newStack("other", app)];
    archive(one, { bucketName: "acme-audit" });
    const [problem] = validationProblemsOf(() => archive(other, { bucketName: "acme-audit" }));
    expect(problem).toMatchObject({ code: "NAME_DUPLICATE", what: expect.stringContaining("one/archive") });
    const { flowLogs } = networkIn(other).network;
    const flows = { compartmentId: AUDIT, kmsKeyId: KEY, region, flowLogs };
    expect(
      problemCodesOf(() => new FlowLogArchive(other, "flows", { ...flows, bucketName: "acme-audit" })),
    ).toEqual(["NAME_DUPLICATE"]);
    expect(() =>
      archive(other, { bucketName: "acme-audit", region: "eu-amsterdam-1", kmsKeyId: "ocid1.key.oc1..any" }),
    ).not.toThrow();
    archive(one, { bucketName: "other-second" }, "first");
    expect(problemCodesOf(() => archive(other, {}, "second"))).toEqual(["NAME_DUPLICATE"]);
  });

  test.each([
    ["access_type", "ObjectRead", "access type"],
    ["versioning", "Enabled", "versioning"],
    ["retention_rules", undefined, "retention rule"],
  ])("is refused another value of %s, when the program is written", (attribute, value, what) => {
    const app = new App();
    const stack = newStack("stack", app);
    const { flowLogs } = networkIn(stack).network;
    const flows = new FlowLogArchive(stack, "flows", {
      compartmentId: AUDIT,
      kmsKeyId: KEY,
      region,
      flowLogs,
    });
    for (const each of [archive(stack), flows]) {
      const bucket = each.node.defaultChild as ObjectstorageBucket;
      if (value === undefined) bucket.resetRetentionRules();
      else bucket.addOverride(attribute, value);
    }
    const [problem] = validationProblemsOf(() => app.synth());
    expect(problem).toMatchObject({ code: "ARCHIVE_INVALID", what: expect.stringContaining(what) });
  });

  test.each<[string, (bucket: ObjectstorageBucket) => void, string]>([
    [
      "a shorter retention",
      (bucket) => bucket.addOverride("retention_rules.0.duration.time_amount", "1"),
      "365",
    ],
    ["no key", (bucket) => bucket.addOverride("kms_key_id", undefined), "key"],
  ])("is refused an override with %s, when the program is written", (_what, override, what) => {
    const app = new App();
    override(archive(newStack("stack", app)).node.defaultChild as ObjectstorageBucket);
    const [problem] = validationProblemsOf(() => app.synth());
    expect(problem).toMatchObject({ code: "ARCHIVE_INVALID", what: expect.stringContaining(what) });
  });

  test("accepts an override with a longer retention", () => {
    const app = new App();
    const bucket = archive(newStack("stack", app)).node.defaultChild as ObjectstorageBucket;
    bucket.addOverride("retention_rules.0.duration", { time_amount: "2", time_unit: "YEARS" });
    expect(() => app.synth()).not.toThrow();
  });

  test("shows a short retention with its reason", () => {
    const stack = newStack();
    archive(stack, { retention: ArchiveRetention.short(Duration.days(7), { reason: "A test account" }) });
    expect(Acknowledgements.of(stack)).toContainEqual(
      expect.objectContaining({
        path: "stack/archive",
        practice: "auditing",
        what: "a retention of 7 days",
        reason: "A test account",
      }),
    );
  });

  test("reports all problems together, and creates nothing", () => {
    const stack = newStack();
    const make = (props: any) => () => new AuditArchive(stack, "archive", props);
    expect(problemCodesOf(make({}))).toEqual(Array(4).fill("ATTRIBUTE_MISSING"));
    expect(problemCodesOf(make({ ...given, versioning: true }))).toEqual(["PROP_UNKNOWN"]);
    const target = ArchiveTarget.stream("siem", {
      streamId: "ocid1.stream.oc1..siem",
      compartmentId: ELSEWHERE,
    });
    const wrong = {
      ...given,
      compartmentId: KEY,
      kmsKeyId: AUDIT,
      bucketName: "a b",
      targets: [target, target],
      logGroups: [{ logGroupId: KEY, compartmentId: KEY }],
    };
    expect(problemCodesOf(make(wrong))).toEqual([
      "OCID_INVALID",
      "OCID_INVALID",
      "NAME_INVALID",
      "OCID_INVALID",
      "OCID_INVALID",
      "NAME_DUPLICATE",
    ]);
    expect(stack.node.tryFindChild("archive")).toBeUndefined();
    expect(problemCodesOf(() => ArchiveTarget.stream("a b", { streamId: KEY, compartmentId: KEY }))).toEqual([
      "NAME_INVALID",
      "OCID_INVALID",
      "OCID_INVALID",
    ]);
    expect(problemCodesOf(() => ArchiveTarget.logAnalytics("a", undefined as any))).toContain(
      "ATTRIBUTE_MISSING",
    );
    const reserved = ArchiveTarget.stream("Connector", {
      streamId: "ocid1.stream.oc1..siem",
      compartmentId: ELSEWHERE,
    });
    expect(problemCodesOf(() => archive(stack, { targets: [reserved] }))).toEqual(["NAME_INVALID"]);
  });
});
