import { App as KubernetesApp, Chart, Duration, Size, Yaml } from "cdk8s";
import * as fc from "fast-check";
import {
  AlertReceiver,
  AlertRule,
  ClusterMonitoring,
  DashboardPanel,
  GrafanaDashboard,
  HardenedDaemonSet,
  HardenedDeployment,
  HostAccess,
  IngressCertificate,
  IngressHost,
  KubeletMetrics,
  KubernetesVersion,
  LoadBalancerAccess,
  PodSecurityLevel,
  SecretFiles,
  SecureNamespace,
  PodNetworking,
  SecureOkeCluster,
  Tenant,
  TlsTermination,
  TraefikIngress,
  type ClusterMonitoringProps,
} from "../../../lib";
import { Acknowledgements } from "../../../lib/core/acknowledgement";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { flowsOf } from "../../support/rules";
import { COMPARTMENT, refusal, refusedCodes, synthesized } from "../../support/stack";
import { parseYaml } from "../../terraform/yaml-readers";
import { IMAGE } from "../../workload/support";
import { fileOf, find, IMAGES, peers, podsOf, USERS, World } from "./support";

const REASON = { reason: "Somebody asked for it in a test" };

const jobsOf = ({ chart }: World): any[] =>
  (parseYaml(fileOf(chart, "prometheus-scrapes", "jobs.yaml"), "1.2")[0] as any).scrape_configs;
const jobNames = (world: World) => jobsOf(world).map(({ job_name }) => job_name as string);

