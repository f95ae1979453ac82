import { App } from "cdk8s";
import fc from "fast-check";
import { objectsOf } from "../../lib/manifests/chart-objects";
import { SecureNamespace } from "../../lib/workload/secure-namespace";
import { ApiServer, describeWithApiServer } from "../support/api-server";
import { COMBINATIONS } from "./combinations";
import { newChart } from "./support";

const RUNS = 300;

describeWithApiServer("workloads of any kind, with any options, in a real API server", () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await ApiServer.start();
    const chart = newChart();
    // Quotas count in other tests; here nothing is to be left out for want of room.
    new SecureNamespace(chart, "namespace", { name: "shop" });
    const namespace = (objectsOf(chart) as any[]).find(({ kind }) => kind === "Namespace");
    expect((await server.apply(namespace)).status).toBe(201);
  }, 90_000);
  afterAll(async () => server.stop());

  /** The pod that a controller would make of a template; claims are there as any volume would be. */
  const podOf = (runner: any) => {
    const { metadata, spec } = (runner.spec.jobTemplate?.spec ?? runner.spec).template;
    const claims = (runner.spec.volumeClaimTemplates ?? []).map((claim: any) => claim.metadata.name);
    const volumes = [...(spec.volumes ?? []), ...claims.map((name: string) => ({ name, emptyDir: {} }))];
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, name: "work-pod", namespace: "shop" },
      spec: { ...spec, volumes },
    };
  };

  test("are taken as they are, and so are their pods, under the restricted standard", async () => {
    const combinations = fc.sample(COMBINATIONS, { numRuns: RUNS, seed: 1 });
    let asked = 0;
    for (const combination of combinations) {
      const chart = newChart("shop", new App());
      combination(chart, "work");
      const objects = objectsOf(chart) as any[];
      const runner = objects.find(({ spec }) => spec?.template ?? spec?.jobTemplate);
      for (const object of [...objects, podOf(runner)]) {
        const { body, status, warnings } = await server.apply(object, { dryRun: true });
        const answer = status < 300 && warnings.length === 0 ? "taken" : { body, warnings, object };
        expect(answer).toBe("taken");
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(RUNS * 4);
  }, 120_000);
});
