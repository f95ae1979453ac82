import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App, Chart } from "cdk8s";
import { GUARDRAILS, GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import {
  AdmissionGuardrails,
  type AdmissionGuardrailsProps,
} from "../../lib/guardrails/admission-guardrails";
import { ApiServer, type ApiAnswer } from "../support/api-server";
import { OBJECT_CASES } from "./object-cases";
import { POD_CASES } from "./pod-cases";
import { podWith, workload } from "./support";

export const RULES = Object.values(GuardrailRule);

const SEEN_WITHIN_MS = 60_000;
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

/** The namespace in which only one rule applies, so that other rules do not hide its result. */
export const only = (rule: string) => `only-${rule}`;

/** An object in a namespace, if it can be in one. */
export function within(namespace: string, object: any): any {
  const place = object.kind === "ClusterRoleBinding" ? {} : { namespace };
  return { ...object, metadata: { ...object.metadata, ...place } };
}

/** The objects of guardrails. */
export function policiesOf(props: AdmissionGuardrailsProps): any[] {
  const chart = new Chart(new App(), "guardrails", { namespace: "platform" });
  new AdmissionGuardrails(chart, "guardrails", props);
  return objectsOf(chart);
}

/** An object that a rule denies. */
export function refusedBy(rule: string): any {
  const pods = Object.values(POD_CASES[rule]?.deny ?? {}).map((change) =>
    workload("Pod", "", podWith(change)),
  );
  return within(only(rule), [...pods, ...Object.values(OBJECT_CASES[rule]?.deny ?? {})][0]);
}

// A Traefik without a right in the whole cluster can read no classes, and the Gateway API has no place for a host name but a
// slice; the page about ingress says both. Services with addresses of their own are what a rule refuses, where it is not spared.
const EXPLAINED =
  /kubernetes\.io\/ingress\.class\\?" is deprecated|FQDN endpoints are deprecated|spec\.externalIPs is deprecated/;
// API servers from 1.36 reject ambiguous ranges themselves.
const REFUSED_BY_ITSELF = /is invalid: spec\.LoadBalancerSourceRanges\[\d+\]: Invalid value: .*must not have/;

/** @param explained warnings that the caller expects, beside those that the pages of the project explain */
export function expectPassed({ status, body, warnings: all }: ApiAnswer, explained?: RegExp): void {
  const warnings = all.filter((warning) => !EXPLAINED.test(warning) && !explained?.test(warning));
  expect({ message: body.message, warnings }).toEqual({ message: undefined, warnings: [] });
  expect([200, 201]).toContain(status);
}

/** Expects a denial by a rule, with its title and fix in the message. */
export function expectRefused({ status, body }: ApiAnswer, rule: string): void {
  const { title, fix } = GUARDRAILS[rule as GuardrailRule];
  if (REFUSED_BY_ITSELF.test(body.message)) {
    expect(status).toBe(422);
    return;
  }
  expect(body.message).toContain(`'secure-oke-${rule}'`);
  expect(body.message).toContain(`${rule}: ${title}: `);
  expect(body.message).toContain(fix);
  expect(status).toBe(403);
}

/** Waits until a condition holds, as the API server activates policies asynchronously. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + SEEN_WITHIN_MS;
  while (Date.now() < deadline) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within ${SEEN_WITHIN_MS} ms`);
}

/** An API server with an audit log and image volumes, which Kubernetes 1.35 enables by default. */
export class GuardedServer {
  public static async start(): Promise<GuardedServer> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "guardrails-"));
    const file = (name: string) => path.join(folder, name);
    fs.writeFileSync(file("policy.json"), JSON.stringify(AUDIT_POLICY));
    const flags = [
      `--audit-policy-file=${file("policy.json")}`,
      `--audit-log-path=${file("audit.log")}`,
      "--feature-gates=ImageVolume=true",
    ];
    try {
      return new GuardedServer(await ApiServer.start(...flags), folder);
    } catch (error) {
      fs.rmSync(folder, { recursive: true });
      throw error;
    }
  }

  private constructor(
    public readonly api: ApiServer,
    private readonly folder: string,
  ) {}

  /** Applies objects; all must be accepted. */
  public async apply(...objects: any[]): Promise<void> {
    for (const object of objects) expectPassed(await this.api.apply(object));
  }

  public async applyNamespaces(...names: string[]): Promise<void> {
    await this.apply(...names.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })));
  }

  /** The response of a dry run. */
  public async try(object: any): Promise<ApiAnswer> {
    return this.api.apply(object, { dryRun: true });
  }

  /** Changes an object by a merge patch. */
  public async patch(url: string, change: object): Promise<ApiAnswer> {
    return this.api.request("PATCH", url, change, { contentType: "application/merge-patch+json" });
  }

  /** Waits until the rules are active. */
  public async enforced(rules: readonly string[] = RULES): Promise<void> {
    for (const rule of rules) await until(rule, async () => (await this.try(refusedBy(rule))).status === 403);
  }

  /** The violations that the audit log contains for a path. */
  public findings(url: string): string[] {
    const lines = fs.readFileSync(path.join(this.folder, "audit.log"), "utf8").split("\n");
    return lines
      .filter((line) => line.includes(url))
      .map((line) => JSON.parse(line).annotations?.["validation.policy.admission.k8s.io/validation_failure"])
      .filter((finding) => finding !== undefined);
  }

  public async stop(): Promise<void> {
    await this.api.stop();
    fs.rmSync(this.folder, { recursive: true });
  }
}
