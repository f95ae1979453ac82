import { ApiObject, App, Chart, Duration, JsonPatch, Yaml } from "cdk8s";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { ConfigFile, DownwardApiFiles } from "../../lib/workload/pods/mounted-files";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { TerminationMessagePolicy } from "../../lib/workload/pods/container-resources";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { ProjectedToken, ApiAccess } from "../../lib/workload/pods/service-account";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { containerOf, IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

function everything(): HardenedDeploymentProps {
  return {
    image: IMAGE,
    port: 9000,
    replicas: 3,
    command: ["/app/web"],
    args: ["--verbose"],
    env: {
      MODE: EnvironmentValue.fromValue("production"),
      HOST_NAME: EnvironmentValue.fromFieldRef("metadata.name"),
      COLOR: EnvironmentValue.fromConfigMap("settings", "color"),
    },
    resources: {
      cpu: { request: "1", limit: "2" },
      memory: { request: "512Mi", limit: "1Gi" },
      ephemeralStorage: { request: "1Gi", limit: "2Gi" },
    },
    writablePaths: [WritablePath.of("/tmp"), WritablePath.inMemory("/var/cache/web", { sizeLimit: "16Mi" })],
    files: [ConfigFile.of("/etc/web/b.conf", "b = 2\n"), ConfigFile.of("/etc/web/a.conf", "a = 1\n")],
    readiness: HealthProbe.fromHttpGet("/ready"),
    liveness: HealthProbe.fromHttpGet("/live", 9001),
    ports: [
      { name: "metrics", port: 9090, protocol: AppProtocol.TCP },
      { name: "health", port: 9001 },
    ],
    apiAccess: ApiAccess.token({ endpointCidr: "10.0.0.0/28" }),
    projectedTokens: [
      ProjectedToken.of("/run/secrets/vault", { audience: "vault" }),
      ProjectedToken.of("/run/secrets/broker", { audience: "broker" }),
    ],
    podInfoFiles: [DownwardApiFiles.of("/etc/pod", { name: "metadata.name", labels: "metadata.labels" })],
    terminationMessagePolicy: TerminationMessagePolicy.FALLBACK_TO_LOGS_ON_ERROR,
    startup: HealthProbe.fromCommand(["/app/started"]),
    user: 20000,
    terminationGracePeriod: Duration.minutes(1),
    labels: { team: "shop" },
    annotations: { "example.com/owner": "The shop's team" },
  };
}

describe("a hardened deployment", () => {
  test("with an image and a port creates five objects", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("without a port has no probes", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "worker", { image: IMAGE });
    expect(Object.keys(containerOf(chart)).sort()).toEqual([
      "image",
      "imagePullPolicy",
      "name",
      "resources",
      "securityContext",
    ]);
  });

  test("contains all its props", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", everything());
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("does not depend on the order of its lists", () => {
    const [entry, other] = [newChart(), newChart()];
    const props = everything();
    new HardenedDeployment(entry, "web", props);
    new HardenedDeployment(other, "web", {
      ...props,
      env: Object.fromEntries(Object.entries(props.env!).reverse()),
      files: [...props.files!].reverse(),
      writablePaths: [...props.writablePaths!].reverse(),
      ports: [...props.ports!].reverse(),
      projectedTokens: [...props.projectedTokens!].reverse(),
    });
    expect(JSON.stringify(other.toJson())).toBe(JSON.stringify(entry.toJson()));
  });

  test("accepts undefined for every optional prop", () => {
    const [entry, other] = [newChart(), newChart()];
    const none = Object.fromEntries(Object.keys(everything()).map((key) => [key, undefined]));
    new HardenedDeployment(entry, "web", { image: IMAGE });
    new HardenedDeployment(other, "web", { ...none, image: IMAGE });
    expect(JSON.stringify(other.toJson())).toBe(JSON.stringify(entry.toJson()));
  });

  test("keeps the defaults of resources that are not given", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, resources: { cpu: { request: "1", limit: "1" } } });
    expect(containerOf(chart).resources).toEqual({
      requests: { cpu: "1", memory: "256Mi", "ephemeral-storage": "256Mi" },
      limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "256Mi" },
    });
  });

  test("has readiness and liveness probes that differ", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    expect(containerOf(chart).readinessProbe.httpGet).toEqual({ path: "/", port: 8080 });
    expect(containerOf(chart).livenessProbe.tcpSocket).toEqual({ port: 8080 });
  });

  test.each([AppProtocol.GRPC, AppProtocol.TCP])(
    "has no HTTP probes for a program that speaks %s",
    (protocol) => {
      const chart = newChart();
      new HardenedDeployment(chart, "db", { image: IMAGE, port: 5432, protocol });
      const { ports, readinessProbe, livenessProbe } = containerOf(chart);
      expect(ports).toEqual([{ name: protocol.toLowerCase(), containerPort: 5432, protocol: "TCP" }]);
      for (const probe of [readinessProbe, livenessProbe]) expect(probe.tcpSocket).toEqual({ port: 5432 });
    },
  );

  test("sets neither an AppArmor profile, which Oracle Linux lacks, nor user namespaces", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", everything());
    expect(JSON.stringify(chart.toJson())).not.toMatch(/appArmor|hostUsers/i);
  });

  test("has a selector that is unique in its namespace", () => {
    const chart = newChart();
    for (const id of ["web", "web-1", "worker"]) new HardenedDeployment(chart, id, { image: IMAGE });
    const selectors = objectsOf(chart)
      .filter(({ kind }: any) => kind === "Deployment")
      .map(({ spec }: any) => JSON.stringify(spec.selector.matchLabels));
    expect(new Set(selectors).size).toBe(3);
  });

  test("records an acknowledgement for an image without a digest", () => {
    const chart = newChart();
    const image = ContainerImage.tagOnly("fra.ocir.io/acme/web:1.0", { reason: "Built on every push" });
    new HardenedDeployment(chart, "web", { image });
    expect(Acknowledgements.of(chart)).toMatchObject([
      expect.objectContaining({
        path: "shop/web",
        practice: "immutable-containers",
        reason: "Built on every push",
      }),
    ]);
  });
});

