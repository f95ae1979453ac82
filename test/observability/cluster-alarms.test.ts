import { type App, type TerraformStack } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Alarms } from "../../lib/observability/alarms";
import { ClusterAlarms, type ClusterAlarmsProps } from "../../lib/observability/cluster-alarms";
import { MetricAlarm } from "../../lib/observability/metric-alarm";
import { NotificationTopic } from "../../lib/observability/notification-topic";
import { Subscriber } from "../../lib/observability/subscriber";
import { parseLogCondition } from "../../lib/observability/private/log-query";
import { parseMetricQuery } from "../../lib/observability/private/metric-query";
import { OciProvider } from "../../lib/oci/provider";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { AUDIT, clusterIn, statementsOf, TOPIC } from "./support";

const CLUSTER = /\$\{oci_containerengine_cluster\.\w+\.id\}/;

function topicIn(stack: TerraformStack): NotificationTopic {
  return new NotificationTopic(stack, "topic", {
    compartmentId: COMPARTMENT,
    subscribers: [Subscriber.email("oncall@example.com")],
  });
}

function alarmsIn(stack: TerraformStack, props: Partial<ClusterAlarmsProps> = {}): ClusterAlarms {
  const { cluster = clusterIn(stack), topic = topicIn(stack) } = props;
  return new ClusterAlarms(stack, "alarms", { ...props, cluster, topic });
}

