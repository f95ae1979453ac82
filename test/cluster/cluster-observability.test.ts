import { Duration } from "cdk8s";
import { type App, TerraformStack, TerraformVariable, Testing } from "cdktf";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { ControlPlaneLogging } from "../../lib/cluster/control-plane-logs";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KeySource } from "../../lib/encryption/key-properties";
import { FlowLogging } from "../../lib/network/logs/flow-logging";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { AlarmRouting } from "../../lib/observability/alarm-routing";
import { Alarms } from "../../lib/observability/alarms";
import { ArchiveRetention } from "../../lib/observability/archive-retention";
import { AuditArchive, AuditScope } from "../../lib/observability/audit-archive";
import { AuditArchiving } from "../../lib/observability/audit-archiving";
import { ClusterAlarms } from "../../lib/observability/cluster-alarms";
import { MetricAlarm } from "../../lib/observability/metric-alarm";
import { NotificationTopic } from "../../lib/observability/notification-topic";
import { SavedSearch } from "../../lib/observability/saved-search";
import { SavedSearches } from "../../lib/observability/saved-searches";
import { SearchedLogs } from "../../lib/observability/searched-logs";
import { Subscriber } from "../../lib/observability/subscriber";
import { OciProvider } from "../../lib/oci/provider";
import { AUDIT, KEY, TOPIC } from "../observability/support";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { UNOBSERVED } from "../support/unobserved";

const OTHER = "ocid1.compartment.oc1..other";
const email = Subscriber.email("oncall@example.com");
const search = (logs: SearchedLogs, name = "mine") =>
  SavedSearch.of({
    name,
    purpose: "Shows rejects",
    response: "Find the source",
    logs,
    query: "where type = 'x'",
  });

function clusterIn(
  stack: TerraformStack,
  props: Partial<SecureOkeClusterProps> | object = {},
  id = "cluster",
) {
  return new SecureOkeCluster(stack, id, {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
    ...props,
  });
}

