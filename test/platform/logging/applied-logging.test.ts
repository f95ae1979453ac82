import * as fs from "node:fs";
import * as path from "node:path";
import { spawnSync } from "node:child_process";
import { Duration } from "cdk8s";
import {
  type Answer,
  type Ended,
  LoopbackServer,
  makeCertificates,
  newFolder,
  programOf,
  Running,
  runToEnd,
  until,
} from "./loopback";
import { bulk, cri, moveFluentBit, pods, POD, SAMPLE_PROPS, writeSamples } from "./node-files";
import { REDACTION_SAMPLES } from "./redaction-samples";
import { bucketSnapshots, fileOf, inCluster, World } from "./support";

const fluentBit = programOf("FLUENT_BIT", "fluent-bit");
const hasTools = ["openssl", "curl", "bash"].every((name) => programOf("", name) !== undefined);
const describeWithFluentBit = fluentBit && hasTools ? describe : describe.skip;
const describeWithTools = hasTools ? describe : describe.skip;
if (!fluentBit)
  process.stderr.write("Skipped: FLUENT_BIT names no program, and no fluent-bit is on the path\n");

describeWithFluentBit("Fluent Bit with the files of the manifests", () => {
  const root = newFolder();
  const documents = new Map<string, any>();
  const counts = { conflicts: 0 };
  let store: LoopbackServer;
  let api: LoopbackServer;
  let config: string;
  let running: Running | undefined;

  beforeAll(async () => {
    makeCertificates(root);
    fs.writeFileSync(path.join(root, "token"), "a-token-of-the-pod");
    store = await LoopbackServer.start(root, bulk(documents, counts));
    api = await LoopbackServer.start(root, pods, false);
    const world = new World();
    world.logging(SAMPLE_PROPS);
    fs.mkdirSync(path.join(root, "etc"));
    fs.mkdirSync(path.join(root, "state"));
    config = path.join(root, "etc", "fluent-bit.yaml");
    fs.writeFileSync(
      config,
      moveFluentBit(fileOf(world.chart, "fluent-bit.yaml"), root, { api: api.port, store: store.port }),
    );
    for (const name of ["identify.lua", "redact.lua"])
      fs.writeFileSync(path.join(root, "etc", name), fileOf(world.chart, name));
    writeSamples(path.join(root, "log"), "fluent-bit", {
      level: "info",
      status: 200,
      [["pass", "word"].join("")]: "hunter2",
      tokens_used: 12,
      items: [{ IBAN: "DE02" }],
      nested: { list: ["a"] },
    });
  }, 60_000);

  afterAll(async () => {
    await running?.stop();
    await store?.stop();
    await api?.stop();
    fs.rmSync(root, { recursive: true, force: true });
  }, 60_000);

  const logs = () => [...documents.values()].map(({ log }) => log).filter((log) => log !== undefined);

  test("are accepted by --dry-run", () => {
    const { status, stderr, stdout } = spawnSync(fluentBit as string, ["-c", config, "--dry-run"], {
      encoding: "utf8",
    });
    expect([status, `${stdout}${stderr}`]).toEqual([
      0,
      expect.stringContaining("configuration test is successful"),
    ]);
  }, 60_000);

  test("send every line once, by TLS with the collector's certificate, into the index of its day", async () => {
    running = new Running(fluentBit as string, ["-c", config]);
    // Of the web container: six messages and the samples; one of the proxy.
    const expected = 6 + 2 * REDACTION_SAMPLES.length + 1;
    await until(
      () => documents.size >= expected,
      60_000,
      () => `${documents.size} documents; ${running?.output ?? ""}`,
    );
    await new Promise((done) => setTimeout(done, 3000));
    expect(documents.size).toBe(expected);
    expect(new Set([...documents.keys()].map((key) => key.split("/")[0]))).toEqual(
      new Set(["logs-2026.11.30"]),
    );
    expect(new Set(store.exchanges.map(({ client }) => client))).toEqual(new Set(["log-collector"]));
  }, 90_000);

  test("join what the runtime split, and stack traces", () => {
    expect(logs()).toEqual(
      expect.arrayContaining([
        "a line that the runtime split",
        "java.lang.IllegalStateException: out of stock\n\tat shop.Cart.add(Cart.java:12)\n\tat shop.Main.main(Main.java:3)",
        "2026-11-30 first of a message\n  second of a message",
      ]),
    );
  });

  test("say whose lines they are, without annotations, and ask the API server for pods only", () => {
    const [one] = [...documents.values()].filter(({ log }) => log === "plain line");
    expect(one.kubernetes).toMatchObject({
      namespace_name: "shop",
      pod_name: POD,
      container_name: "web",
      labels: { tier: "front" },
    });
    expect(JSON.stringify([...documents.values()])).not.toContain("whole manifest");
    const asked = api.exchanges.filter(({ url }) => url !== "/" && url !== "/api/v1");
    expect(asked.length).toBeGreaterThan(0);
    for (const { authorization, method, url } of asked) {
      expect([method, authorization]).toEqual(["GET", "Bearer a-token-of-the-pod"]);
      expect(url).toMatch(/^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+$/);
    }
  });

  test("take lines apart by a format, with its time", () => {
    const [one] = [...documents.values()].filter(({ client }) => client === "10.0.0.9");
    expect(one).toMatchObject({ request: "GET / HTTP/1.1", status: "200" });
    expect(one["@timestamp"]).toMatch(/^2026-11-30T11:59:58/);
  });

  test("leave no credential of JSON, and all else of it", () => {
    const [one] = [...documents.values()].filter(({ fields }) => fields !== undefined);
    expect(one.log).toBeUndefined();
    expect(one.fields).toEqual({
      level: "info",
      status: 200,
      password: "[REDACTED]",
      tokens_used: 12,
      items: [{ IBAN: "[REDACTED]" }],
      nested: { list: ["a"] },
    });
  });

  test.each(REDACTION_SAMPLES)("redact $hit by $rule, and leave $nearMiss", ({ masked, nearMiss }) => {
    expect(logs()).toEqual(expect.arrayContaining([masked, nearMiss]));
  });

  test("leave out what the collector itself logs", () => {
    expect(logs()).not.toContain("my own line");
  });

  test("send the same lines with the same ids after a pod was replaced, so that each is kept once", async () => {
    await running?.stop();
    const before = documents.size;
    fs.rmSync(path.join(root, "state"), { recursive: true });
    fs.mkdirSync(path.join(root, "state"));
    running = new Running(fluentBit as string, ["-c", config]);
    await until(
      () => counts.conflicts >= before,
      60_000,
      () =>
        `${counts.conflicts} conflicts, ${documents.size} documents of ${before}; ${running?.output ?? ""}`,
    );
    expect(documents.size).toBe(before);
  }, 90_000);

  test("keep lines while the destination is down, and send them then", async () => {
    const { port } = store;
    await store.stop();
    fs.appendFileSync(
      path.join(root, "log", "pods", `shop_${POD}_uid`, "web", "0.log"),
      `${cri("while it was down")}\n`,
    );
    await new Promise((done) => setTimeout(done, 4000));
    const buffered = fs.readdirSync(path.join(root, "state", "buffer"), { recursive: true }).map(String);
    expect(buffered.some((file) => file.endsWith(".flb"))).toBe(true);
    store = await LoopbackServer.start(root, bulk(documents, counts), true, port);
    await until(
      () => logs().includes("while it was down"),
      60_000,
      () => running?.output ?? "",
    );
  }, 90_000);
});