describe("alarms on a cluster", () => {
  test("are, without options, those that are recommended, and reach the topic", () => {
    const stack = newStack();
    const { alarms } = alarmsIn(stack);
    const metrics = Object.values(resourcesOf(stack, "oci_monitoring_alarm"));
    const rules = Object.values(resourcesOf(stack, "oci_events_rule"));
    const topic = expect.stringMatching(/^\$\{oci_ons_notification_topic\.\w+\.id\}$/);
    const kinds = alarms.list.map(({ _kind: kind }) => kind);
    expect(metrics).toHaveLength(kinds.filter((kind) => kind === "metric").length);
    expect(rules).toHaveLength(kinds.filter((kind) => kind === "event").length);
    for (const alarm of metrics) {
      expect(alarm).toMatchObject({
        compartment_id: COMPARTMENT,
        metric_compartment_id: COMPARTMENT,
        namespace: "oci_oke",
        destinations: [topic],
        is_enabled: true,
        message_format: "ONS_OPTIMIZED",
        query: expect.stringMatching(CLUSTER),
        pending_duration: expect.stringMatching(/^PT\d+M$/),
      });
      expect(alarm.body.length).toBeLessThanOrEqual(1000);
      expect(() => parseMetricQuery(alarm.query)).not.toThrow();
    }
    for (const rule of rules) {
      expect(rule).toMatchObject({
        compartment_id: COMPARTMENT,
        is_enabled: true,
        actions: { action: [{ action_type: "ONS", is_enabled: true, topic_id: topic }] },
      });
      expect(Object.keys(JSON.parse(rule.condition))).toEqual(["eventType", "data"]);
    }
  });

  test("watch OCI Audit with one connector, which may use the topic and nothing else", () => {
    const stack = newStack();
    alarmsIn(stack);
    const connector = onlyResource(stack, "oci_sch_service_connector");
    expect(connector).toMatchObject({
      source: { kind: "logging", log_sources: [{ compartment_id: COMPARTMENT, log_group_id: "_Audit" }] },
      target: { kind: "notifications", enable_formatted_messaging: true },
      tasks: [{ kind: "logRule", condition: expect.stringMatching(CLUSTER) }],
      depends_on: [expect.stringContaining("AuditPolicy")],
    });
    expect(() => parseLogCondition(connector.tasks[0].condition)).not.toThrow();
    expect(statementsOf(stack, "AuditPolicy")).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Allow any-user to use ons-topics in compartment id ${COMPARTMENT} where all {request.principal.type = 'serviceconnector', ` +
            `request.principal.compartment.id = '${COMPARTMENT}', target.topic.id = '\\\${oci_ons_notification_topic\\.\\w+\\.id}'}$`,
        ),
      ),
    ]);
  });

  test("accept all props", () => {
    const stack = newStack();
    const own = MetricAlarm.of({
      name: "orders-slow",
      purpose: "Orders take too long.",
      response: "Look at the database.",
      query: "Latency[5m].mean() > 2",
      metricNamespace: "shop",
    });
    const topic = NotificationTopic.fromNotificationTopicAttributes(stack, "given", {
      topicId: TOPIC,
      compartmentId: AUDIT,
    });
    const alarms = alarmsIn(stack, {
      topic,
      alarms: Alarms.of(own),
      compartmentId: AUDIT,
      freeformTags: { team: "shop" },
    });
    expect(onlyResource(stack, "oci_monitoring_alarm")).toMatchObject({
      compartment_id: AUDIT,
      metric_compartment_id: COMPARTMENT,
      display_name: "stack-alarms-orders-slow",
      namespace: "shop",
      query: "Latency[5m].mean() > 2",
      destinations: [TOPIC],
      freeform_tags: { team: "shop" },
    });
    expect(alarms.alarms.list).toEqual([own]);
    for (const none of ["oci_events_rule", "oci_sch_service_connector"])
      expect(resourcesOf(stack, none)).toEqual({});
  });

  test("report omitted alarms, and keep the names of the others", () => {
    const addresses = (alarms: Alarms) => {
      const stack = newStack();
      alarmsIn(stack, { alarms });
      const all = synthesized(stack).resource;
      const of = (type: string) => Object.keys(all[type]);
      return { stack, ids: [...of("oci_monitoring_alarm"), ...of("oci_events_rule")] };
    };
    const all = addresses(Alarms.recommended());
    const less = addresses(
      Alarms.recommended().without("key-changed", { reason: "Keys are another team's" }),
    );
    expect(all.ids.filter((id) => !less.ids.includes(id))).toEqual([expect.stringContaining("key-changed")]);
    expect(less.ids.filter((id) => !all.ids.includes(id))).toEqual([]);
    expect(Acknowledgements.of(less.stack)).toContainEqual(
      expect.objectContaining({
        path: "stack/alarms",
        practice: "auditing",
        what: "no alarm key-changed",
        reason: "Keys are another team's",
      }),
    );
  });

  test("watch IAM in the home region, through a topic there with the same subscribers", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const cluster = clusterIn(stack, { homeRegionProvider });
    alarmsIn(stack, { cluster, homeRegionProvider });
    const rules = resourcesOf(stack, "oci_events_rule");
    for (const [id, rule] of Object.entries(rules)) {
      const isOfHome = id.includes("policy-changed");
      expect(rule.provider).toBe(isOfHome ? "oci.home" : undefined);
      expect(rule.actions.action[0].topic_id.includes("HomeRegionTopic")).toBe(isOfHome);
    }
    const subscriptions = Object.values(resourcesOf(stack, "oci_ons_subscription"));
    expect(subscriptions.map(({ provider, endpoint }) => [provider, endpoint])).toEqual([
      ["oci.home", "oncall@example.com"],
      [undefined, "oncall@example.com"],
    ]);
  });

  test("need a topic of the home region if the subscribers are unknown", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const cluster = clusterIn(stack, { homeRegionProvider });
    const attributes = { topicId: TOPIC, compartmentId: COMPARTMENT };
    const topic = NotificationTopic.fromNotificationTopicAttributes(stack, "given", attributes);
    const props = { cluster, topic, homeRegionProvider };
    const [problem] = validationProblemsOf(() => new ClusterAlarms(stack, "alarms", props));
    expect(problem).toMatchObject({
      code: "ATTRIBUTE_MISSING",
      what: expect.stringContaining("homeRegionTopic"),
    });
    expect(() => new ClusterAlarms(stack, "alarms", { ...props, homeRegionTopic: topic })).not.toThrow();
  });

  test("watch an imported cluster without a network", () => {
    const stack = newStack();
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "existing", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.existing",
      compartmentId: COMPARTMENT,
    });
    alarmsIn(stack, { cluster });
    expect(onlyResource(stack, "oci_sch_service_connector").source.log_sources).toHaveLength(1);
    expect(Object.values(resourcesOf(stack, "oci_monitoring_alarm"))[0].query).toContain("ocid1.cluster.");
  });

  test("report all problems together, and create nothing", () => {
    const stack = newStack();
    const make = (props: any) => () => new ClusterAlarms(stack, "alarms", props);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    const wrong = {
      cluster: "cluster",
      topic: TOPIC,
      alarms: [],
      compartmentId: TOPIC,
      auditCompartmentIds: ["all"],
      homeRegionProvider: "home",
      freeformTags: { "a b": "c" },
    };
    expect([...problemCodesOf(make(wrong))].sort()).toEqual([
      "OCID_INVALID",
      "OCID_INVALID",
      "TAG_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
    expect(stack.node.tryFindChild("alarms")).toBeUndefined();
  });

  test("reject an empty set, which would leave out every alarm without a reason", () => {
    const [problem] = validationProblemsOf(() => alarmsIn(newStack(), { alarms: Alarms.of() }));
    expect(problem).toMatchObject({ code: "VALUE_INVALID", property: "alarms" });
  });

  test("are the same bytes each time", () => {
    const write = () => {
      const stack = newStack();
      alarmsIn(stack);
      return JSON.stringify(synthesized(stack));
    };
    expect(write()).toBe(write());
  });
});

describe("a warning", () => {
  const alarmOn = (query: string, metricNamespace?: string) => {
    const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    warnings.mockClear();
    const stack = newStack();
    const alarm = MetricAlarm.of({
      name: "mine",
      purpose: "Something fails.",
      response: "Look at it.",
      query,
      metricNamespace,
    });
    alarmsIn(stack, { alarms: Alarms.of(alarm) });
    return warnings.mock.calls.map(([message]) => String(message));
  };

  test("names the metric that OKE does not document, as the alarm would never fire", () => {
    const [warning, ...others] = alarmOn("NodeState[5m].max() > 0 || (APIServerLatency[5m].max() > 2)");
    expect(warning).toContain("the alarm mine reads APIServerLatency, which OKE does not document");
    expect(others).toEqual([]);
  });

  test("is not given for documented metrics, or metrics of another service", () => {
    expect(alarmOn("UnschedulablePods[5m].max() > 0 && NodeState[5m].max() < 1")).toEqual([]);
    expect(alarmOn("HttpResponses5xx[5m].sum() > 20", "oci_lbaas")).toEqual([]);
  });
});

test("the topic of the home region has a valid name if that of the topic is as long as OCI allows", () => {
  const stack = newStack();
  const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
  const topic = new NotificationTopic(stack, "topic", {
    compartmentId: COMPARTMENT,
    topicName: "t".repeat(256),
    subscribers: [Subscriber.email("oncall@example.com")],
  });
  alarmsIn(stack, { topic, homeRegionProvider });
  const names = Object.values(resourcesOf(stack, "oci_ons_notification_topic")).map(({ name }) => name);
  expect(names).toHaveLength(2);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
});

test("a topic of another region is rejected when the program is written", () => {
  const make = (region: string) => () => {
    const stack = newStack();
    const topic = NotificationTopic.fromNotificationTopicAttributes(stack, "topic", {
      topicId: `ocid1.onstopic.oc1.${region}.existing`,
      compartmentId: AUDIT,
    });
    alarmsIn(stack, { topic });
    (stack.node.root as App).synth();
  };
  expect(problemCodesOf(make("eu-amsterdam-1"))).toEqual(["OCID_INVALID"]);
  expect(make("eu-frankfurt-1")).not.toThrow();
});
