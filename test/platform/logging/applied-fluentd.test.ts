import * as fs from "node:fs";
import * as path from "node:path";
import { type ClusterLoggingProps } from "../../../lib";
import {
  type Answer,
  LoopbackServer,
  makeCertificates,
  newFolder,
  programOf,
  Running,
  until,
} from "./loopback";
import { bulk, moveFluentd, pods, POD, SAMPLE_PROPS, writeSamples } from "./node-files";
import { REDACTION_SAMPLES } from "./redaction-samples";
import { elasticsearchInCluster, fileOf, FLUENTD, inCluster, World } from "./support";

const fluentd = programOf("FLUENTD", "fluentd");
const describeWithFluentd = fluentd && programOf("", "openssl") ? describe : describe.skip;
if (!fluentd) process.stderr.write("Skipped: FLUENTD names no program, and no fluentd is on the path\n");

/** The files of the manifests in a folder of the test. */
function writeFiles(
  root: string,
  props: Partial<ClusterLoggingProps>,
  ports: { api: number; store: number },
): string {
  const world = new World();
  world.logging({ ...SAMPLE_PROPS, collector: FLUENTD, ...props });
  fs.mkdirSync(path.join(root, "etc", "plugins"), { recursive: true });
  fs.mkdirSync(path.join(root, "state"), { recursive: true });
  const config = path.join(root, "etc", "fluent.conf");
  fs.writeFileSync(config, moveFluentd(fileOf(world.chart, "fluent.conf"), root, ports));
  const plugin = path.join(root, "etc", "plugins", "filter_redact.rb");
  fs.writeFileSync(plugin, fileOf(world.chart, "filter_redact.rb"));
  return config;
}

/** The API server, whose discovery every service account can read. */
const discoverablePods: Answer = (exchange) => {
  if (exchange.url === "/api") return { status: 200, body: { kind: "APIVersions", versions: ["v1"] } };
  if (exchange.url !== "/api/v1") return pods(exchange);
  const resources = [{ name: "pods", singularName: "", namespaced: true, kind: "Pod", verbs: ["get"] }];
  return { status: 200, body: { kind: "APIResourceList", groupVersion: "v1", resources } };
};

const argumentsOf = (root: string, config: string) => ["-c", config, "-p", path.join(root, "etc", "plugins")];

describeWithFluentd("Fluentd with the files of the manifests", () => {
  const root = newFolder();
  const documents = new Map<string, any>();
  const counts = { conflicts: 0 };
  let store: LoopbackServer;
  let api: LoopbackServer;
  let running: Running | undefined;

  beforeAll(async () => {
    makeCertificates(root);
    fs.writeFileSync(path.join(root, "token"), "a-token-of-the-pod");
    store = await LoopbackServer.start(root, bulk(documents, counts));
    api = await LoopbackServer.start(root, discoverablePods, false);
    writeSamples(path.join(root, "var", "log"), "fluentd", {
      level: "info",
      [["pass", "word"].join("")]: "hunter2",
      items: [{ IBAN: "DE02" }],
    });
    const config = writeFiles(root, {}, { api: api.port, store: store.port });
    running = new Running(fluentd as string, argumentsOf(root, config));
  }, 60_000);

  afterAll(async () => {
    await running?.stop();
    await store?.stop();
    await api?.stop();
    fs.rmSync(root, { recursive: true, force: true });
  }, 60_000);

  const logs = () => [...documents.values()].map(({ log }) => log).filter((log) => log !== undefined);

  test.each([
    ["OpenSearch", inCluster()],
    ["Elasticsearch", elasticsearchInCluster()],
  ])(
    "accepts the configuration for %s in a dry run",
    async (_, destination) => {
      const folder = newFolder();
      for (const file of ["ca.crt", "client.crt", "client.key", "token"])
        fs.copyFileSync(path.join(root, file), path.join(folder, file));
      for (const file of ["username", "password"]) fs.writeFileSync(path.join(folder, file), "log-writer");
      const config = writeFiles(folder, { destination }, { api: api.port, store: store.port });
      const dryRun = new Running(fluentd as string, [...argumentsOf(folder, config), "--dry-run"]);
      await until(
        () => dryRun.hasEnded,
        60_000,
        () => dryRun.output,
      );
      fs.rmSync(folder, { recursive: true });
      expect(dryRun.output.match(/\[(?:warn|error)\].*/g)).toBeNull();
    },
    60_000,
  );

  test("sends every line, with TLS and the collector's certificate, to the index of its day", async () => {
    const expected = 6 + 2 * REDACTION_SAMPLES.length + 1;
    await until(
      () => documents.size >= expected || (running?.hasEnded ?? false),
      60_000,
      () => `${documents.size} of ${expected} documents; ${running?.output ?? ""}`,
    );
    expect(new Set([...documents.keys()].map((key) => key.split("/")[0]))).toEqual(
      new Set(["logs-2026.11.30"]),
    );
    expect(new Set(store.exchanges.map(({ client }) => client))).toEqual(new Set(["log-collector"]));
    expect(logs()).not.toContain("my own line");
  }, 90_000);

  test("joins lines that the runtime split, and stack traces", () => {
    expect(logs()).toEqual(
      expect.arrayContaining([
        "a line that the runtime split",
        "java.lang.IllegalStateException: out of stock\n\tat shop.Cart.add(Cart.java:12)\n\tat shop.Main.main(Main.java:3)",
        "2026-11-30 first of a message\n  second of a message",
      ]),
    );
  });

  test("gives each message the time of its first line", () => {
    const times = [...documents.values()].map((document) => document["@timestamp"]);
    expect(new Set(times).size).toBe(documents.size);
    const [trace] = [...documents.values()].filter(({ log }) => log?.startsWith("java."));
    expect(trace["@timestamp"]).toMatch(/\.000000004/);
  });

  test("adds the pod and its labels without annotations", () => {
    const [plain] = [...documents.values()].filter(({ log }) => log === "plain line");
    expect(plain.stream).toBe("stdout");
    expect(plain.kubernetes).toMatchObject({
      namespace_name: "shop",
      pod_name: POD,
      container_name: "web",
      labels: { tier: "front" },
    });
    expect(JSON.stringify([...documents.values()])).not.toContain("whole manifest");
  });

  test("parses a line by its format, with its time", () => {
    const [access] = [...documents.values()].filter(({ client }) => client === "10.0.0.9");
    expect(access).toMatchObject({ request: "GET / HTTP/1.1", status: "200" });
    expect(access["@timestamp"]).toMatch(/^2026-11-30T11:59:58/);
  });

  test("redacts credentials in JSON", () => {
    const [entry] = [...documents.values()].filter(({ fields }) => fields?.level);
    expect(entry["@timestamp"]).toMatch(/^2026-11-30T12:00:00/);
    expect(entry.fields).toEqual({ level: "info", password: "[REDACTED]", items: [{ IBAN: "[REDACTED]" }] });
  });

  test.each(REDACTION_SAMPLES)("redacts $hit by $rule, and leaves $nearMiss", ({ masked, nearMiss }) => {
    expect(logs()).toEqual(expect.arrayContaining([masked, nearMiss]));
  });
});