describe("a monitoring", () => {
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  test("is what its snapshot holds", () => {
    const world = new World();
    world.monitoring();
    expect(Yaml.stringify(...objectsOf(world.chart))).toMatchSnapshot();
  });

  test("shows everything that it is given", () => {
    const world = new World();
    const kmsKeyId = "ocid1.key.oc1.eu-frankfurt-1.example";
    const monitoring = world.monitoring({
      receivers: [AlertReceiver.webhook("pager", { url: "https://pager.example.com/alerts" })],
      alerts: [
        AlertRule.of({
          name: "NoWeb",
          expression: "absent(up)",
          purpose: "Web is up.",
          whatToDo: "Start it.",
        }),
      ],
      dashboards: [dashboard("shop")],
      retention: Duration.days(30),
      storage: Size.gibibytes(400),
      traceRetention: Duration.hours(12),
      traceStorage: Size.gibibytes(80),
      kmsKeyId,
      keyCompartmentId: COMPARTMENT,
      kubelets: KubeletMetrics.unverified(REASON),
      imagePullSecrets: ["ocir"],
      podSecurityVersion: KubernetesVersion.V1_35,
    });
    const { containers } = find(world.chart, "StatefulSet", "prometheus").spec.template.spec;
    expect(containers[0].args).toEqual(
      expect.arrayContaining([
        "--storage.tsdb.retention.time=720h",
        `--storage.tsdb.retention.size=${320 * 1024 ** 3}B`,
      ]),
    );
    const claimOf = (name: string) =>
      find(world.chart, "StatefulSet", name).spec.volumeClaimTemplates[0].spec.resources.requests.storage;
    expect([claimOf("prometheus"), claimOf("jaeger")]).toEqual(["400Gi", "80Gi"]);
    expect(fileOf(world.chart, "jaeger-config", "config.yaml")).toContain("spans: 12h");
    expect(find(world.chart, "StorageClass", "monitoring-encrypted").parameters["kms-key-id"]).toBe(kmsKeyId);
    expect(jobsOf(world).find(({ job_name }) => job_name === "kubelet").tls_config).toEqual({
      insecure_skip_verify: true,
    });
    expect(fileOf(world.chart, "prometheus-rules", "alerts.yaml")).toContain("alert: NoWeb");
    expect(Object.keys(find(world.chart, "ConfigMap", "grafana-dashboards").data)).toEqual(["shop.json"]);
    expect(find(world.chart, "ServiceAccount", "grafana").imagePullSecrets).toEqual([{ name: "ocir" }]);
    expect(find(world.chart, "ServiceAccount", "node-exporter").imagePullSecrets).toEqual([{ name: "ocir" }]);
    expect(monitoring.alerts.map(({ name }) => name)).toEqual(["NoWeb"]);
    expect(process.emitWarning).not.toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ code: "alert-receivers" }),
    );
  });

  test("exposes nothing, and keeps everything but the node exporters in a restricted namespace", () => {
    const world = new World();
    world.monitoring();
    const objects: any[] = objectsOf(world.chart);
    expect(objects.filter(({ kind }) => ["Ingress", "HTTPRoute", "Gateway"].includes(kind))).toEqual([]);
    const types = objects.filter(({ kind }) => kind === "Service").map(({ spec }) => spec.type);
    expect(new Set(types)).toEqual(new Set(["ClusterIP"]));
    const levels = objects
      .filter(({ kind }) => kind === "Namespace")
      .map(({ metadata }) => [metadata.name, metadata.labels["pod-security.kubernetes.io/enforce"]]);
    expect(levels).toEqual([
      ["monitoring", "restricted"],
      ["monitoring-nodes", "privileged"],
    ]);
    const runners = objects.filter(({ spec }) => spec?.template?.spec?.containers);
    expect(runners.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()).toEqual([
      "monitoring-nodes/node-exporter",
      ...["alertmanager", "collector", "grafana", "jaeger", "kube-state-metrics", "prometheus"].map(
        (one) => `monitoring/${one}`,
      ),
    ]);
    for (const { metadata, spec } of runners) {
      const pod = spec.template.spec;
      expect(pod.hostNetwork === true).toBe(metadata.name === "node-exporter");
      expect(pod.volumes?.filter((volume: any) => volume.hostPath) ?? []).toEqual([]);
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
        });
      }
    }
  });

  test("gives Prometheus and kube-state-metrics the rights that they need, and neither Secrets nor ConfigMaps", () => {
    const world = new World();
    world.monitoring();
    const objects: any[] = objectsOf(world.chart);
    const rules = objects
      .filter(({ kind }) => ["Role", "ClusterRole"].includes(kind))
      .flatMap((role) => role.rules);
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(["get", "list", "watch"]));
    for (const secret of ["secrets", "configmaps", "nodes/proxy", "*"]) {
      expect(rules.flatMap(({ resources }) => resources)).not.toContain(secret);
    }
    const prometheus = find(world.chart, "ClusterRole", "monitoring-prometheus-nodes").rules;
    expect(prometheus).toEqual(
      expect.arrayContaining([
        { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
      ]),
    );
    // Pods of a namespace are read where something is scraped there, and nowhere else.
    expect(find(world.chart, "Role", "prometheus-reads-pods").metadata.namespace).toBe("monitoring");
    expect(rules.filter(({ resources }) => resources.includes("pods"))).toHaveLength(2);
    const withToken = objects
      .filter(({ spec }) => JSON.stringify(spec?.template ?? {}).includes('serviceAccountToken":{'))
      .map(({ metadata }) => metadata.name);
    expect(withToken.sort()).toEqual(["kube-state-metrics", "prometheus"]);
  });

  test("keeps the exceptions that it takes as acknowledgements, with reasons", () => {
    const world = new World();
    world.monitoring();
    const taken = Acknowledgements.of(world.chart).map(({ practice, what }: any) => `${practice}: ${what}`);
    expect(taken.sort()).toEqual([
      "least-privilege: a role for the whole cluster",
      "least-privilege: a role for the whole cluster",
      "network-layers: network of the node, ports 9100",
      "non-root: namespace monitoring-nodes enforces no Pod Security Standard",
    ]);
  });

  test("opens the node exporters to pods in the groups of the cluster, and the kubelets in its policy only", () => {
    const world = new World();
    world.monitoring();
    const nodes = [{ ipBlock: { cidr: "10.0.2.0/24" } }];
    expect(peers(world.chart, "prometheus", "egress", 9100)).toEqual(nodes);
    expect(peers(world.chart, "prometheus", "egress", 10250)).toEqual(nodes);
    const flows = flowsOf(world.stack).filter((flow: any) => JSON.stringify(flow).includes("9100"));
    expect(flows).toMatchSnapshot();
    expect(flows.length).toBeGreaterThan(0);
  });

  test("warns where nobody gets its alerts", () => {
    new World().monitoring();
    expect(process.emitWarning).toHaveBeenCalledWith(
      expect.stringContaining("has no receivers"),
      expect.objectContaining({ code: "alert-receivers" }),
    );
  });

  test("reads no kubelet where none is asked for", () => {
    const world = new World();
    world.monitoring({ kubelets: KubeletMetrics.none() });
    expect(jobNames(world)).not.toContain("kubelet");
    expect(peers(world.chart, "prometheus", "egress", 10250)).toEqual([]);
    expect(find(world.chart, "ClusterRole", "monitoring-prometheus-nodes").rules).toHaveLength(1);
  });

  test("exposes Grafana through a gateway on request, under its own address", () => {
    const world = new World();
    const gateway = world.namespace("gateway");
    const traefik = new TraefikIngress(gateway, "traefik", {
      cluster: world.cluster,
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      image: IMAGE,
    });
    world.monitoring({
      exposure: {
        gateway: traefik,
        host: IngressHost.of("grafana.example.com"),
        tls: TlsTermination.atIngress(IngressCertificate.fromSecret("grafana-tls")),
      },
    });
    world.cluster.addCdk8sChart("gateway", gateway);
    expect(fileOf(world.chart, "grafana-config", "grafana.ini")).toContain(
      "root_url = https://grafana.example.com/",
    );
    expect(peers(world.chart, "grafana", "ingress", 3000)).toContainEqual(podsOf("traefik", "gateway"));
    expect(peers(gateway, "traefik", "egress", 3000)).toEqual([podsOf("grafana", "monitoring")]);
  });

  test("takes rules and dashboards later, in any order with the same bytes", () => {
    const of = (order: "ab" | "ba") => {
      const world = new World();
      const monitoring = world.monitoring();
      for (const letter of order) {
        monitoring.addAlerts(
          AlertRule.of({
            name: `Rule${letter}`,
            expression: "up == 0",
            purpose: "Up.",
            whatToDo: "Start it.",
          }),
        );
        monitoring.addDashboards(dashboard(`dashboard-${letter}`));
      }
      return Yaml.stringify(...objectsOf(world.chart));
    };
    expect(of("ab")).toBe(of("ba"));
    expect(of("ab")).toContain("alert: Rulea");
  });
});