describe("configuration files", () => {
  const nameWith = (content: string) => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", {
      image: IMAGE,
      files: [ConfigFile.of("/etc/web/app.conf", content)],
    });
    return objectOf(chart, "ConfigMap").metadata.name as string;
  };

  test("are in an immutable ConfigMap whose name changes with their content", () => {
    expect(nameWith("a")).toMatch(/^web-config-[0-9a-f]{8}$/);
    expect(nameWith("a")).toBe(nameWith("a"));
    expect(nameWith("a")).not.toBe(nameWith("b"));
  });

  test("with one name in two directories have different keys", () => {
    const chart = newChart();
    const files = [ConfigFile.of("/etc/a/app.conf", "a"), ConfigFile.of("/etc/b/app.conf", "b")];
    new HardenedDeployment(chart, "web", { image: IMAGE, files });
    const { data, immutable } = objectOf(chart, "ConfigMap");
    expect(immutable).toBe(true);
    const seen = containerOf(chart).volumeMounts.map(({ mountPath, subPath, readOnly }: any) => [
      mountPath,
      data[subPath],
      readOnly,
    ]);
    expect(seen).toEqual([
      ["/etc/a/app.conf", "a", true],
      ["/etc/b/app.conf", "b", true],
    ]);
  });
});

describe("writable paths", () => {
  test("have volume names that do not change when paths are added", () => {
    const names = (paths: string[]) => {
      const chart = newChart();
      const writablePaths = paths.map((path) => WritablePath.of(path, { sizeLimit: "1Mi" }));
      new HardenedDeployment(chart, "web", { image: IMAGE, writablePaths });
      const { volumeMounts } = containerOf(chart);
      return Object.fromEntries(volumeMounts.map(({ mountPath, name }: any) => [mountPath, name]));
    };
    const few = names(["/a/b", "/a_c"]);
    const many = names(["/A/b", "/a-b", "/a/b", "/a_c", "/x"]);
    expect(many).toMatchObject(few);
    expect(new Set(Object.values(many)).size).toBe(5);
    for (const name of Object.values(many)) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/);
  });
});

