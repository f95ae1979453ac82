import { App, Chart } from "cdk8s";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { GuardrailException } from "../../lib/guardrails/guardrail-enforcement";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HostAccess } from "../../lib/workload/host-access/host-access";
import { PodSecurityLevel } from "../../lib/workload/pods/pod-security";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { type ApiAnswer, ApiServer, describeWithApiServer } from "../support/api-server";
import { policiesOf, until } from "../guardrails/guarded-server";
import { IMAGE } from "./support";

const REASON = { reason: "The test asks for it" };
const LOGS = HostAccess.readOnlyPath("/var/log", REASON);
const ACCESSES: { readonly [what: string]: HostAccess[] } = {
  "a path": [LOGS],
  "the network": [HostAccess.network({ ports: [9100, 9200], ...REASON })],
  "a path as root": [LOGS, HostAccess.rootUser(REASON)],
  everything: [
    LOGS,
    HostAccess.readOnlyPath("/sys", REASON),
    HostAccess.rootUser(REASON),
    HostAccess.network({ ports: [9100, 9300], ...REASON }),
  ],
};

describeWithApiServer("host access in a real API server", () => {
  let server: ApiServer;
  const chart = new Chart(new App(), "agents", { namespace: "agents" });
  const podSecurity = PodSecurityLevel.privilegedFor(REASON);
  new SecureNamespace(chart, "namespace", { name: "agents", podSecurity });
  Object.values(ACCESSES).forEach((hostAccess, index) => {
    const sidecars = index === 3 ? [{ name: "proxy", image: IMAGE, port: 9300 }] : [];
    // On nodes of their own: two of them want one port of the node.
    const nodeSelector = { agent: String(index) };
    const props = { image: IMAGE, port: 9100, sidecars, hostAccess, nodeSelector };
    new HardenedDaemonSet(chart, `agent-${index}`, props);
  });
  const objects = objectsOf(chart) as any[];

  beforeAll(async () => {
    server = await ApiServer.start();
    const restricted = new Chart(new App(), "shop", { namespace: "shop" });
    new SecureNamespace(restricted, "namespace", { name: "shop" });
    for (const object of [...objects, ...(objectsOf(restricted) as any[])]) {
      const { body, status } = await server.apply(object);
      expect([object.kind, object.metadata.name, status < 300 ? "" : body.message]).toEqual([
        object.kind,
        object.metadata.name,
        "",
      ]);
    }
  }, 90_000);
  afterAll(async () => server.stop());

  const podIn = async (namespace: string, index: number): Promise<ApiAnswer> => {
    const { metadata, spec } = objects.find(
      (entry) => entry.metadata.name === `agent-${index}` && entry.spec?.template,
    ).spec.template;
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "agent", namespace }, spec };
    return server.apply(pod, { dryRun: true });
  };

  test.each(Object.keys(ACCESSES).map((what, index) => [what, index] as const))(
    "%s is accepted in a namespace that is made for it, with a warning, and refused in a restricted one",
    async (_, index) => {
      const taken = await podIn("agents", index);
      expect([taken.status, taken.body.message]).toEqual([201, undefined]);
      expect(taken.warnings.join()).toContain("would violate PodSecurity");
      const { body, status } = await podIn("shop", index);
      expect(status).toBe(403);
      expect(body.message).toMatch(/violates PodSecurity "restricted:v1\.34"/);
    },
  );

  test("guardrails accept it with the two documented exceptions only", async () => {
    const exceptionOf = (rule: GuardrailRule) =>
      GuardrailException.of({ namespace: "agents", rule, ...REASON });
    const guard = async (...rules: GuardrailRule[]) => {
      const policies = policiesOf({ exceptions: rules.map(exceptionOf) });
      for (const object of policies) expect((await server.apply(object)).status).toBeLessThan(300);
    };
    const refusal = async () => ((await podIn("agents", 3)).body.message ?? "") as string;
    await guard();
    await until("the guardrails", async () => (await refusal()).includes("secure-oke-"));
    expect(await refusal()).toMatch(/'secure-oke-(no-host-access|non-root)'/);
    await guard(GuardrailRule.NO_HOST_ACCESS, GuardrailRule.NON_ROOT);
    await until("the exceptions", async () => (await refusal()) === "");
  }, 120_000);
});
