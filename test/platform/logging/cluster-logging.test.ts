import { Chart, Size } from "cdk8s";
import {
  Acknowledgements,
  ClusterLogging,
  Egress,
  HardenedDeployment,
  LogBuffer,
  LogDestination,
  LogParser,
  OciContainerLogging,
  Port,
  SecureOkeCluster,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { COMPARTMENT, validationProblemsOf, problemCodesOf } from "../../support/stack";
import { problemsAtSynthesis } from "../../workload/support";
import { fileOf, find, FLUENT_BIT, image, inCluster, parse, secret, World } from "./support";

const EGRESS = [Egress.to("203.0.113.9/32", Port.tcp(9200), { reason: "The log store of the company" })];
const outside = () =>
  LogDestination.openSearch({ host: "logs.example.com", credentials: secret("log-store"), egress: EGRESS });
const fluentBit = (world: World) => parse(fileOf(world.chart, "fluent-bit.yaml"));

function named(list: any[], name: string): any {
  const found = list.filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

describe("a ClusterLogging with the required props", () => {
  const world = new World();
  const logging = world.logging();
  const { chart } = world;

  test("reads two directories of its nodes, as root without capabilities, and writes to its own volume only", () => {
    const { spec } = find(chart, "DaemonSet", "fluent-bit").spec.template;
    const onNode = spec.volumes.filter(({ hostPath }: any) => hostPath);
    expect(onNode.map(({ hostPath }: any) => hostPath.path)).toEqual([
      "/var/log/containers",
      "/var/log/pods",
    ]);
    const [container, ...others] = spec.containers;
    expect(others).toEqual([]);
    for (const { name } of onNode) {
      expect(container.volumeMounts.find((mount: any) => mount.name === name)).toMatchObject({
        readOnly: true,
      });
    }
    expect(container.securityContext).toMatchObject({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      privileged: false,
    });
    expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([false, false, false]);
    const writable = container.volumeMounts.filter(({ readOnly }: any) => !readOnly);
    expect(writable.map(({ mountPath }: any) => mountPath)).toEqual(["/var/lib/fluent-bit"]);
    expect(spec.volumes.filter(({ emptyDir }: any) => emptyDir)[0].emptyDir).toEqual({ sizeLimit: "1280Mi" });
  });

  test("runs the collectors in a privileged namespace of their own, for a recorded reason, and the store in a restricted one", () => {
    const labels = (name: string) =>
      find(chart, "Namespace", name).metadata.labels["pod-security.kubernetes.io/enforce"];
    expect([labels("logging-nodes"), labels("logging")]).toEqual(["privileged", "restricted"]);
    const runners = objectsOf(chart).filter(
      (one: any) => one.metadata.namespace === "logging-nodes" && one.spec?.template,
    );
    expect(runners.map(({ kind }: any) => kind)).toEqual(["DaemonSet"]);
    const exceptions = Acknowledgements.of(chart).map(({ what }) => what);
    expect(exceptions).toEqual(
      expect.arrayContaining([
        "namespace logging-nodes enforces no Pod Security Standard",
        "path /var/log/containers of the node, read-only",
        "path /var/log/pods of the node, read-only",
        "user root",
      ]),
    );
  });

  test("lets the collector get pods, and do nothing else", () => {
    expect(find(chart, "ClusterRole", "logging-collector").rules).toEqual([
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ]);
    const bindings = objectsOf(chart).filter(({ kind }: any) => /Binding$/.test(kind));
    expect(bindings).toHaveLength(1);
    expect((bindings[0] as any).subjects).toEqual([
      { kind: "ServiceAccount", name: "fluent-bit", namespace: "logging-nodes" },
    ]);
  });

  test("buffers in files within its volume, and drops the oldest lines", () => {
    const { pipeline, service } = fluentBit(world);
    expect(pipeline.inputs[0]["storage.type"]).toBe("filesystem");
    expect(named(pipeline.outputs, "opensearch")["storage.total_limit_size"]).toBe("1024M");
    expect(service["storage.path"]).toBe("/var/lib/fluent-bit/buffer");
    expect(pipeline.inputs[0].db).toBe("/var/lib/fluent-bit/positions.db");
    const { resources } = find(chart, "DaemonSet", "fluent-bit").spec.template.spec.containers[0];
    expect(resources.limits["ephemeral-storage"]).toBe("1408Mi");
  });

  test("joins lines, adds an id, adds the pod, then redacts, so that redaction sees the record that is sent", () => {
    const { filters, inputs } = fluentBit(world).pipeline;
    // A filter would hand lines to an input of its own, which loses them while it is paused.
    expect(inputs[0].processors.logs).toEqual([
      expect.objectContaining({ name: "multiline", "multiline.parser": "go,java,python" }),
    ]);
    expect(filters.map(({ name }: any) => name)).toEqual(["lua", "kubernetes", "lua"]);
    expect(named(filters, "kubernetes")).toMatchObject({
      annotations: false,
      "k8s-logging.exclude": false,
      "k8s-logging.parser": false,
    });
  });

  test("does not collect its own lines", () => {
    expect(fluentBit(world).pipeline.inputs[0].exclude_path).toBe(
      "/var/log/containers/*_logging-nodes_fluent-bit-*.log",
    );
  });

  test("writes no password and no key into any object", () => {
    const text = JSON.stringify(objectsOf(chart));
    expect(text).not.toMatch(/http_passwd|"kind":"Secret"|\$2[aby]\$/);
    expect(objectsOf(chart).some(({ kind }: any) => kind === "Ingress")).toBe(false);
  });

  test("has quotas for a collector on each of a thousand nodes, and for a fourth node of OpenSearch", () => {
    const hard = (namespace: string) =>
      (objectsOf(chart) as any[]).find(
        ({ kind, metadata }) => kind === "ResourceQuota" && metadata.namespace === namespace,
      ).spec.hard;
    expect(hard("logging-nodes")).toMatchObject({
      pods: "1000",
      "limits.memory": "256000Mi",
      "limits.ephemeral-storage": "1408000Mi",
    });
    expect(hard("logging")["limits.memory"]).toBe("24832Mi");
    const big = new World();
    big.logging({
      destination: inCluster({ memory: Size.gibibytes(32) }),
      buffer: LogBuffer.of({ limit: Size.gibibytes(20) }),
    });
    expect(problemsAtSynthesis(big.chart)).toEqual([]);
  });

  test("exposes its parts, and synthesizes the same bytes for the same program", () => {
    expect(logging.collector.name).toBe("fluent-bit");
    expect(logging.store?.name).toBe("opensearch");
    expect(logging.dashboards).toBeUndefined();
    expect(logging.node.defaultChild).toBe(logging.collector);
    const other = new World();
    other.logging();
    expect(objectsOf(other.chart)).toEqual(objectsOf(chart));
  });
});

test("a ClusterLogging configures the parsers of Fluent Bit", () => {
  const world = new World();
  world.logging({
    parsers: [
      LogParser.pattern("access", {
        pattern: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)"',
        timeField: "time",
        timeFormat: "%d/%b/%Y:%H:%M:%S %z",
      }),
      LogParser.multiline("dated", { firstLine: "^\\d{4}-\\d{2}/", continuation: "^\\s" }),
    ],
    multiline: ["java", "dated"],
    formats: [{ namespace: "shop", container: "web", parser: "access" }],
  });
  const { multiline_parsers: joining, parsers, pipeline } = fluentBit(world);
  expect(parsers).toEqual([
    {
      name: "access",
      format: "regex",
      regex: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)"',
      time_key: "time",
      time_format: "%d/%b/%Y:%H:%M:%S %z",
    },
  ]);
  expect(joining[0].rules[0].regex).toBe("/^\\d{4}-\\d{2}\\//");
  expect(named(pipeline.filters, "parser").match).toBe("kube.var.log.containers.*_shop_web-*");
});