describe("a hardened deployment is refused with", () => {
  const file = ConfigFile.of("/etc/web/app.conf", "a");
  const long = "x".repeat(600_000);
  test.each<[string, Partial<HardenedDeploymentProps>, string[]]>([
    ["port 0", { port: 0 }, ["PORT_INVALID"]],
    ["port 70000", { port: 70000 }, ["PORT_INVALID"]],
    ["port 80.5", { port: 80.5 }, ["PORT_INVALID"]],
    ["port 80", { port: 80 }, ["PORT_PRIVILEGED"]],
    ["port 1023", { port: 1023 }, ["PORT_PRIVILEGED"]],
    ["user 0", { user: 0 }, ["USER_INVALID"]],
    ["user 1000", { user: 1000 }, ["USER_INVALID"]],
    ["user -1", { user: -1 }, ["USER_INVALID"]],
    ["user 2^31", { user: 2 ** 31 }, ["USER_INVALID"]],
    ["no replicas", { replicas: 0 }, ["REPLICAS_INVALID"]],
    ["one replica", { replicas: 1 }, ["REPLICAS_INVALID"]],
    ["half a replica", { replicas: 2.5 }, ["REPLICAS_INVALID"]],
    [
      "a grace period of half a second",
      { terminationGracePeriod: Duration.millis(500) },
      ["DURATION_INVALID"],
    ],
    ["1m of memory", { resources: { memory: { request: "1m", limit: "1Gi" } } }, ["QUANTITY_INVALID"]],
    ["12XB of memory", { resources: { memory: { request: "1Mi", limit: "12XB" } } }, ["QUANTITY_INVALID"]],
    ["processors in bytes", { resources: { cpu: { request: "1Mi", limit: "1" } } }, ["QUANTITY_INVALID"]],
    [
      "less memory than asked for",
      { resources: { memory: { request: "1Gi", limit: "512Mi" } } },
      ["RESOURCES_INVALID"],
    ],
    [
      "fewer processors than asked for",
      { resources: { cpu: { request: "1", limit: "500m" } } },
      ["RESOURCES_INVALID"],
    ],
    [
      "paths in one another",
      { writablePaths: [WritablePath.of("/a/b"), WritablePath.of("/a")] },
      ["PATH_INVALID"],
    ],
    [
      "one path twice",
      { writablePaths: [WritablePath.of("/a"), WritablePath.inMemory("/a")] },
      ["PATH_INVALID"],
    ],
    [
      "a file at a path",
      { files: [file], writablePaths: [WritablePath.of("/etc/web/app.conf")] },
      ["PATH_INVALID"],
    ],
    ["a file in a path", { files: [file], writablePaths: [WritablePath.of("/etc/web")] }, ["PATH_INVALID"]],
    ["a file twice", { files: [file, file] }, ["PATH_INVALID"]],
    [
      "more disk than the limit",
      { writablePaths: [WritablePath.of("/a", { sizeLimit: "1Gi" })] },
      ["RESOURCES_INVALID"],
    ],
    [
      "more memory than the limit",
      { writablePaths: [WritablePath.inMemory("/a", { sizeLimit: "1Gi" })] },
      ["RESOURCES_INVALID"],
    ],
    [
      "large files",
      { files: [ConfigFile.of("/a/x", long), ConfigFile.of("/a/y", long)] },
      ["CONFIG_TOO_LARGE"],
    ],
    [
      "a probe without a port",
      { readiness: HealthProbe.fromHttpGet("/"), startup: HealthProbe.fromTcpSocket() },
      ["PROBE_INVALID", "PROBE_INVALID"],
    ],
    ["a variable with a blank", { env: { "A B": EnvironmentValue.fromValue("x") } }, ["ENV_INVALID"]],
    ["a variable with a digit first", { env: { "1A": EnvironmentValue.fromValue("x") } }, ["ENV_INVALID"]],
    ["a variable without a name", { env: { "": EnvironmentValue.fromValue("x") } }, ["ENV_INVALID"]],
    ["a password", { env: { DB_PASSWORD: EnvironmentValue.fromValue("hunter2") } }, ["CREDENTIAL_LITERAL"]],
    [
      "a password in a URL",
      { env: { DB: EnvironmentValue.fromValue("postgres://a:b1@db/x") } },
      ["CREDENTIAL_LITERAL"],
    ],
    ["a password in the arguments", { args: ["--password=hunter2"] }, ["CREDENTIAL_LITERAL"]],
    ["a password in the command", { command: ["app", "--token", "hunter2"] }, ["CREDENTIAL_LITERAL"]],
    ["a label's key", { labels: { "a b": "c" } }, ["LABEL_INVALID"]],
    ["a label's value", { labels: { a: "b c" } }, ["LABEL_INVALID"]],
    ["a label of the selector", { labels: { "app.kubernetes.io/name": "x" } }, ["LABEL_INVALID"]],
    ["an annotation's key", { annotations: { "a b": "c" } }, ["LABEL_INVALID"]],
    [
      "the annotation that skips the verification of signatures",
      { annotations: { "oracle.image-policy.k8s.io/break-glass": "true" } },
      ["VALUE_INVALID"],
    ],
  ])("%s", (_, props, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new HardenedDeployment(chart, "web", { image: IMAGE, ...props }))).toEqual(
      codes,
    );
    expect(chart.node.children).toEqual([]);
  });

  test.each(["Web", "we_b", "-web", "web-", "w".repeat(64), "wéb", "web.1"])("the id %s", (id) => {
    expect(problemCodesOf(() => new HardenedDeployment(newChart(), id, { image: IMAGE }))).toEqual([
      "NAME_INVALID",
    ]);
  });

  test.each(["default", "deny-all", "allow-dns"])("the id %s of an object of the namespace", (id) => {
    expect(problemCodesOf(() => new HardenedDeployment(newChart(), id, { image: IMAGE }))).toEqual([
      "NAME_DUPLICATE",
    ]);
  });

  test("the id of another workload of the chart", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE });
    expect(problemCodesOf(() => new HardenedDeployment(chart, "web", { image: IMAGE }))).toEqual([
      "NAME_DUPLICATE",
    ]);
  });

  test("all its problems at once, with its path", () => {
    const problems = validationProblemsOf(
      () =>
        new HardenedDeployment(newChart(), "web", {
          image: IMAGE,
          port: 80,
          user: 0,
          replicas: 0,
          labels: { a: " " },
        }),
    );
    expect(problems.map(({ code }) => code).sort()).toEqual([
      "LABEL_INVALID",
      "PORT_PRIVILEGED",
      "REPLICAS_INVALID",
      "USER_INVALID",
    ]);
    for (const { path, why, fix } of problems)
      expect([path, why !== "", fix !== ""]).toEqual(["shop/web", true, true]);
  });
});

