import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlertReceiver,
  AlertRule,
  ClusterMonitoring,
  KubernetesVersion,
  SecretFiles,
  SecureOkeCluster,
  type ClusterMonitoringProps,
} from "../../../lib";
import { COMPARTMENT, validationProblemsOf, problemCodesOf, synthesized } from "../../support/stack";
import { dashboard, IMAGES, USERS, World } from "./support";

describe("an invalid ClusterMonitoring", () => {
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  test.each<[string, Partial<ClusterMonitoringProps>, string[]]>([
    ["a retention below a day", { retention: Duration.hours(23) }, ["DURATION_INVALID"]],
    ["a retention of half hours", { traceRetention: Duration.minutes(90) }, ["DURATION_INVALID"]],
    ["a volume size that OCI does not offer", { storage: Size.gibibytes(10) }, ["SIZE_INVALID"]],
    ["an invalid key", { kmsKeyId: "key" }, ["OCID_INVALID"]],
    ["two dashboards of one id", { dashboards: [dashboard("a"), dashboard("a")] }, ["DASHBOARD_INVALID"]],
    [
      "two dashboards of one title, for which Grafana stores no dashboard at all",
      { dashboards: [dashboard("a"), dashboard("b", "a")] },
      ["DASHBOARD_INVALID"],
    ],
    [
      "two rules of one name",
      { alerts: [...AlertRule.recommended(), ...AlertRule.recommended()] },
      AlertRule.recommended().map(() => "NAME_DUPLICATE"),
    ],
    [
      "two receivers of one name, or with one directory",
      {
        receivers: ["a", "a"].map((name) =>
          AlertReceiver.webhook(name, { secretFiles: SecretFiles.fromSecret("/run/secrets/a", "a") }),
        ),
      },
      ["NAME_DUPLICATE", "RECEIVER_INVALID"],
    ],
  ])("with %s", (_what, props, codes) => {
    const world = new World();
    expect(problemCodesOf(() => world.monitoring(props))).toEqual(codes);
    expect(world.chart.node.children).toEqual([]);
  });

  test("lacks required props, or has values of another kind", () => {
    const world = new World();
    const make = (props: object) => () => new ClusterMonitoring(world.chart, "monitoring", props as never);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({ cluster: world.cluster, images: IMAGES, users: "admin:hunter2" }))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(
      problemCodesOf(
        make({ cluster: world.cluster, images: IMAGES, users: USERS, grafanaPassword: "hunter2" }),
      ),
    ).toHaveLength(1);
    const nameless = new Chart(world.app, "nameless");
    const props = { cluster: world.cluster, images: IMAGES, users: USERS };
    expect(problemCodesOf(() => new ClusterMonitoring(nameless, "monitoring", props))).toContain(
      "ATTRIBUTE_MISSING",
    );
    expect(nameless.node.children).toEqual([]);
  });

  test("is the second one of a cluster", () => {
    const world = new World();
    world.monitoring();
    const chart = new Chart(new KubernetesApp(), "other", { namespace: "other" });
    const props = { cluster: world.cluster, images: IMAGES, users: USERS };
    expect(validationProblemsOf(() => new ClusterMonitoring(chart, "monitoring", props))).toMatchObject([
      { code: "MONITORING_DUPLICATE", path: "other/monitoring" },
    ]);
  });

  test("is in the chart of another cluster, or of no cluster", () => {
    const world = new World();
    const other = new SecureOkeCluster(world.stack, "other", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_35,
    });
    new ClusterMonitoring(world.chart, "monitoring", {
      cluster: world.cluster,
      images: IMAGES,
      users: USERS,
    });
    expect(problemCodesOf(() => world.chart.toJson())).toContain("CHART_NOT_ADDED");
    other.addCdk8sChart("monitoring", world.chart);
    expect(problemCodesOf(() => synthesized(world.stack))).toContain("PEER_ELSEWHERE");
  });

  test("rejects duplicate rules and dashboards that are added later, and keeps nothing of the call", () => {
    const monitoring = new World().monitoring();
    const count = monitoring.dashboards.length;
    expect(problemCodesOf(() => monitoring.addDashboards(dashboard("new"), dashboard("nodes")))).toEqual([
      "DASHBOARD_INVALID",
    ]);
    expect(problemCodesOf(() => monitoring.addAlerts(AlertRule.recommended()[0] as AlertRule))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(monitoring.dashboards).toHaveLength(count);
  });
});
