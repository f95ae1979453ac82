import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import { LoopbackServer, makeCertificates, newFolder, programOf, Running, runToEnd, until } from "./loopback";
import { cri, moveFluentBit, pods, writeLog } from "./node-files";
import { fileOf, find, World } from "./support";

const fluentBit = programOf("FLUENT_BIT", "fluent-bit");
const openSearch = process.env.OPENSEARCH_HOME;
const hasTools = ["openssl", "curl", "bash"].every((name) => programOf("", name) !== undefined);
const describeWithBoth = fluentBit && openSearch && hasTools ? describe : describe.skip;
if (!fluentBit || !openSearch)
  process.stderr.write("Skipped: FLUENT_BIT names no program, or OPENSEARCH_HOME no folder of OpenSearch\n");

// OpenSearch refuses to run as root.
const uid = process.getuid?.() === 0 ? 1000 : undefined;
const HTTP = 19_200;
const TRANSPORT = 19_300;
const PERSON = { name: "alice", password: "a long phrase for the tests" };

interface Response {
  readonly status: number;
  readonly body: any;
}

describeWithBoth("a line that a container writes", () => {
  const root = newFolder();
  const home = openSearch ?? "";
  let api: LoopbackServer;
  let settings: { status: number | null; stderr: string };
  const running: Running[] = [];
  const file = (...parts: string[]) => path.join(root, ...parts);

  /** The folders of the manifest, as folders of the test. */
  function moved(text: string): string {
    const places: readonly (readonly [string, string])[] = [
      ["/usr/share/opensearch/data", file("data")],
      ["/usr/share/opensearch/logs", file("logs")],
      ["/usr/share/opensearch", home],
      ["/opensearch/config", file("config")],
      ["/etc/opensearch-given", file("given")],
      ["/etc/opensearch-settings", file("settings")],
      ["/run/secrets/opensearch-certificates", file("certificates")],
      ["/run/secrets/opensearch-admin", file("admin")],
      ["/run/secrets/opensearch-users", file("users")],
      // One node instead of three, on ports of this machine.
      ["network.host: 0.0.0.0", `network.host: 127.0.0.1\nhttp.port: ${HTTP}\ntransport.port: ${TRANSPORT}`],
      ["- opensearch-headless", `- 127.0.0.1:${TRANSPORT}`],
      ["  - opensearch-1\n  - opensearch-2\n", ""],
      ["https://opensearch.logging.svc:9200", `https://localhost:${HTTP}`],
      ["-icl -h", "-icl -nhnv -h"],
    ];
    return places.reduce((all, [from, to]) => all.split(from).join(to), text);
  }

  function write(name: string, text: string): void {
    fs.mkdirSync(path.dirname(file(name)), { recursive: true });
    fs.writeFileSync(file(name), text);
  }

  function certificate(folder: string, name: string): void {
    fs.mkdirSync(file(folder), { recursive: true });
    fs.copyFileSync(file("ca.crt"), file(folder, "ca.crt"));
    for (const ending of ["crt", "key"])
      fs.copyFileSync(file(`${name}.${ending}`), file(folder, `tls.${ending}`));
  }

  /** The variables of a container of the manifests, with the folders of the test. */
  function variables(container: any): NodeJS.ProcessEnv {
    const given = (container.env ?? []).filter(({ value }: any) => value !== undefined);
    const env = Object.fromEntries(given.map(({ name, value }: any) => [name, moved(value)]));
    return { PATH: process.env.PATH, JAVA_HOME: path.join(home, "jdk"), HOSTNAME: "opensearch-0", ...env };
  }

  async function ask(
    method: string,
    url: string,
    who: { readonly user?: typeof PERSON; readonly certificate?: string } = {},
    body?: object,
  ): Promise<Response> {
    const identity = who.certificate
      ? {
          key: fs.readFileSync(file(`${who.certificate}.key`)),
          cert: fs.readFileSync(file(`${who.certificate}.crt`)),
        }
      : {};
    const { name, password } = who.user ?? { name: "", password: "" };
    return new Promise((resolve, reject) => {
      const request = https.request(
        `https://localhost:${HTTP}${url}`,
        {
          method,
          ca: fs.readFileSync(file("ca.crt")),
          ...identity,
          agent: false,
          headers: {
            "content-type": "application/json",
            ...(who.user
              ? { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` }
              : {}),
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () => {
            const text = Buffer.concat(parts).toString("utf8");
            const isJson = response.headers["content-type"]?.startsWith("application/json");
            resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
          });
        },
      );
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async function eventually(holds: () => Promise<boolean>, limitMs: number): Promise<void> {
    let isMet = false;
    const poll = setInterval(() => {
      holds().then(
        (answer) => (isMet ||= answer),
        () => undefined,
      );
    }, 500);
    await until(
      () => isMet || running.some(({ hasEnded }) => hasEnded),
      limitMs,
      () => running.map(({ output }) => output.slice(-3000)).join("\n"),
    ).finally(() => clearInterval(poll));
    if (!isMet)
      throw new Error(`A program ended: ${running.map(({ output }) => output.slice(-3000)).join("\n")}`);
  }

  async function startOpenSearch(world: World): Promise<void> {
    const set = find(world.chart, "StatefulSet", "opensearch").spec.template.spec;
    write("given/opensearch.yml", moved(fileOf(world.chart, "opensearch.yml")));
    const security = ["config.yml", "roles.yml", "roles_mapping.yml", "action_groups.yml"];
    for (const name of [...security, "allowlist.yml", "nodes_dn.yml", "tenants.yml"])
      write(`given/security/${name}`, fileOf(world.chart, name));
    for (const name of ["config", "data", "logs"]) fs.mkdirSync(file(name), { recursive: true });
    // Its own user finds its folders below the one that the tests have.
    fs.chmodSync(path.dirname(root), 0o711);
    execFileSync("chown", ["-R", String(uid ?? process.getuid?.()), root]);
    const [prepare] = set.initContainers;
    const [program] = set.containers;
    const prepared = await runToEnd("bash", prepare.args.map(moved), variables(prepare), uid);
    expect(prepared).toMatchObject({ status: 0, stderr: "" });
    const env = variables(program);
    running.push(new Running(moved(program.command[0]), [], { env, uid }));
    await eventually(
      async () => (await ask("GET", "/_cluster/health", { certificate: "admin" })).status === 200,
      180_000,
    );
  }

  async function writeSettings(world: World): Promise<void> {
    for (const name of ["settings.sh", "template.json", "lifecycle.json"])
      write(`settings/${name}`, moved(fileOf(world.chart, name)));
    for (const name of ["config.yml", "roles.yml", "roles_mapping.yml"])
      write(`settings/security/${name}`, fileOf(world.chart, name));
    const job = find(world.chart, "CronJob", "opensearch-settings").spec.jobTemplate.spec.template.spec;
    const [container] = job.containers;
    settings = await runToEnd("bash", container.args.map(moved), variables(container));
  }

  function startFluentBit(world: World): void {
    write("token", "a-token-of-the-pod");
    const text = fileOf(world.chart, "fluent-bit.yaml");
    write("etc/fluent-bit.yaml", moveFluentBit(text, root, { api: api.port, store: HTTP }));
    for (const name of ["identify.lua", "redact.lua"]) write(`etc/${name}`, fileOf(world.chart, name));
    fs.mkdirSync(file("state"), { recursive: true });
    writeLog(file("log"), "shop", "web-1", "web", [
      cri("order 4711 was placed"),
      cri(JSON.stringify({ level: "warn", order: 4712, [["pass", "word"].join("")]: "hunter2" })),
    ]);
    running.push(new Running(fluentBit as string, ["-c", file("etc/fluent-bit.yaml")]));
  }

  const search = (who: { readonly user?: typeof PERSON; readonly certificate?: string }, query: object) =>
    ask("POST", "/logs-*/_search", who, { query });

  beforeAll(async () => {
    makeCertificates(root, {
      server: "opensearch-node",
      client: "log-collector",
      admin: "opensearch-admin",
      stranger: "stranger",
    });
    certificate("certificates", "server");
    certificate("admin", "admin");
    const hash = execFileSync(
      "bash",
      [path.join(home, "plugins/opensearch-security/tools/hash.sh"), "-p", PERSON.password],
      { env: { ...process.env, JAVA_HOME: path.join(home, "jdk") }, encoding: "utf8" },
    );
    const user = { hash: hash.trim().split("\n").pop(), backend_roles: ["log-readers"] };
    const users = { _meta: { type: "internalusers", config_version: 2 }, [PERSON.name]: user };
    write("users/internal_users.yml", JSON.stringify(users));
    api = await LoopbackServer.start(root, pods, false);
    const world = new World();
    world.logging();
    await startOpenSearch(world);
    await writeSettings(world);
    startFluentBit(world);
    await eventually(async () => {
      const { body } = await search({ user: PERSON }, { match_all: {} });
      return body?.hits?.total?.value >= 2;
    }, 60_000);
  }, 400_000);

  afterAll(async () => {
    await Promise.all(running.map((program) => program.stop()));
    await api?.stop();
    fs.rmSync(root, { recursive: true, force: true });
  }, 60_000);

  test("is stored by a node whose bootstrap checks need no further privileges of the pod", () => {
    const complaints = running[0]?.output.match(/BootstrapChecks\s*\].*$/gm) ?? [];
    // How many files a process may open is a limit of this machine; container runtimes have a higher one.
    expect(complaints.filter((line) => !line.includes("max file descriptors"))).toEqual([]);
  });

  test("is found by a person with a password, under the names of its pod", async () => {
    const { body } = await search({ user: PERSON }, { match: { log: "4711" } });
    expect(body.hits.hits).toHaveLength(1);
    expect(body.hits.hits[0]._index).toBe("logs-2026.11.30");
    expect(body.hits.hits[0]._source).toMatchObject({
      log: "order 4711 was placed",
      kubernetes: { namespace_name: "shop", pod_name: "web-1", labels: { tier: "front" } },
    });
  });

  test("is found by a field of its JSON, without its password", async () => {
    const { body } = await search({ user: PERSON }, { term: { "fields.level": "warn" } });
    expect(body.hits.hits.map(({ _source }: any) => _source.fields)).toEqual([
      { level: "warn", order: 4712, password: "[REDACTED]" },
    ]);
  });

  test("is in an index with the settings of the template", async () => {
    const { body } = await ask("GET", "/logs-2026.11.30", { certificate: "admin" });
    expect(body["logs-2026.11.30"].settings.index).toMatchObject({
      codec: "best_compression",
      number_of_replicas: "1",
    });
    expect(body["logs-2026.11.30"].mappings.properties["@timestamp"]).toEqual({ type: "date_nanos" });
  });

  test("is not for strangers, nor for the collector that sent it, and nobody who reads may delete it", async () => {
    expect((await search({}, { match_all: {} })).status).toBe(401);
    expect((await search({ user: { ...PERSON, password: "guessed" } }, { match_all: {} })).status).toBe(401);
    expect((await search({ certificate: "stranger" }, { match_all: {} })).status).toBe(403);
    expect((await search({ certificate: "client" }, { match_all: {} })).status).toBe(403);
    expect((await ask("DELETE", "/logs-2026.11.30", { user: PERSON })).status).toBe(403);
    expect((await ask("DELETE", "/logs-2026.11.30", { certificate: "client" })).status).toBe(403);
    expect((await ask("PUT", "/logs-2026.11.30/_doc/1", { user: PERSON }, { log: "forged" })).status).toBe(
      403,
    );
  });

  test("records rejected users", async () => {
    let kinds: string[] = [];
    await eventually(async () => {
      const { body } = await ask(
        "POST",
        "/security-auditlog-*/_search",
        { certificate: "admin" },
        { size: 100 },
      );
      kinds = body.hits.hits.map(({ _source }: any) => _source.audit_category);
      return kinds.includes("FAILED_LOGIN") && kinds.includes("MISSING_PRIVILEGES");
    }, 30_000);
    expect(kinds).toEqual(expect.arrayContaining(["FAILED_LOGIN", "MISSING_PRIVILEGES"]));
  }, 40_000);

  test("goes into no index that nobody planned", async () => {
    expect((await ask("PUT", "/logz/_doc/1", { certificate: "admin" }, { log: "a" })).status).toBe(404);
  });

  test("is given its life by the settings, where the plugin for it is there", () => {
    const hasLifecycle = fs.existsSync(path.join(home, "plugins/opensearch-index-management"));
    if (hasLifecycle) expect(settings).toMatchObject({ status: 0, stderr: "" });
    else expect(settings.stderr).toMatch(/^GET \/_plugins\/_ism\/policies\/logs: /);
  });
});