describe("an invalid ClusterLogging", () => {
  test("is a second logger of a cluster, of either kind and in any order", () => {
    const world = new World();
    world.logging();
    const other = new Chart(world.app, "other", { namespace: "other" });
    const again = () =>
      new ClusterLogging(other, "other", {
        cluster: world.cluster,
        collector: FLUENT_BIT,
        destination: outside(),
      });
    const [problem] = validationProblemsOf(again);
    expect(problem).toMatchObject({
      code: "LOGGING_DUPLICATE",
      path: "other/other",
      property: "cluster",
      what: expect.stringContaining("logging/logging"),
    });
    expect(other.node.tryFindChild("other")).toBeUndefined();
    const { cluster, stack } = world;
    const tenancyId = "ocid1.tenancy.oc1..test";
    expect(
      problemCodesOf(() => new OciContainerLogging(stack, "containers", { cluster, tenancyId })),
    ).toEqual(["LOGGING_DUPLICATE"]);
    const second = new World();
    new OciContainerLogging(second.stack, "containers", { cluster: second.cluster, tenancyId });
    expect(problemCodesOf(() => second.logging())).toEqual(["LOGGING_DUPLICATE"]);
  });

  test("is not one on each of two clusters", () => {
    const world = new World();
    world.logging();
    const cluster = new SecureOkeCluster(world.stack, "second", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: world.cluster.kubernetesVersion,
    });
    const chart = new Chart(world.app, "second", { namespace: "logging" });
    expect(
      () => new ClusterLogging(chart, "logging", { cluster, collector: FLUENT_BIT, destination: outside() }),
    ).not.toThrow();
  });

  test("refers to undefined parsers, with the nearest names in the message", () => {
    const world = new World();
    const problems = validationProblemsOf(() =>
      world.logging({
        parsers: [LogParser.pattern("access", { pattern: "(?<a>.)" })],
        multiline: ["jawa", "java", "java", "access"],
        formats: [
          { namespace: "Shop", parser: "access" },
          { namespace: "shop", parser: "acces" },
          { namespace: "shop", parser: "java" },
        ],
      }),
    );
    expect(problems.map(({ code, property }) => [code, property])).toEqual([
      ["NAME_INVALID", "formats[0].namespace"],
      ["NAME_DUPLICATE", "multiline"],
      ["LOG_PARSER_INVALID", "multiline[0]"],
      ["LOG_PARSER_INVALID", "multiline[3]"],
      ["LOG_PARSER_INVALID", "formats[1].parser"],
      ["LOG_PARSER_INVALID", "formats[2].parser"],
      ["NAME_DUPLICATE", "formats"],
    ]);
    expect(problems[2]?.fix).toContain("java");
    expect(world.chart.node.children).toEqual([]);
  });

  test("has a chart without a namespace, an id that is too long, or missing props", () => {
    const world = new World();
    const chart = new Chart(world.app, "bare");
    const props: any = { cluster: world.cluster, collector: FLUENT_BIT, destination: outside() };
    expect(problemCodesOf(() => new ClusterLogging(chart, "logging", props))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => new ClusterLogging(world.chart, "l".repeat(31), props))).toEqual([
      "NAME_INVALID",
    ]);
    const none: any = {};
    expect(problemCodesOf(() => new ClusterLogging(world.chart, "logging", none))).toEqual(
      Array(3).fill("ATTRIBUTE_MISSING"),
    );
  });

  test("is in a chart of another cluster", () => {
    const world = new World();
    const second = new SecureOkeCluster(world.stack, "second", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: world.cluster.kubernetesVersion,
    });
    new ClusterLogging(world.chart, "logging", {
      cluster: world.cluster,
      collector: FLUENT_BIT,
      destination: inCluster(),
    });
    second.addCdk8sChart("logging", world.chart);
    expect(problemsAtSynthesis(world.chart).map(({ code }) => code)).toContain("PEER_ELSEWHERE");
  });

  test("creates nothing if one of its parts is invalid", () => {
    const world = new World();
    new HardenedDeployment(world.chart, "opensearch", { image: image("other") });
    expect(problemCodesOf(() => world.logging())).toContain("NAME_DUPLICATE");
    expect(world.chart.node.tryFindChild("logging")).toBeUndefined();
  });
});