describe("a workload whose metrics are scraped", () => {
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  type Step = "monitoring" | "workload" | "added";
  test.each<[Step, Step, Step]>([
    ["monitoring", "workload", "added"],
    ["workload", "monitoring", "added"],
    ["workload", "added", "monitoring"],
  ])("is connected on both ends, in the order %s, %s, %s", (...steps) => {
    const world = new World();
    const shop = world.namespace();
    const make = {
      monitoring: () => world.monitoring(),
      workload: () => world.web(shop).scrapeMetrics(),
      added: () => world.cluster.addCdk8sChart("shop", shop),
    };
    for (const step of steps) make[step]();
    expect(peers(world.chart, "prometheus", "egress", 9464)).toEqual([podsOf("web", "shop")]);
    expect(peers(shop, "web", "ingress", 9464)).toEqual([podsOf("prometheus", "monitoring")]);
    expect(jobsOf(world).find(({ job_name }) => job_name === "shop/web:9464/metrics")).toMatchSnapshot();
    const role = find(shop, "Role", "prometheus-reads-pods");
    expect(role.rules).toEqual([{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }]);
    const binding: any = objectsOf(shop).find(
      ({ kind, roleRef }: any) => kind === "RoleBinding" && roleRef.name === "prometheus-reads-pods",
    );
    expect(binding.subjects).toEqual([
      { kind: "ServiceAccount", name: "prometheus", namespace: "monitoring" },
    ]);
    expect(synthesized(world.stack).output.shop_manifests.value).toContain("prometheus-reads-pods");
  });

  test("may be of a daemon set in the network of its nodes: rules of groups and the nodes' range let Prometheus in", () => {
    const world = new World();
    world.monitoring();
    const agents = new Chart(world.app, "agents", { namespace: "agents" });
    new SecureNamespace(agents, "namespace", {
      name: "agents",
      podSecurity: PodSecurityLevel.privilegedFor(REASON),
    });
    const agent = new HardenedDaemonSet(agents, "agent", {
      image: IMAGE,
      port: 9200,
      hostAccess: [HostAccess.network({ ...REASON, ports: [9200] })],
    });
    agent.scrapeMetrics();
    world.cluster.addCdk8sChart("agents", agents);
    expect(peers(world.chart, "prometheus", "egress", 9200)).toEqual([{ ipBlock: { cidr: "10.0.2.0/24" } }]);
    expect(flowsOf(world.stack).some((flow: any) => JSON.stringify(flow).includes("9200"))).toBe(true);
    expect(jobNames(world)).toContain("agents/agent:9200/metrics");
  });

  test.each([
    [["monitoring"], []],
    [[], ["PEER_NOT_ALLOWED"]],
  ])("of a tenant needs the monitoring among its peers, %j", (allowedPeers, codes) => {
    const world = new World();
    world.monitoring();
    const chart = new Chart(world.app, "team", { namespace: "team" });
    new Tenant(chart, "tenant", { allowedPeers });
    world.web(chart).scrapeMetrics();
    world.cluster.addCdk8sChart("team", chart);
    const synthesize = () => synthesized(world.stack);
    if (codes.length === 0) expect(synthesize).not.toThrow();
    else expect(refusedCodes(synthesize)).toEqual(codes);
  });

  test("has a rule of no group in an overlay, whose pods have the addresses of their nodes", () => {
    const world = new World({ podNetworking: PodNetworking.flannelOverlay() });
    world.monitoring();
    expect(flowsOf(world.stack).filter((flow: any) => JSON.stringify(flow).includes("9100"))).toEqual([]);
    expect(peers(world.chart, "prometheus", "egress", 9100)).toHaveLength(1);
  });

  test("has the same jobs whatever the order of the calls", () => {
    const names = ["a", "b", "c", "d"];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 1 }), (order) => {
        const jobs = (list: readonly string[]) => {
          const world = new World();
          const shop = world.namespace();
          const webs = new Map([...list].sort().map((name) => [name, world.web(shop, name)]));
          for (const name of list) webs.get(name)?.scrapeMetrics();
          world.monitoring();
          world.cluster.addCdk8sChart("shop", shop);
          return fileOf(world.chart, "prometheus-scrapes", "jobs.yaml");
        };
        expect(jobs(order)).toBe(jobs([...order].sort()));
      }),
      { numRuns: 5 },
    );
  });

  test("is refused where it does not serve the port", () => {
    const world = new World();
    const shop = world.namespace();
    const web = world.web(shop);
    const [problem] = refusal(() => web.scrapeMetrics({ port: 9999 }));
    expect(problem).toMatchObject({ code: "PORT_NOT_LISTENED", path: "shop/web" });
    expect(problem?.what).toBe("port is 9999, and the workload listens on 8080, 9464");
    const worker = new HardenedDeployment(shop, "worker", { image: IMAGE });
    expect(refusedCodes(() => worker.scrapeMetrics())).toEqual(["PORT_NOT_LISTENED"]);
  });

  test.each([
    [{ path: "metrics" }, "VALUE_INVALID"],
    [{ path: "/metrics?all=1" }, "VALUE_INVALID"],
    [{ interval: Duration.seconds(1) }, "DURATION_INVALID"],
    [{ sampleLimit: 0 }, "COUNT_INVALID"],
    [{ sampleLimit: 1.5 }, "COUNT_INVALID"],
  ])("is refused with %j", (options, code) => {
    const world = new World();
    const web = world.web(world.namespace());
    expect(refusedCodes(() => web.scrapeMetrics(options))).toEqual([code]);
  });

  test("is refused at synthesis where the cluster has no monitoring, or the chart no cluster", () => {
    const world = new World();
    const shop = world.namespace();
    world.web(shop).scrapeMetrics();
    expect(refusedCodes(() => shop.toJson())).toContain("MONITORING_MISSING");
    world.cluster.addCdk8sChart("shop", shop);
    expect(refusal(() => synthesized(world.stack)).map(({ code, what }) => [code, what])).toEqual([
      ["MONITORING_MISSING", "Scraping metrics needs a ClusterMonitoring, and stack/cluster has none"],
    ]);
  });

  test("is refused in a chart without a namespace, whose pods no policy elsewhere can name", () => {
    const world = new World();
    world.monitoring();
    const chart = new Chart(world.app, "nameless");
    const web = world.web(chart);
    web.scrapeMetrics();
    expect(refusedCodes(() => world.cluster.addCdk8sChart("nameless", chart))).toContain("NAME_INVALID");
  });
});

