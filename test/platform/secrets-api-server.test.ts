import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { GuardrailException } from "../../lib/guardrails/guardrail-enforcement";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { policiesOf, until } from "../guardrails/guarded-server";
import { ApiServer, describeWithApiServer } from "../support/api-server";
import { newStack } from "../support/stack";
import { driverIn, existingCluster, externalSecretsIn, shopIn } from "./secrets-support";

jest.setTimeout(120_000);

const account = (namespace: string, name: string) => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});
const PROVIDER = account("secrets-store", "oci-secrets-store-csi-driver-provider");
const OPERATOR = account("external-secrets", "external-secrets");

describeWithApiServer("the secrets driver and External Secrets, at an API server", () => {
  let server: ApiServer;
  const answers: [string, number, unknown][] = [];

  async function apply(objects: readonly any[]): Promise<void> {
    for (const object of objects) {
      const { body, status } = await server.apply(object);
      answers.push([`${object.kind} ${object.metadata.name}`, status, body.message]);
    }
  }

  /** Waits until a kind is served; asked without the memory of what was served before. */
  async function isServed({ spec: { group, names, versions } }: any): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      const { body } = await server.request("GET", `/apis/${group}/${versions[0].name}`);
      if ((body.resources ?? []).some((one: any) => one.kind === names.kind)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${names.kind} is not served`);
  }

  beforeAll(async () => {
    server = await ApiServer.start();
    const cluster = existingCluster();
    const charts = [
      driverIn({}, cluster),
      externalSecretsIn({}, cluster),
      shopIn(cluster, newStack("secrets")),
    ];
    const all = charts.flatMap((chart) => objectsOf(chart) as any[]);
    const first = (kinds: readonly string[], isFirst: boolean) =>
      all.filter(({ kind }) => kinds.includes(kind) === isFirst);
    const definitions = first(["CustomResourceDefinition"], true);
    await apply(definitions);
    for (const definition of definitions) await isServed(definition);
    await apply(first(["Namespace"], true));
    await apply(first(["CustomResourceDefinition", "Namespace"], false));
  }, 120_000);
  afterAll(async () => server.stop());

  test("accepts every object with strict field validation", () => {
    expect(answers.length).toBeGreaterThan(40);
    expect(answers.filter(([, status]) => status !== 200 && status !== 201)).toEqual([]);
  });

  test("accepts the pods of the driver in their namespace, and rejects them in a restricted one", async () => {
    for (const { spec } of (objectsOf(driverIn()) as any[]).filter(({ kind }) => kind === "DaemonSet")) {
      const { metadata, spec: pod } = spec.template;
      const podIn = async (namespace: string) =>
        server.apply(
          { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "pod", namespace }, spec: pod },
          { dryRun: true },
        );
      expect((await podIn("secrets-store")).status).toBe(201);
      expect((await podIn("shop")).status).toBe(403);
    }
  });

  test("the provider and the operator create tokens of the accounts that mount secrets, and of no other", async () => {
    const may = async (caller: object, name: string, namespace = "shop") =>
      server.canI(caller as never, {
        verb: "create",
        resource: "serviceaccounts",
        subresource: "token",
        name,
        namespace,
        group: "",
      });
    expect([await may(PROVIDER, "web"), await may(PROVIDER, "report")]).toEqual([true, false]);
    expect([await may(OPERATOR, "report"), await may(OPERATOR, "web")]).toEqual([true, false]);
    expect(await may(PROVIDER, "default", "kube-system")).toBe(false);
    expect(await may(PROVIDER, "")).toBe(false);
  });

  test("the provider reads no Secret, and the operator those of its namespace", async () => {
    const reads = async (caller: object, namespace: string) =>
      server.canI(caller as never, { verb: "get", resource: "secrets", namespace, group: "" });
    expect(await reads(PROVIDER, "shop")).toBe(false);
    expect([await reads(OPERATOR, "shop"), await reads(OPERATOR, "kube-system")]).toEqual([true, false]);
  });

  test("rejects a class that authenticates as a user or as a node", async () => {
    const classWith = (authType?: string) => ({
      apiVersion: "secrets-store.csi.x-k8s.io/v1",
      kind: "SecretProviderClass",
      metadata: { name: `as-${authType ?? "nobody"}`, namespace: "shop" },
      spec: { provider: "oci", parameters: { secrets: "[]", ...(authType ? { authType } : {}) } },
    });
    // The policy takes a moment to be known to the server.
    let status = 0;
    for (let tries = 0; tries < 100 && status !== 422 && status !== 403; tries += 1) {
      ({ status } = await server.apply(classWith("user"), { dryRun: true }));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    for (const authType of ["user", "instance", undefined]) {
      const { body } = await server.apply(classWith(authType), { dryRun: true });
      expect(body.message).toContain("authType must be workload");
    }
    expect((await server.apply(classWith("workload"), { dryRun: true })).status).toBe(201);
  });

  test("rejects a store without workload identity, or of another provider", async () => {
    const store = (provider: object) => ({
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name: "other", namespace: "shop" },
      spec: { provider },
    });
    const oracle = {
      vault: "ocid1.vault.oc1..x",
      region: "eu-frankfurt-1",
      principalType: "Workload",
      serviceAccountRef: { name: "web" },
    };
    expect((await server.apply(store({ oracle }), { dryRun: true })).status).toBe(201);
    for (const provider of [
      { oracle: { ...oracle, principalType: "InstancePrincipal" } },
      { oracle: { ...oracle, principalType: undefined } },
      { oracle: { ...oracle, auth: { user: "x" } } },
      { fake: {} },
    ]) {
      expect((await server.apply(store(provider), { dryRun: true })).status).toBeGreaterThanOrEqual(400);
    }
  });

  test("the pods of the driver pass guardrails by the exceptions that the page names, and not without them", async () => {
    const exceptions = [
      GuardrailRule.NO_HOST_ACCESS,
      GuardrailRule.NON_ROOT,
      GuardrailRule.NO_PRIVILEGE_ESCALATION,
      GuardrailRule.DROPPED_CAPABILITIES,
    ].map((rule) =>
      GuardrailException.of({
        namespace: "secrets-store",
        rule,
        reason: "The driver mounts into other pods",
      }),
    );
    const pods = (objectsOf(driverIn()) as any[]).filter(({ kind }) => kind === "DaemonSet");
    const refusals = async (): Promise<string> => {
      const answers = await Promise.all(
        pods.map(async ({ metadata, spec: { template } }) =>
          server.apply(
            {
              apiVersion: "v1",
              kind: "Pod",
              metadata: { ...template.metadata, name: metadata.name, namespace: "secrets-store" },
              spec: template.spec,
            },
            { dryRun: true },
          ),
        ),
      );
      return answers.map(({ body, status }) => (status < 300 ? "" : String(body.message))).join("");
    };
    for (const policy of policiesOf({})) await server.apply(policy);
    await until("the guardrails", async () => (await refusals()).includes("secure-oke-"));
    for (const policy of policiesOf({ exceptions })) await server.apply(policy);
    await until("the exceptions", async () => (await refusals()) === "");
  });
});
