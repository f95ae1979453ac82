import * as fs from "node:fs";
import * as path from "node:path";
import { Size } from "cdk8s";
import { LogBuffer, LogOverflow, LogRedaction } from "../../../lib";
import { LoopbackServer, makeCertificates, newFolder, programOf, Running, until } from "./loopback";
import { bulk, cri, moveFluentBit, pods, writeLog } from "./node-files";
import { fileOf, World } from "./support";

const fluentBit = programOf("FLUENT_BIT", "fluent-bit");
const describeWithFluentBit = fluentBit && programOf("", "openssl") ? describe : describe.skip;
if (!fluentBit)
  process.stderr.write("Skipped: FLUENT_BIT names no program, and no fluent-bit is on the path\n");

const MEBIBYTE = 1024 * 1024;
const LIMIT = 64;
const LINES = 110;
const LINE_LENGTH = MEBIBYTE / 1024;

describeWithFluentBit("Fluent Bit with LogOverflow.PAUSE", () => {
  const root = newFolder();
  const documents = new Map<string, any>();
  let api: LoopbackServer;
  let store: LoopbackServer;
  let running: Running;

  /** The bytes of the buffer on disk. */
  const buffered = () =>
    fs
      .readdirSync(path.join(root, "state", "buffer"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);

  beforeAll(async () => {
    makeCertificates(root);
    fs.writeFileSync(path.join(root, "token"), "a-token-of-the-pod");
    api = await LoopbackServer.start(root, pods, false);
    store = await LoopbackServer.start(root, () => ({ status: 503 }));
    const world = new World();
    world.logging({
      buffer: LogBuffer.of({ limit: Size.mebibytes(LIMIT), overflow: LogOverflow.PAUSE }),
      // The test is about the amount of lines.
      redaction: LogRedaction.none({ reason: "A test of the buffer" }),
    });
    for (const folder of ["etc", "state"]) fs.mkdirSync(path.join(root, folder));
    const config = path.join(root, "etc", "fluent-bit.yaml");
    const ports = { api: api.port, store: store.port };
    fs.writeFileSync(config, moveFluentBit(fileOf(world.chart, "fluent-bit.yaml"), root, ports));
    fs.writeFileSync(path.join(root, "etc", "identify.lua"), fileOf(world.chart, "identify.lua"));
    const lines = Array.from({ length: LINES * 1024 }, (_, index) =>
      cri(`${index} ${"order ".repeat(LINE_LENGTH / 6)}`),
    );
    writeLog(path.join(root, "log"), "shop", "web-1", "web", lines);
    running = new Running(fluentBit as string, ["-c", config]);
  }, 60_000);

  afterAll(async () => {
    await running?.stop();
    await store?.stop();
    await api?.stop();
    fs.rmSync(root, { recursive: true, force: true });
  }, 60_000);

  test("stops reading when the buffer is full, and keeps the buffer within its limit", async () => {
    const sizes: number[] = [];
    const timer = setInterval(() => sizes.push(buffered()), 1000);
    // The buffer has the same size for ten seconds.
    await until(
      () => sizes.length > 20 && new Set(sizes.slice(-10)).size === 1,
      150_000,
      () => `${sizes.slice(-10).join(" ")}; ${running.output.slice(-3000)}`,
    ).finally(() => clearInterval(timer));
    const [size = 0] = sizes.slice(-1);
    expect(size).toBeGreaterThan((LIMIT / 2) * MEBIBYTE);
    expect(size).toBeLessThan((LIMIT + 32) * MEBIBYTE);
  }, 200_000);

  test("sends every line when the destination is back", async () => {
    const { port } = store;
    await store.stop();
    store = await LoopbackServer.start(root, bulk(documents, { conflicts: 0 }), true, port);
    await until(
      () => documents.size >= LINES * 1024,
      240_000,
      () => `${documents.size} of ${LINES * 1024}; ${running.output.slice(-3000)}`,
    );
    expect(documents.size).toBe(LINES * 1024);
  }, 250_000);
});
