import { ApiObject, App, Chart, Testing } from "cdk8s";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { hasSafeValue } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { ApiServer, describeWithApiServer } from "../support/api-server";
import { expectPassed, only, policiesOf, refusedBy, until, within } from "../guardrails/guarded-server";
import { bare, podsOf, WORKLOADS } from "./hardening-cases";
import { ALL_CASES } from "./hardening-conflict-cases";
import { workload } from "../guardrails/support";

// What a program does or where its image comes from is no matter of hardening.
const RULES = [
  GuardrailRule.DROPPED_CAPABILITIES,
  GuardrailRule.IMAGE_DIGEST,
  GuardrailRule.NO_HOST_ACCESS,
  GuardrailRule.NO_PRIVILEGE_ESCALATION,
  GuardrailRule.NO_TOKEN_AUTOMOUNT,
  GuardrailRule.NON_ROOT,
  GuardrailRule.READ_ONLY_ROOT_FILESYSTEM,
];

jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);

describeWithApiServer("the API server, with the restricted standard,", () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await ApiServer.start("--feature-gates=ImageVolume=true");
    const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
    const namespaces = [
      { name: "shop", labels: restricted },
      { name: "free" },
      ...RULES.map((rule) => ({ name: only(rule) })),
    ];
    for (const metadata of namespaces)
      expectPassed(await server.apply({ apiVersion: "v1", kind: "Namespace", metadata }));
  }, 90_000);
  afterAll(async () => server.stop());

  const objectsOf = (make: (chart: Chart) => void, isHardened = true): any[] => {
    const chart = new Chart(new App(), "shop", { namespace: "shop" });
    make(chart);
    if (isHardened) Hardening.of(chart).apply();
    return Testing.synth(chart).flatMap((entry) => (entry.kind === "List" ? entry.items : [entry]));
  };
  /** The pods of an object, as its controller would make them. */
  const asPods = (object: any) =>
    podsOf([object]).map(({ pod }) => {
      // The server runs without the plug-in that gives each pod a service account; tokens of volumes need one.
      const spec = { ...pod.spec, serviceAccountName: "default" };
      const claims = (object.spec?.volumeClaimTemplates ?? []).map(({ metadata: { name } }: any) => ({
        name,
        emptyDir: {},
      }));
      const volumes = [...(spec.volumes ?? []), ...claims];
      return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...pod.metadata, name: "pod", namespace: "shop" },
        spec: { ...spec, ...(volumes.length > 0 ? { volumes } : {}) },
      };
    });

  test.each(Object.entries(WORKLOADS))("accepts the hardened %s and its pods", async (_, make) => {
    const objects = objectsOf(make);
    expect(objects.flatMap(asPods).length).toBeGreaterThan(0);
    for (const object of objects) {
      expectPassed(await server.apply(object, { dryRun: true }));
      for (const pod of asPods(object)) expectPassed(await server.apply(pod, { dryRun: true }));
    }
  });

  test("rejects all of their pods before they are hardened", async () => {
    for (const make of Object.values(WORKLOADS)) {
      const answers = objectsOf(make, false)
        .flatMap(asPods)
        .map(async (pod) => server.apply(pod, { dryRun: true }));
      for (const { status, body } of await Promise.all(answers)) {
        expect(status).toBe(403);
        expect(body.message).toContain('violates PodSecurity "restricted:latest"');
      }
    }
  });

  test.each(ALL_CASES.filter(({ conflict }) => conflict !== "unreadable"))(
    "$conflict: $what is what Kubernetes takes when it stays, and with the standard when it is overridden",
    async ({ conflict, spec, container, also = [] }) => {
      const make = (options: HardeningOptions) => {
        const chart = new Chart(new App(), "shop", { namespace: "shop" });
        const { metadata, ...rest } = workload("Deployment", "shop", bare(spec, container));
        new ApiObject(chart, "web", { ...rest, metadata });
        Hardening.of(chart, options).apply();
        return Testing.synth(chart).flatMap(asPods);
      };
      const stays = make({}).map((pod) => ({ ...pod, metadata: { ...pod.metadata, namespace: "free" } }));
      // Which only a whole pod of Windows can be.
      const isOfNode = conflict === "host-process";
      for (const pod of isOfNode ? [] : stays) {
        const { body, status } = await server.apply(pod, { dryRun: true });
        expect([status, body.message]).toEqual([201, undefined]);
      }
      // What is found beside it stays, against the standard.
      if (!hasSafeValue(conflict) || also.length > 0) return;
      const override = [{ conflicts: [conflict], reason: "The test says so" }];
      for (const pod of make({ override })) expectPassed(await server.apply(pod, { dryRun: true }));
    },
  );

  test("accepts them with the guardrails for pods too", async () => {
    for (const policy of policiesOf({})) expectPassed(await server.apply(policy));
    for (const rule of RULES) {
      await until(
        rule,
        async () =>
          (await server.apply(within(only(rule), refusedBy(rule)), { dryRun: true })).status === 403,
      );
    }
    for (const make of Object.values(WORKLOADS)) {
      for (const object of objectsOf(make)) {
        expectPassed(await server.apply(object, { dryRun: true }));
        for (const pod of asPods(object)) expectPassed(await server.apply(pod, { dryRun: true }));
      }
    }
  }, 90_000);
});
