import { Chart, Size } from "cdk8s";
import {
  Acknowledgements,
  ClusterLogging,
  ClusterMonitoring,
  ClusterNetwork,
  KubernetesVersion,
  LoadBalancerAccess,
  LogBuffer,
  LogOverflow,
  SecureNamespace,
  SecureOkeCluster,
  SubnetExposure,
  TraefikIngress,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf } from "../../support/stack";
import { IMAGES, USERS } from "../monitoring/support";
import {
  exposedDashboards,
  fileOf,
  find,
  FLUENT_BIT,
  FLUENTD,
  image,
  inCluster,
  parse,
  World,
} from "./support";

describe("a buffer that pauses", () => {
  const buffer = LogBuffer.of({ limit: Size.mebibytes(128), overflow: LogOverflow.PAUSE });

  test("is not the default", () => {
    const world = new World();
    world.logging();
    const { pipeline, service } = parse(fileOf(world.chart, "fluent-bit.yaml"));
    expect(LogBuffer.of().overflow).toBe(LogOverflow.DROP_OLDEST);
    expect(pipeline.inputs[0]).not.toHaveProperty(["storage.pause_on_chunks_overlimit"]);
    expect(service["storage.max_chunks_up"]).toBe(32);
  });

  test("is 64 mebibytes without a limit, which Fluent Bit maps into its memory", () => {
    expect(LogBuffer.of({ overflow: LogOverflow.PAUSE })).toMatchObject({
      limitMebibytes: 64,
      overflow: LogOverflow.PAUSE,
    });
  });

  test("stops Fluent Bit from reading at its limit, with memory for what is mapped", () => {
    const world = new World();
    world.logging({ buffer });
    const { pipeline, service } = parse(fileOf(world.chart, "fluent-bit.yaml"));
    expect(pipeline.inputs[0]["storage.pause_on_chunks_overlimit"]).toBe(true);
    expect(service["storage.max_chunks_up"]).toBe(64);
    const [container] = find(world.chart, "DaemonSet", "fluent-bit").spec.template.spec.containers;
    expect(container.resources.limits.memory).toBe("320Mi");
  });

  test("stops Fluentd from reading at its limit", () => {
    const actionOf = (options: { readonly buffer?: LogBuffer }) => {
      const world = new World();
      world.logging({ collector: FLUENTD, ...options });
      return /overflow_action (\S+)/.exec(fileOf(world.chart, "fluent.conf"))?.[1];
    };
    expect([actionOf({ buffer }), actionOf({})]).toEqual(["block", "drop_oldest_chunk"]);
  });

  test("can't be misspelled in an untyped program", () => {
    expect(problemCodesOf(() => LogBuffer.of({ overflow: "stop" as LogOverflow }))).toEqual([
      "VALUE_INVALID",
    ]);
  });
});

describe("the metrics of the collectors", () => {
  function addMonitoring(world: World): ClusterMonitoring {
    const chart = new Chart(world.app, "monitoring", { namespace: "monitoring" });
    const { cluster } = world;
    const monitoring = new ClusterMonitoring(chart, "monitoring", { cluster, images: IMAGES, users: USERS });
    cluster.addCdk8sChart("monitoring", chart);
    return monitoring;
  }

  function jobs(monitoring: ClusterMonitoring): string[] {
    const { scrape_configs: all } = parse(fileOf(Chart.of(monitoring), "jobs.yaml"));
    return all.map(({ job_name: name }: any) => name);
  }

  const ingressPorts = (world: World) =>
    objectsOf(world.chart)
      .filter(
        (object: any) =>
          object.kind === "NetworkPolicy" &&
          object.metadata.namespace === "logging-nodes" &&
          object.spec.ingress,
      )
      .flatMap(({ spec }: any) =>
        spec.ingress.flatMap(({ ports = [] }: any) => ports.map(({ port }: any) => port)),
      );

  test.each([
    ["Fluent Bit", FLUENT_BIT, 2020, "logging-nodes/fluent-bit:2020/api/v2/metrics/prometheus"],
    ["Fluentd", FLUENTD, 24231, "logging-nodes/fluentd:24231/metrics"],
  ])(
    "of %s are scraped where there is a monitoring, created before or after",
    (_name, collector, port, job) => {
      const before = new World();
      const earlier = addMonitoring(before);
      before.logging({ collector });
      expect(jobs(earlier)).toContain(job);
      expect(ingressPorts(before)).toEqual([port]);
      const after = new World();
      after.logging({ collector });
      const later = addMonitoring(after);
      expect(jobs(later)).toEqual(jobs(earlier));
      expect(ingressPorts(after)).toEqual([port]);
    },
  );

  test("are reachable by nobody without a monitoring", () => {
    const world = new World();
    world.logging();
    expect(ingressPorts(world)).toEqual([]);
  });
});

describe("OpenSearch Dashboards behind a public gateway", () => {
  function expose(access: LoadBalancerAccess, publicReason?: string): World {
    const stack = newStack();
    const kubernetesVersion = KubernetesVersion.V1_35;
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      publicLoadBalancerExposure: SubnetExposure.publicWith({ reason: "The shop is public" }),
    });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      ...{ compartmentId: COMPARTMENT, kubernetesVersion, network },
    });
    const world = new World(cluster);
    const chart = new Chart(world.app, "gateway", { namespace: "gateway" });
    new SecureNamespace(chart, "namespace", { name: "gateway" });
    const gateway = new TraefikIngress(chart, "traefik", {
      cluster: world.cluster,
      access,
      image: image("traefik"),
    });
    const dashboards = {
      ...exposedDashboards(gateway),
      ...(publicReason === undefined ? {} : { publicReason }),
    };
    const destination = inCluster({ dashboards });
    new ClusterLogging(world.chart, "logging", {
      cluster: world.cluster,
      collector: FLUENT_BIT,
      destination,
    });
    return world;
  }

  const PUBLIC = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], { reason: "The shop is public" });

  test("are rejected without publicReason", () => {
    const [problem] = validationProblemsOf(() => expose(PUBLIC));
    expect(problem).toMatchObject({
      code: "REASON_MISSING",
      property: "dashboards.publicReason",
      fix: expect.stringContaining("{ publicReason: "),
    });
    expect(problemCodesOf(() => expose(PUBLIC, "-"))).toEqual(["REASON_MISSING"]);
  });

  test("are an acknowledged exception with one", () => {
    const { chart } = expose(PUBLIC, "The auditors of the customer search logs from their own network");
    expect(Acknowledgements.of(chart)).toContainEqual(
      expect.objectContaining({
        practice: expect.any(String),
        what: "OpenSearch Dashboards behind a public load balancer",
        reason: "The auditors of the customer search logs from their own network",
      }),
    );
  });

  test("need no reason behind an internal one", () => {
    const { chart } = expose(LoadBalancerAccess.internalFrom(["10.0.0.0/8"]));
    expect(Acknowledgements.of(chart).map(({ what }) => what)).not.toContain(
      "OpenSearch Dashboards behind a public load balancer",
    );
  });
});
