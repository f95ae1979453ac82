import { type Chart } from "cdk8s";
import {
  HardenedCronJob,
  HardenedDeployment,
  HardenedJob,
  type HardenedWorkload,
  TraceProtocol,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { EnvironmentValue } from "../../../lib/workload/pods/environment-value";
import { problemCodesOf, synthesized } from "../../support/stack";
import { IMAGE } from "../../workload/support";
import { find, peers, podsOf, World } from "./support";

describe("a workload whose traces are taken", () => {
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  const envOf = (chart: Chart, name = "web") =>
    Object.fromEntries(
      find(chart, "Deployment", name).spec.template.spec.containers[0].env.map((one: any) => [
        one.name,
        one.value,
      ]),
    );

  test("can connect to the collector, and has its address", () => {
    const world = new World();
    const shop = world.namespace();
    world.web(shop).traces();
    world.monitoring();
    world.cluster.addCdk8sChart("shop", shop);
    expect(peers(shop, "web", "egress", 4318)).toEqual([podsOf("collector", "monitoring")]);
    expect(peers(world.chart, "collector", "ingress", 4318)).toEqual([podsOf("web", "shop")]);
    expect(envOf(shop)).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.monitoring.svc:4318",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_RESOURCE_ATTRIBUTES: "k8s.namespace.name=shop",
      OTEL_SERVICE_NAME: "web",
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "1",
    });
  });

  test("keeps the variables that it has, and sends over gRPC on request", () => {
    const world = new World();
    world.monitoring();
    const shop = world.namespace();
    const api = new HardenedDeployment(shop, "api", {
      image: IMAGE,
      env: {
        OTEL_SERVICE_NAME: EnvironmentValue.fromValue("orders"),
        LEVEL: EnvironmentValue.fromValue("info"),
      },
    });
    api.traces({ protocol: TraceProtocol.GRPC, sampledRatio: 0.1 });
    api.traces({ protocol: TraceProtocol.GRPC, sampledRatio: 0.1 });
    world.cluster.addCdk8sChart("shop", shop);
    expect(envOf(shop, "api")).toMatchObject({
      LEVEL: "info",
      OTEL_SERVICE_NAME: "orders",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.monitoring.svc:4317",
      OTEL_TRACES_SAMPLER_ARG: "0.1",
    });
    expect(find(shop, "Deployment", "api").spec.template.spec.containers[0].env).toHaveLength(10);
    expect(peers(world.chart, "collector", "ingress", 4318)).toEqual([]);
  });

  test("is rejected with an invalid ratio, and without a monitoring", () => {
    const world = new World();
    const shop = world.namespace();
    const web = world.web(shop);
    for (const sampledRatio of [-0.1, 1.1, Number.NaN]) {
      expect(problemCodesOf(() => web.traces({ sampledRatio }))).toEqual(["VALUE_INVALID"]);
    }
    web.traces();
    world.cluster.addCdk8sChart("shop", shop);
    expect(problemCodesOf(() => synthesized(world.stack))).toEqual(["MONITORING_MISSING"]);
  });

  test.each<[string, (chart: Chart) => HardenedWorkload, (object: any) => any]>([
    [
      "CronJob",
      (chart) => new HardenedCronJob(chart, "report", { image: IMAGE, schedule: "0 * * * *" }),
      ({ spec }) => spec.jobTemplate.spec,
    ],
    ["Job", (chart) => new HardenedJob(chart, "report", { image: IMAGE }), ({ spec }) => spec],
  ])("may be a %s, which ends before a scrape would find it", (kind, make, jobOf) => {
    const world = new World();
    world.monitoring();
    const shop = world.namespace();
    make(shop).traces();
    world.cluster.addCdk8sChart("shop", shop);
    const [object]: any[] = objectsOf(shop).filter((each: any) => each.kind === kind);
    const [program] = jobOf(object).template.spec.containers;
    expect(program.env).toContainEqual({
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      value: "http://collector.monitoring.svc:4318",
    });
    expect(program.env).toContainEqual({ name: "OTEL_SERVICE_NAME", value: "report" });
    expect(jobOf(object).template.metadata.labels).toMatchObject({ "app.kubernetes.io/name": "report" });
    expect(peers(shop, "report", "egress", 4318)).toEqual([podsOf("collector", "monitoring")]);
    expect(peers(world.chart, "collector", "ingress", 4318)).toEqual([podsOf("report", "shop")]);
  });
});