/** The first lines of the warnings of a stack that concern alarms or archives. */
function warningsOf(stack: TerraformStack): string[] {
  jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const app = stack.node.root as App;
  app.synth();
  return app.manifest
    .forStack(stack)
    .annotations.map(({ message }) => String(message).split("\n")[0] ?? "")
    .filter((line) => /^\[(?:topic|audit)-/.test(line));
}

const withoutProvider = () => new TerraformStack(Testing.app(), "stack");
const regionsIn = (stack: TerraformStack) =>
  Object.values(resourcesOf(stack, "oci_identity_policy"))
    .flatMap(({ statements }) => statements as string[])
    .flatMap((statement) => /service objectstorage-(\S+)/.exec(statement)?.[1] ?? []);

describe("a cluster without options", () => {
  const stack = newStack();
  const cluster = clusterIn(stack);

  test("archives audit records, control-plane logs, and flow logs for a year, under a key of its own", () => {
    const keys = Object.entries(resourcesOf(stack, "oci_kms_key"));
    const [[keyId, key]] = keys.filter(([id]) => id.includes("AuditArchiveKey"));
    expect(key).toMatchObject({ protection_mode: "HSM", key_shape: { algorithm: "AES", length: 32 } });
    const bucket = onlyResource(stack, "oci_objectstorage_bucket");
    expect(bucket).toMatchObject({
      compartment_id: COMPARTMENT,
      access_type: "NoPublicAccess",
      kms_key_id: `\${oci_kms_key.${keyId}.id}`,
      retention_rules: [{ duration: { time_amount: "365", time_unit: "DAYS" } }],
      lifecycle: { prevent_destroy: true },
    });
    expect(bucket.name).toMatch(/^stack-cluster-audit-[0-9a-f]{8}$/);
    const connectors = Object.values(resourcesOf(stack, "oci_sch_service_connector"));
    const [connector] = connectors.filter(({ target }) => target.kind === "objectStorage");
    expect(connector.source.log_sources.map((source: any) => source.log_group_id)).toEqual([
      "_Audit_Include_Subcompartment",
      expect.stringContaining("ControlPlaneLogs"),
      expect.stringContaining("FlowLogs"),
    ]);
    expect(cluster.auditArchive).toMatchObject({ bucketName: bucket.name, retentionDays: 365 });
  });

  test("has the recommended alarms, and warns that nobody subscribes to their topic", () => {
    expect(cluster.alarms?.alarms.list.map(({ name }) => name)).toEqual(
      Alarms.recommended().list.map(({ name }) => name),
    );
    expect(onlyResource(stack, "oci_ons_notification_topic").name).toMatch(
      /^stack-cluster-alarms-[0-9a-f]{8}$/,
    );
    expect(resourcesOf(stack, "oci_ons_subscription")).toEqual({});
    expect(warningsOf(stack)).toEqual([
      "[topic-without-subscriber] stack/cluster/AlarmTopic: The topic has no subscriber",
    ]);
  });

  test("has the recommended searches", () => {
    expect(cluster.savedSearches?.searches.map(({ name }) => name)).toEqual(
      SavedSearch.recommended()
        .map(({ name }) => name)
        .sort(),
    );
    expect(Object.keys(resourcesOf(stack, "oci_logging_log_saved_search"))).toHaveLength(8);
  });
});

test("a cluster takes the scope, compartment, key, region, retention, and name of its archive", () => {
  const stack = newStack();
  clusterIn(stack, {
    auditArchive: AuditArchiving.enabled({
      audit: AuditScope.tenancy("ocid1.tenancy.oc1..test"),
      compartmentId: AUDIT,
      kmsKeyId: KEY,
      keyCompartmentId: OTHER,
      region: "eu-frankfurt-1",
      retention: ArchiveRetention.of(Duration.days(400)),
      bucketName: "acme-audit",
    }),
    freeformTags: { team: "shop" },
  });
  expect(onlyResource(stack, "oci_objectstorage_bucket")).toMatchObject({
    compartment_id: AUDIT,
    name: "acme-audit",
    kms_key_id: KEY,
    retention_rules: [{ duration: { time_amount: "400" } }],
    freeform_tags: { team: "shop" },
  });
  expect(Object.keys(resourcesOf(stack, "oci_kms_key"))).toEqual([expect.stringContaining("Encryption")]);
  const policies = Object.values(resourcesOf(stack, "oci_identity_policy"));
  expect(policies.filter(({ compartment_id: id }) => id === OTHER)).toHaveLength(1);
});

test("a cluster sends its alarms to subscribers, or to a topic of the program", () => {
  const stack = newStack();
  clusterIn(stack, { alarms: AlarmRouting.toSubscribers([email]) });
  expect(onlyResource(stack, "oci_ons_subscription")).toMatchObject({ endpoint: "oncall@example.com" });
  expect(warningsOf(stack)).toEqual([]);

  const other = newStack();
  const topic = NotificationTopic.fromNotificationTopicAttributes(other, "topic", {
    topicId: TOPIC,
    compartmentId: AUDIT,
  });
  const alarms = Alarms.recommended().without("bastion-session", { reason: "There is no bastion" });
  const cluster = clusterIn(other, {
    alarms: AlarmRouting.toTopic(topic, { alarms, compartmentId: OTHER, auditCompartmentIds: [AUDIT] }),
  });
  expect(cluster.alarms).toMatchObject({ topic, alarms, compartmentId: OTHER });
  expect(resourcesOf(other, "oci_ons_notification_topic")).toEqual({});
  for (const rule of Object.values(resourcesOf(other, "oci_events_rule"))) {
    expect(rule.compartment_id).toBe(OTHER);
  }
});

test("a cluster gives the subscribers of its topic to the topic of the home region, later ones too", () => {
  const stack = newStack();
  const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
  const cluster = clusterIn(stack, { homeRegionProvider, alarms: AlarmRouting.toSubscribers([email]) });
  (cluster.alarms?.topic as NotificationTopic).addSubscriber(Subscriber.email("security@example.com"));
  const endpoints = Object.values(resourcesOf(stack, "oci_ons_subscription")).map((each) => [
    each.provider,
    each.endpoint,
  ]);
  expect(endpoints.sort()).toEqual(
    [
      [undefined, "oncall@example.com"],
      [undefined, "security@example.com"],
      ["oci.home", "oncall@example.com"],
      ["oci.home", "security@example.com"],
    ].sort(),
  );

  const silent = newStack();
  clusterIn(silent, {
    homeRegionProvider: new OciProvider(silent, "home", { region: "eu-amsterdam-1", alias: "home" }),
  });
  expect(warningsOf(silent)).toHaveLength(1);
});

test("a cluster without an archive, alarms, and searches creates none, and acknowledges it with the reasons", () => {
  const stack = newStack();
  const cluster = clusterIn(stack, UNOBSERVED);
  for (const type of [
    "oci_objectstorage_bucket",
    "oci_sch_service_connector",
    "oci_ons_notification_topic",
    "oci_monitoring_alarm",
    "oci_events_rule",
    "oci_logging_log_saved_search",
  ]) {
    expect(resourcesOf(stack, type)).toEqual({});
  }
  expect([cluster.auditArchive, cluster.alarms, cluster.savedSearches]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(Acknowledgements.of(stack)).toMatchObject([
    { practice: "auditing", what: "no alarms", reason: "The test is not about alarms" },
    {
      practice: "auditing",
      what: "no archive of the audit logs",
      reason: "The test is not about the archive",
    },
  ]);
});

test("a cluster without some logs archives and searches the others", () => {
  const stack = newStack();
  const network = new ClusterNetwork(stack, "network", {
    compartmentId: COMPARTMENT,
    flowLogs: FlowLogging.none({ reason: "The network team records the flows" }),
  });
  const cluster = clusterIn(stack, {
    network,
    controlPlaneLogs: ControlPlaneLogging.none({ reason: "Another program keeps them" }),
  });
  const connectors = Object.values(resourcesOf(stack, "oci_sch_service_connector"));
  const [connector] = connectors.filter(({ target }) => target.kind === "objectStorage");
  expect(connector.source.log_sources).toHaveLength(1);
  const logs = cluster.savedSearches?.searches.map((each) => each.logs);
  expect(new Set(logs)).toEqual(new Set([SearchedLogs.AUDIT]));
});

describe("the key of a cluster's archive", () => {
  const keyOf = (props: object) => {
    const stack = newStack();
    clusterIn(stack, {
      encryption: new ClusterEncryption(stack, "encryption", { compartmentId: COMPARTMENT, ...props }),
    });
    return onlyResource(stack, "oci_objectstorage_bucket").kms_key_id;
  };

  test("is the key of buckets if the encryption has one", () => {
    expect(keyOf({ buckets: KeySource.existing(`${KEY}2`), region: "eu-frankfurt-1" })).toBe(`${KEY}2`);
  });

  test("is the key of the Secrets only if no vault is known", () => {
    expect(keyOf({ existingKeyId: KEY })).toBe(KEY);
  });

  test("has the rotation and the protection of the encryption, in its vault", () => {
    expect(keyOf({})).toMatch(/^\$\{oci_kms_key\.cluster_AuditArchiveKey_/);
  });
});

describe("the region of a cluster's archive", () => {
  test("is that of the stack's provider if it is a literal, and otherwise that in the endpoint of the vault", () => {
    const known = newStack();
    clusterIn(known);
    expect(new Set(regionsIn(known))).toEqual(new Set(["eu-frankfurt-1"]));

    const unknown = withoutProvider();
    const region = new TerraformVariable(unknown, "region", { type: "string" });
    new OciProvider(unknown, "oci", { region: region.stringValue });
    clusterIn(unknown);
    expect(regionsIn(unknown)).toHaveLength(2);
    for (const each of regionsIn(unknown)) expect(each).toMatch(/^\$\{element\(split\("\.",$/);
  });

  test("must be given if neither the provider nor a vault shows it", () => {
    const stack = withoutProvider();
    const encryption = new ClusterEncryption(stack, "encryption", {
      compartmentId: COMPARTMENT,
      existingKeyId: KEY,
    });
    expect(validationProblemsOf(() => clusterIn(stack, { encryption }))).toMatchObject([
      { code: "ATTRIBUTE_MISSING", property: "auditArchive.region" },
    ]);
    clusterIn(stack, { encryption, auditArchive: AuditArchiving.enabled({ region: "eu-frankfurt-1" }) });
    expect(new Set(regionsIn(stack))).toEqual(new Set(["eu-frankfurt-1"]));
  });
});

test("the bucket and the topic of one program have other names in another compartment, and the same in each run", () => {
  const namesIn = (compartmentId: string) => {
    const stack = newStack();
    clusterIn(stack, { compartmentId });
    return [
      onlyResource(stack, "oci_objectstorage_bucket").name,
      onlyResource(stack, "oci_ons_notification_topic").name,
    ];
  };
  const [bucket, topic] = namesIn(COMPARTMENT);
  expect(namesIn(COMPARTMENT)).toEqual([bucket, topic]);
  const others = namesIn(OTHER);
  expect(others).not.toContain(bucket);
  expect(others).not.toContain(topic);
});

describe("constructs beside a cluster that has its own", () => {
  test("are refused with the same alarms or searches, and accepted with others", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const topic = new NotificationTopic(stack, "topic", { compartmentId: COMPARTMENT, subscribers: [email] });
    expect(validationProblemsOf(() => new ClusterAlarms(stack, "alarms", { cluster, topic }))).toMatchObject([
      { code: "NAME_DUPLICATE", property: "alarms" },
    ]);
    expect(validationProblemsOf(() => new SavedSearches(stack, "searches", { cluster }))).toMatchObject([
      { code: "NAME_DUPLICATE", property: "searches" },
    ]);
    const alarm = MetricAlarm.of({
      name: "mine",
      purpose: "Customers see errors.",
      response: "Look at the pods.",
      metricNamespace: "oci_lbaas",
      query: "HttpResponses5xx[5m].sum() > 20",
    });
    new ClusterAlarms(stack, "alarms", { cluster, topic, alarms: Alarms.of(alarm) });
    new SavedSearches(stack, "searches", { cluster, searches: [search(SearchedLogs.AUDIT)] });
    const names = Object.values(resourcesOf(stack, "oci_monitoring_alarm")).map((each) => each.display_name);
    expect(names).toContain("stack-alarms-mine");
  });

  test("give a warning for a second archive of the same audit records", () => {
    const stack = newStack();
    clusterIn(stack, { alarms: AlarmRouting.toSubscribers([email]) });
    const archive = (id: string, audit: AuditScope) =>
      new AuditArchive(stack, id, { compartmentId: AUDIT, kmsKeyId: KEY, region: "eu-frankfurt-1", audit });
    archive("other", AuditScope.compartmentAndBelow(OTHER));
    archive("same", AuditScope.compartmentAndBelow(COMPARTMENT));
    expect(warningsOf(stack)).toEqual([
      expect.stringMatching(/^\[audit-archived-twice\] stack\/same: .*stack\/cluster\/AuditArchive/),
    ]);
  });
});

test("wrong props are refused together, and the id stays free", () => {
  const stack = newStack();
  const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
  const topic = NotificationTopic.fromNotificationTopicAttributes(stack, "topic", {
    topicId: TOPIC,
    compartmentId: AUDIT,
  });
  const network = new ClusterNetwork(stack, "network", {
    compartmentId: COMPARTMENT,
    flowLogs: FlowLogging.none({ reason: "The network team records the flows" }),
  });
  const found = validationProblemsOf(() =>
    clusterIn(stack, {
      homeRegionProvider,
      network,
      auditArchive: AuditArchiving.enabled({ kmsKeyId: KEY, region: "eu-amsterdam-1" }),
      alarms: AlarmRouting.toTopic(topic),
      savedSearches: [search(SearchedLogs.FLOW_LOGS), search(SearchedLogs.AUDIT)],
    }),
  );
  expect(found.map(({ code, property }) => [code, property])).toEqual([
    ["OCID_INVALID", "auditArchive.kmsKeyId"],
    ["ATTRIBUTE_MISSING", "alarms.homeRegionTopic"],
    ["NAME_DUPLICATE", "savedSearches"],
    ["ATTRIBUTE_MISSING", "flowLogs"],
  ]);
  expect(stack.node.tryFindChild("cluster")).toBeUndefined();
});

test("values without types are refused", () => {
  const stack = newStack();
  const wrong = { auditArchive: true, alarms: "oncall@example.com", savedSearches: "all" };
  expect(validationProblemsOf(() => clusterIn(stack, wrong)).map(({ property }) => property)).toEqual([
    "auditArchive",
    "alarms",
    "savedSearches",
  ]);
  expect(problemCodesOf(() => AlarmRouting.toSubscribers([email, email]))).toEqual(["NAME_DUPLICATE"]);
  expect(problemCodesOf(() => AlarmRouting.toSubscribers([email], { alarms: Alarms.of() }))).toEqual([
    "VALUE_INVALID",
  ]);
  expect(problemCodesOf(() => AlarmRouting.toTopic("ocid1.onstopic.oc1..x" as any))).toEqual([
    "VALUE_INVALID",
  ]);
  expect(problemCodesOf(() => AlarmRouting.none({ reason: " " }))).toEqual(["REASON_MISSING"]);
  expect(problemCodesOf(() => AuditArchiving.none({ reason: " " }))).toEqual(["REASON_MISSING"]);
  expect(problemCodesOf(() => AuditArchiving.enabled({ region: "Frankfurt", kmsKeyId: "key" }))).toEqual([
    "OCID_INVALID",
    "NAME_INVALID",
  ]);
});