describe("after construction", () => {
  test("a patch changes the deployment", () => {
    const chart = newChart();
    const web = new HardenedDeployment(chart, "web", { image: IMAGE });
    ApiObject.of(web).addJsonPatch(
      JsonPatch.replace("/spec/replicas", 1),
      JsonPatch.add("/spec/paused", true),
    );
    expect(objectOf(chart, "Deployment").spec).toMatchObject({ replicas: 1, paused: true });
  });

  test("metadata and patches of supporting objects apply", () => {
    const chart = newChart();
    const web = new HardenedDeployment(chart, "web", { image: IMAGE });
    ApiObject.of(web).metadata.addLabel("tier", "front");
    const policy = web.node.findChild("NetworkPolicy") as ApiObject;
    policy.addJsonPatch(JsonPatch.add("/spec/egress/-", { to: [{ ipBlock: { cidr: "192.0.2.1/32" } }] }));
    expect(objectOf(chart, "Deployment").metadata.labels.tier).toBe("front");
    expect(objectOf(chart, "NetworkPolicy").spec.egress).toHaveLength(2);
  });
});

describe("references to Terraform values", () => {
  test("are accepted in variables, and plain cdk8s then refuses the chart", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const host = new TerraformVariable(stack, "host", { type: "string" }).stringValue;
    const app = new App({ outdir: "/nonexistent" });
    const chart = new Chart(app, "shop", { namespace: "shop" });
    new HardenedDeployment(chart, "web", {
      image: IMAGE,
      env: { DB_PASSWORD_HOST: EnvironmentValue.fromValue(host) },
    });
    expect(containerOf(chart).env).toEqual([{ name: "DB_PASSWORD_HOST", value: host }]);
    expect(() => app.synth()).toThrow(/MANIFEST_REFERENCES/);
  });
});
