import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import { type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";

/** A program that is looked for under the name of an environment variable, then on the path. */
export function programOf(variable: string, name: string): string | undefined {
  const named = process.env[variable];
  if (named !== undefined && named !== "") {
    if (!fs.existsSync(named)) throw new Error(`${variable} is ${named}, which does not exist`);
    return named;
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

/** An empty folder, which goes with the tests. */
export function newFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-logging-"));
}

/** Certificates of localhost by the common names of those that have them. */
const CERTIFICATES = { server: "localhost", client: "log-collector" };

/** A certificate authority of the tests, and certificates for localhost: of a server and a client, or those that are named. */
export function makeCertificates(
  folder: string,
  commonNames: { readonly [file: string]: string } = CERTIFICATES,
): void {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-days", "2", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=log-ca");
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  fs.writeFileSync(path.join(folder, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  for (const [name, commonName] of Object.entries(commonNames)) {
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${commonName}`);
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.crt`);
  }
}

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly client?: string;
  readonly authorization?: string;
}

export type Answer = (exchange: Exchange) => { readonly status: number; readonly body?: object };

/** A server that speaks TLS on a port of this machine alone, and remembers what it was asked. */
export class LoopbackServer {
  public static async start(
    folder: string,
    answer: Answer,
    asksForCertificate = true,
    port = 0,
  ): Promise<LoopbackServer> {
    const server = new LoopbackServer(folder, answer, asksForCertificate);
    await new Promise<void>((done) => server.server.listen(port, "127.0.0.1", done));
    return server;
  }

  public readonly exchanges: Exchange[] = [];
  private readonly server: https.Server;

  private constructor(folder: string, answer: Answer, requestCert: boolean) {
    const file = (name: string) => fs.readFileSync(path.join(folder, name));
    const options = {
      key: file("server.key"),
      cert: file("server.crt"),
      ca: file("ca.crt"),
      requestCert,
      rejectUnauthorized: requestCert,
    };
    this.server = https.createServer(options, (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const whole = Buffer.concat(parts);
        const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole;
        const peer = (request.socket as any).getPeerCertificate?.();
        const exchange = {
          method: request.method ?? "",
          url: request.url ?? "",
          body: body.toString("utf8"),
          client: peer?.subject?.CN,
          authorization: request.headers.authorization,
        };
        this.exchanges.push(exchange);
        const { body: answered = {}, status } = answer(exchange);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(answered));
      });
    });
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** A program that runs until it is stopped, and what it wrote. */
export class Running {
  private readonly child: ChildProcess;
  private text = "";

  constructor(
    program: string,
    args: readonly string[],
    options: { readonly env?: NodeJS.ProcessEnv; readonly uid?: number } = {},
  ) {
    this.child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (part: Buffer) => (this.text += part.toString("utf8")));
    }
  }

  public get hasEnded(): boolean {
    return this.child.exitCode !== null;
  }

  public get output(): string {
    return this.text;
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGTERM");
    const force = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(force);
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean, limitMs: number, what: () => string): Promise<void> {
  const end = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms: ${what()}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

export interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs a program to its end; this process goes on answering. */
export async function runToEnd(
  program: string,
  args: readonly string[],
  env: { readonly [name: string]: string | undefined },
  uid?: number,
): Promise<Ended> {
  const child = spawn(program, args, { env: { ...env }, uid, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString("utf8")));
  const status = await new Promise<number | null>((done) => child.once("exit", done));
  return { status, stderr };
}
