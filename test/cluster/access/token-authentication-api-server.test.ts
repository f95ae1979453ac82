import { execFileSync } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import { type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { PipelineIdentity } from "../../../lib";
import { authenticationConfigurationOf } from "../../../lib/cluster/access/private/pipeline-authentication";
import { ApiServer, describeWithApiServer } from "../../support/api-server";

jest.setTimeout(120_000);

/** An issuer of OpenID Connect on this machine, with a CA of its own. */
class Issuer {
  public static async start(): Promise<Issuer> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-issuer-"));
    const [key, certificate] = ["key.pem", "ca.pem"].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    const subject = ["-subj", "/CN=issuer", "-addext", "subjectAltName=IP:127.0.0.1"];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject, ...files],
      {
        stdio: "ignore",
      },
    );
    const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) };
    const issuer = new Issuer(fs.readFileSync(certificate, "utf8"));
    issuer.server = https.createServer(tls, (request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(request.url === "/keys" ? issuer.keys : issuer.discovery));
    });
    await new Promise<void>((resolve) => issuer.server?.listen(0, "127.0.0.1", resolve));
    fs.rmSync(folder, { recursive: true });
    return issuer;
  }

  private readonly pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  private server?: https.Server;

  private constructor(public readonly certificate: string) {}

  public get url(): string {
    return `https://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  /** A token as a CI system makes it for a job. */
  public token(claims: object): string {
    const now = Math.floor(Date.now() / 1000);
    const parts = [
      { alg: "RS256", kid: "test" },
      { iss: this.url, iat: now, exp: now + 300, ...claims },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const signature = createSign("sha256").update(parts.join(".")).sign(this.pair.privateKey, "base64url");
    return [...parts, signature].join(".");
  }

  public stop(): void {
    this.server?.close();
  }

  private get discovery(): object {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}/keys`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    };
  }

  private get keys(): object {
    return {
      keys: [{ ...this.pair.publicKey.export({ format: "jwk" }), kid: "test", alg: "RS256", use: "sig" }],
    };
  }
}

describeWithApiServer("a configuration file for several pipelines", () => {
  let issuer: Issuer;
  let server: ApiServer;
  let file: string;

  beforeAll(async () => {
    issuer = await Issuer.start();
    const common = { issuerUrl: issuer.url, usernamePrefix: "ci:", caCertificate: issuer.certificate };
    const identities = [
      PipelineIdentity.ofIssuer({
        ...common,
        audience: "shop",
        subject: "shop",
        requiredClaims: { project: 'acme/"shop"', ref: "main" },
      }),
      PipelineIdentity.ofIssuer({
        ...common,
        audience: "tools",
        subject: "tools",
        requiredClaims: { "https://claims.example.com/project": "acme/tools" },
      }),
    ];
    file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-authentication-")), "config.yaml");
    fs.writeFileSync(file, authenticationConfigurationOf(identities));
    server = await ApiServer.start(`--authentication-config=${file}`);
  });

  afterAll(async () => {
    await server?.stop();
    issuer?.stop();
    if (file) fs.rmSync(path.dirname(file), { recursive: true });
  });

  const whoIs = async (claims: object): Promise<string | number> => {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const url = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const answer = await server.request("POST", url, review, { token: issuer.token(claims) });
    return answer.status === 201 ? (answer.body.status.userInfo.username as string) : answer.status;
  };

  const shop = { aud: "shop", sub: "shop", project: 'acme/"shop"', ref: "main" };
  const tools = { aud: ["tools", "other"], sub: "tools", "https://claims.example.com/project": "acme/tools" };

  test("identifies each pipeline by its claims", async () => {
    // The server reads the issuer's keys in the background.
    for (let attempt = 0; attempt < 50 && (await whoIs(shop)) === 401; attempt++)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await whoIs(shop)).toBe("ci:shop");
    expect(await whoIs(tools)).toBe("ci:tools");
  });

  test.each([
    ["another branch", { ...shop, ref: "feature" }],
    ["a claim that is missing", { aud: "shop", sub: "shop", ref: "main" }],
    ["the audience of another pipeline", { ...shop, aud: "tools" }],
    ["another audience", { ...tools, aud: "elsewhere" }],
    ["a token that has ended", { ...shop, exp: 1 }],
  ])("refuses %s", async (_, claims) => {
    expect(await whoIs(claims)).toBe(401);
  });
});