describeWithTools("the settings of OpenSearch", () => {
  const root = newFolder();
  let server: LoopbackServer;
  const policies = new Map<string, { body: any; version: number }>();
  const isPolicy = (url: string) => /^\/_plugins\/_(?:ism|sm)\/policies\/logs/.test(url);

  const answer: Answer = ({ body, method, url }) => {
    const [name = "", query = ""] = url.split("?");
    if (!isPolicy(url)) return { status: 200, body: { acknowledged: true } };
    const known = policies.get(name);
    if (method === "GET")
      return known
        ? { status: 200, body: { _id: name, _seq_no: known.version, _primary_term: 1, ...known.body } }
        : { status: 404 };
    if (known && query !== `if_seq_no=${known.version}&if_primary_term=1`) return { status: 409 };
    policies.set(name, { body: JSON.parse(body), version: (known?.version ?? 0) + 1 });
    return { status: 201 };
  };

  async function run(retention: number): Promise<Ended> {
    const world = new World();
    world.logging({
      destination: inCluster({
        snapshots: bucketSnapshots(Duration.days(retention)),
      }),
    });
    const names = ["settings.sh", "template.json", "lifecycle.json", "repository.json", "snapshots.json"];
    for (const name of names) fs.writeFileSync(path.join(root, name), fileOf(world.chart, name));
    const admin = path.join(root, "security-admin.sh");
    fs.writeFileSync(admin, `echo "$@" >> ${root}/admin.log\n`);
    return runToEnd(programOf("", "bash") as string, [path.join(root, "settings.sh")], {
      PATH: process.env.PATH,
      OPENSEARCH_URL: `https://localhost:${server.port}`,
      SETTINGS_FOLDER: root,
      SETTINGS_CERTIFICATES: root,
      SECURITY_ADMIN: admin,
      USERS_FILE: "/run/secrets/users/internal_users.yml",
    });
  }

  beforeAll(async () => {
    makeCertificates(root);
    fs.copyFileSync(path.join(root, "client.crt"), path.join(root, "tls.crt"));
    fs.copyFileSync(path.join(root, "client.key"), path.join(root, "tls.key"));
  });
  afterAll(async () => {
    await server?.stop();
    fs.rmSync(root, { recursive: true, force: true });
  });

  test("are written once, and a policy again when it changed", async () => {
    server = await LoopbackServer.start(root, answer);
    expect(await run(365)).toMatchObject({ status: 0, stderr: "" });
    const written = () =>
      server.exchanges.filter(({ method }) => method !== "GET").map(({ method, url }) => `${method} ${url}`);
    expect(written()).toEqual([
      "PUT /_index_template/logs",
      "PUT /_plugins/_ism/policies/logs",
      "PUT /_snapshot/archive",
      "POST /_plugins/_sm/policies/logs",
    ]);
    expect(await run(365)).toMatchObject({ status: 0 });
    expect(written().slice(4)).toEqual(["PUT /_index_template/logs", "PUT /_snapshot/archive"]);
    expect(await run(400)).toMatchObject({ status: 0 });
    expect(written().slice(6)).toContain("PUT /_plugins/_sm/policies/logs?if_seq_no=1&if_primary_term=1");
    expect(new Set(server.exchanges.map(({ client }) => client))).toEqual(new Set(["log-collector"]));
    const admin = fs.readFileSync(path.join(root, "admin.log"), "utf8").trim().split("\n");
    expect(admin).toHaveLength(12);
    expect(admin[3]).toContain("-f /run/secrets/users/internal_users.yml -t internalusers");
  }, 60_000);
});
