import { Chart, Duration } from "cdk8s";
import * as fc from "fast-check";
import {
  HardenedDaemonSet,
  HardenedDeployment,
  HostAccess,
  PodSecurityLevel,
  SecureNamespace,
  PodNetworking,
  Tenant,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { flowsOf } from "../../support/rules";
import { validationProblemsOf, problemCodesOf, synthesized } from "../../support/stack";
import { IMAGE } from "../../workload/support";
import { fileOf, find, jobNames, jobsOf, peers, podsOf, World } from "./support";

const REASON = { reason: "Somebody asked for it in a test" };

describe("scrapeMetrics of a workload", () => {
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

  test("allows Prometheus by group rules and the range of nodes for a DaemonSet in the host network", () => {
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
    else expect(problemCodesOf(synthesize)).toEqual(codes);
  });

  test("adds no group rule in an overlay, whose pods use the addresses of their nodes", () => {
    const world = new World({ podNetworking: PodNetworking.flannelOverlay() });
    world.monitoring();
    expect(flowsOf(world.stack).filter((flow: any) => JSON.stringify(flow).includes("9100"))).toEqual([]);
    expect(peers(world.chart, "prometheus", "egress", 9100)).toHaveLength(1);
  });

  test("writes the same jobs in any order of calls", () => {
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

  test("rejects a port that the workload does not serve", () => {
    const world = new World();
    const shop = world.namespace();
    const web = world.web(shop);
    const [problem] = validationProblemsOf(() => web.scrapeMetrics({ port: 9999 }));
    expect(problem).toMatchObject({ code: "PORT_NOT_LISTENED", path: "shop/web" });
    expect(problem?.what).toBe("port is 9999, and the workload listens on 8080, 9464");
    const worker = new HardenedDeployment(shop, "worker", { image: IMAGE });
    expect(problemCodesOf(() => worker.scrapeMetrics())).toEqual(["PORT_NOT_LISTENED"]);
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
    expect(problemCodesOf(() => web.scrapeMetrics(options))).toEqual([code]);
  });

  test("is rejected at synthesis if the cluster has no monitoring, or the chart no cluster", () => {
    const world = new World();
    const shop = world.namespace();
    world.web(shop).scrapeMetrics();
    expect(problemCodesOf(() => shop.toJson())).toContain("MONITORING_MISSING");
    world.cluster.addCdk8sChart("shop", shop);
    expect(
      validationProblemsOf(() => synthesized(world.stack)).map(({ code, what }) => [code, what]),
    ).toEqual([
      ["MONITORING_MISSING", "Scraping metrics needs a ClusterMonitoring, and stack/cluster has none"],
    ]);
  });

  test("is rejected in a chart without a namespace, whose pods no other policy can select", () => {
    const world = new World();
    world.monitoring();
    const chart = new Chart(world.app, "nameless");
    const web = world.web(chart);
    web.scrapeMetrics();
    expect(problemCodesOf(() => world.cluster.addCdk8sChart("nameless", chart))).toContain("NAME_INVALID");
  });
});
