import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { freePorts } from "./free-ports";

const START_LIMIT_MS = 60_000;
const BINARIES = ["etcd", "kube-apiserver"];

/** The user and groups that a request impersonates. */
export interface Caller {
  readonly user: string;
  readonly groups?: readonly string[];
}

/** The response of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: any;
  readonly warnings: readonly string[];
}

export interface ApiRequestOptions {
  /** @default application/json */
  readonly contentType?: string;
  /** @default - an administrator */
  readonly as?: Caller;
  /** A token to authenticate with instead of the administrator's, such as that of a service account. */
  readonly token?: string;
}

/** Describes tests that need an API server. They are skipped unless KUBEBUILDER_ASSETS names a folder with kube-apiserver and etcd. */
export function describeWithApiServer(name: string, tests: () => void): void {
  const folder = process.env.KUBEBUILDER_ASSETS;
  if (!folder) {
    describe.skip(`${name} (skipped: KUBEBUILDER_ASSETS names no folder)`, tests);
    return;
  }
  for (const binary of BINARIES.filter((each) => !fs.existsSync(path.join(folder, each)))) {
    throw new Error(`KUBEBUILDER_ASSETS is ${folder}, which has no ${binary}`);
  }
  describe(name, tests);
}

/**
 * A kube-apiserver and its etcd, on free ports and in a temporary folder.
 *
 * Authentication, RBAC, validation, defaults and admission are real. There are no controllers, so Deployments get no
 * pods, and namespaces no default service account. Pods may name service accounts that don't exist.
 */
export class ApiServer {
  /** @param flags further flags of kube-apiserver */
  public static async start(...flags: string[]): Promise<ApiServer> {
    const server = new ApiServer(fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-api-server-")));
    process.once("exit", server.kill);
    try {
      await server.run(flags);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private readonly children: ChildProcess[] = [];
  private readonly token = randomBytes(16).toString("hex");
  private readonly agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  private readonly resources = new Map<string, any[]>();
  private port = 0;

  private constructor(private readonly folder: string) {}

  /** Sends a request; resolves for any status. */
  public async request(
    method: string,
    url: string,
    body?: object,
    options: ApiRequestOptions = {},
  ): Promise<ApiAnswer> {
    const { as: caller, contentType = "application/json", token = this.token } = options;
    const headers: https.RequestOptions["headers"] = {
      authorization: `Bearer ${token}`,
      ...(body ? { "content-type": contentType } : {}),
      ...(caller ? { "impersonate-user": caller.user, "impersonate-group": [...(caller.groups ?? [])] } : {}),
    };
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      // The server signed its certificate itself, and the connection does not leave the machine.
      const request = https.request(
        {
          host: "127.0.0.1",
          port: this.port,
          path: url,
          method,
          headers,
          agent: this.agent,
          rejectUnauthorized: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              body: parsed(Buffer.concat(chunks).toString("utf8")),
              warnings: [response.headers.warning ?? []].flat() as string[],
            }),
          );
        },
      );
      request.on("error", reject);
      request.end(text);
    });
  }

  /** Applies an object as `kubectl apply --server-side` does; unknown fields are errors. */
  public async apply(object: any, options: { as?: Caller; dryRun?: boolean } = {}): Promise<ApiAnswer> {
    const url = `${await this.pathOf(object)}?fieldManager=test&fieldValidation=Strict&force=true`;
    return this.request("PATCH", options.dryRun ? `${url}&dryRun=All` : url, object, {
      as: options.as,
      contentType: "application/apply-patch+yaml",
    });
  }

  /** Whether RBAC allows a request, with the attributes of a SubjectAccessReview. */
  public async canI(caller: Caller, attributes: object, nonResource = false): Promise<boolean> {
    const answer = await this.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        ...caller,
        [nonResource ? "nonResourceAttributes" : "resourceAttributes"]: attributes,
      },
    });
    if (answer.status !== 201)
      throw new Error(`The SubjectAccessReview failed with ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.status.allowed as boolean;
  }

  /** Stops both programs and removes their folder. */
  public async stop(): Promise<void> {
    this.agent.destroy();
    const running = this.children.filter((child) => child.exitCode === null && child.signalCode === null);
    const exits = running.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    this.kill();
    await Promise.all(exits);
    process.removeListener("exit", this.kill);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** The resources of a group and version, from the discovery API. */
  public async resourcesOf(apiVersion: string): Promise<any[]> {
    const cached = this.resources.get(apiVersion);
    if (cached) return cached;
    const { body } = await this.request("GET", baseOf(apiVersion));
    const found: any[] = body.resources ?? [];
    if (found.length > 0) this.resources.set(apiVersion, found);
    return found;
  }

  private async pathOf({ apiVersion, kind, metadata }: any): Promise<string> {
    const all = await this.resourcesOf(apiVersion);
    const resource = all.find((candidate) => candidate.kind === kind && !candidate.name.includes("/"));
    if (!resource) throw new Error(`The API server has no ${kind} of ${apiVersion}`);
    const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${baseOf(apiVersion)}${namespace}/${resource.name}/${metadata.name}`;
  }

  // SIGKILL, because no data has to be saved and etcd is slow to stop on SIGTERM.
  private readonly kill = (): void => {
    for (const child of this.children) child.kill("SIGKILL");
  };

  private async run(flags: readonly string[]): Promise<void> {
    const [client, peer, secure] = await freePorts(3);
    this.port = secure!;
    const etcd = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    this.spawn("etcd", [
      `--data-dir=${this.file("etcd")}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
    ]);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    fs.writeFileSync(this.file("accounts.key"), privateKey.export({ type: "pkcs1", format: "pem" }));
    fs.writeFileSync(this.file("tokens"), `${this.token},admin,1,"system:masters"\n`);
    this.spawn("kube-apiserver", [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${secure}`,
      `--cert-dir=${this.file("certificates")}`,
      `--token-auth-file=${this.file("tokens")}`,
      `--service-account-key-file=${this.file("accounts.key")}`,
      `--service-account-signing-key-file=${this.file("accounts.key")}`,
      "--service-account-issuer=https://127.0.0.1",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--authorization-mode=RBAC",
      "--allow-privileged=true",
      // Without the controller no namespace has a service account, so this plugin would reject all pods.
      "--disable-admission-plugins=ServiceAccount",
      ...flags,
    ]);
    await this.ready();
  }

  private spawn(binary: string, args: readonly string[]): void {
    const log = fs.openSync(this.file(`${binary}.log`), "w");
    const child = spawn(path.join(process.env.KUBEBUILDER_ASSETS ?? "", binary), args, {
      cwd: this.folder,
      env: {},
      stdio: ["ignore", log, log],
    });
    fs.closeSync(log);
    child.on("error", () => undefined);
    this.children.push(child);
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadline && this.children.every(({ exitCode }) => exitCode === null)) {
      const answer = await this.request("GET", "/readyz").catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const logs = BINARIES.map((binary) => fs.readFileSync(this.file(`${binary}.log`), "utf8").slice(-2000));
    throw new Error(`The API server did not become ready\n${logs.join("\n")}`);
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }
}

function baseOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