describe("a monitoring is rejected", () => {
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
    expect(refusedCodes(() => world.monitoring(props))).toEqual(codes);
    expect(world.chart.node.children).toEqual([]);
  });

  test("without what it needs, and with what is none of it", () => {
    const world = new World();
    const make = (props: object) => () => new ClusterMonitoring(world.chart, "monitoring", props as never);
    expect(refusedCodes(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(refusedCodes(make({ cluster: world.cluster, images: IMAGES, users: "admin:hunter2" }))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(
      refusedCodes(
        make({ cluster: world.cluster, images: IMAGES, users: USERS, grafanaPassword: "hunter2" }),
      ),
    ).toHaveLength(1);
    const nameless = new Chart(world.app, "nameless");
    const props = { cluster: world.cluster, images: IMAGES, users: USERS };
    expect(refusedCodes(() => new ClusterMonitoring(nameless, "monitoring", props))).toContain(
      "ATTRIBUTE_MISSING",
    );
    expect(nameless.node.children).toEqual([]);
  });

  test("as the second one of a cluster", () => {
    const world = new World();
    world.monitoring();
    const chart = new Chart(new KubernetesApp(), "other", { namespace: "other" });
    const props = { cluster: world.cluster, images: IMAGES, users: USERS };
    expect(refusal(() => new ClusterMonitoring(chart, "monitoring", props))).toMatchObject([
      { code: "MONITORING_DUPLICATE", path: "other/monitoring" },
    ]);
  });

  test("in the chart of another cluster, or of none", () => {
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
    expect(refusedCodes(() => world.chart.toJson())).toContain("CHART_NOT_ADDED");
    other.addCdk8sChart("monitoring", world.chart);
    expect(refusedCodes(() => synthesized(world.stack))).toContain("PEER_ELSEWHERE");
  });

  test("for duplicate rules and dashboards in later calls, which then add nothing", () => {
    const monitoring = new World().monitoring();
    const count = monitoring.dashboards.length;
    expect(refusedCodes(() => monitoring.addDashboards(dashboard("new"), dashboard("nodes")))).toEqual([
      "DASHBOARD_INVALID",
    ]);
    expect(refusedCodes(() => monitoring.addAlerts(AlertRule.recommended()[0] as AlertRule))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(monitoring.dashboards).toHaveLength(count);
  });
});

function dashboard(id: string, title = id): GrafanaDashboard {
  const panels = [DashboardPanel.timeSeries({ title: "Requests", queries: [{ expression: "up" }] })];
  return GrafanaDashboard.of({ id, title, panels });
}
