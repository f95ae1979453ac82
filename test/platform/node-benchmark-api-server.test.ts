import { App, Chart } from "cdk8s";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { GuardrailException } from "../../lib/guardrails/guardrail-enforcement";
import { NodeBenchmark } from "../../lib/platform/node-benchmark";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { ApiServer, describeWithApiServer } from "../support/api-server";
import { DIGEST } from "../workload/support";
import { policiesOf, until } from "../guardrails/guarded-server";

const REASON = "kube-bench reads the files of the kubelet";

describeWithApiServer("the benchmark of nodes in a real API server", () => {
  let server: ApiServer;
  const chart = new Chart(new App(), "node-benchmark", { namespace: "node-benchmark" });
  new NodeBenchmark(chart, "node-benchmark", {
    image: ContainerImage.of(`fra.ocir.io/acme/kube-bench:v0.15.6@${DIGEST}`),
    nodes: 3,
    readProcesses: { reason: "The test asks for it" },
  });
  const objects = objectsOf(chart) as any[];
  const { template } = objects.find(({ kind }) => kind === "CronJob").spec.jobTemplate.spec;
  const pod = (namespace: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: "node-benchmark-1", namespace },
    spec: template.spec,
  });

  beforeAll(async () => {
    server = await ApiServer.start();
  }, 90_000);
  afterAll(async () => server.stop());

  test("all objects are accepted", async () => {
    for (const object of objects) {
      const { body, status } = await server.apply(object);
      expect([object.kind, status < 300 ? "" : body.message]).toEqual([object.kind, ""]);
    }
  });

  test("its pods are accepted in its own namespace, and by no restricted one", async () => {
    const { status } = await server.apply(pod("node-benchmark"), { dryRun: true });
    expect(status).toBe(201);
    const name = "shop";
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    expect((await server.apply(pod(name), { dryRun: true })).status).toBe(403);
  });

  test("guardrails let it in by two exceptions, and refuse it without them", async () => {
    const exceptionOf = (rule: GuardrailRule) =>
      GuardrailException.of({ namespace: "node-benchmark", rule, reason: REASON });
    const guard = async (...rules: GuardrailRule[]) => {
      for (const object of policiesOf({ exceptions: rules.map(exceptionOf) })) {
        expect((await server.apply(object)).status).toBeLessThan(300);
      }
    };
    const refusal = async () =>
      ((await server.apply(pod("node-benchmark"), { dryRun: true })).body.message ?? "") as string;
    await guard();
    await until("the guardrails", async () => (await refusal()).includes("secure-oke-"));
    await guard(GuardrailRule.NO_HOST_ACCESS, GuardrailRule.NON_ROOT);
    await until("the exceptions", async () => (await refusal()) === "");
  }, 120_000);
});
