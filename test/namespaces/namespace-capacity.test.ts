import * as plus from "cdk8s-plus-27";
import fc from "fast-check";
import { ApiObject, JsonPatch, type Chart } from "cdk8s";
import { Token } from "cdktf";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { type NamespaceQuota } from "../../lib/namespaces/namespace-resources";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { IMAGE, messagesOf, newChart, problemsAtSynthesis } from "../workload/support";

function shop(quota: NamespaceQuota = {}, workloads: Partial<HardenedDeploymentProps>[] = [{}]): Chart {
  const chart = newChart();
  new SecureNamespace(chart, "namespace", { name: "shop", quota });
  workloads.forEach((props, index) => {
    new HardenedDeployment(chart, `web-${index}`, { image: IMAGE, ...props });
  });
  return chart;
}

const refusalOf = (chart: Chart): string => {
  try {
    chart.toJson();
    return "";
  } catch (error) {
    return String(error);
  }
};
const large = (limit: string) => ({ memory: { request: "64Mi", limit } });

describe("the quota for Deployments", () => {
  test("allows 49 workloads of two pods by default", () => {
    expect(refusalOf(shop({}, Array(49).fill({})))).toBe("");
    expect(refusalOf(shop({}, Array(50).fill({})))).toContain("101 of pods");
  });

  test("includes the extra pod of a rolling update", () => {
    expect(refusalOf(shop({ pods: 5 }, [{}, {}]))).toBe("");
    expect(messagesOf(problemsAtSynthesis(shop({ pods: 4 }, [{}, {}])))).toMatchSnapshot();
  });

  test("is sufficient exactly if all replicas and the largest extra pod fit", () => {
    const workload = fc.record({
      replicas: fc.integer({ min: 2, max: 5 }),
      size: fc.integer({ min: 256, max: 512 }),
    });
    fc.assert(
      fc.property(
        fc.array(workload, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 512, max: 8192 }),
        (all, quota) => {
          const needed = all.reduce((sum, { replicas, size }) => sum + replicas * size, 0);
          const surge = Math.max(...all.map(({ size }) => size));
          const chart = shop(
            { memoryLimits: `${quota}Mi`, memoryRequests: `${quota}Mi` },
            all.map(({ replicas, size }) => ({ replicas, resources: large(`${size}Mi`) })),
          );
          expect(refusalOf(chart) === "").toBe(needed + surge <= quota);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("counts sidecars, and init containers if they need more", () => {
    const quota = { memoryLimits: "3Gi", memoryRequests: "3Gi" };
    const container = (memory: string) => ({ name: "a", image: IMAGE, resources: large(memory) });
    expect(refusalOf(shop(quota, [{ sidecars: [container("768Mi")] }]))).toBe("");
    expect(refusalOf(shop(quota, [{ sidecars: [container("800Mi")] }]))).toContain("limits.memory");
    expect(refusalOf(shop(quota, [{ initContainers: [container("1Gi")] }]))).toBe("");
    expect(refusalOf(shop(quota, [{ initContainers: [container("1025Mi")] }]))).toContain("limits.memory");
  });

  test("is reported with the prop and the sufficient value", () => {
    const message = refusalOf(
      shop({ memoryLimits: "1Gi", memoryRequests: "1Gi", pods: 2 }, [{ resources: large("2Gi") }]),
    );
    expect(message).toContain('quota: { memoryLimits: "6Gi" }');
    expect(message).toContain("quota: { pods: 3 }");
  });

  test("limits each container", () => {
    const chart = shop({ memoryLimits: "100Gi" }, [{ resources: large("9Gi") }]);
    expect(refusalOf(chart)).toContain("web-0 of the Deployment web-0 has the limit 9Gi of memory");
  });

  test("requires a minimum request of each container", () => {
    const chart = shop({}, [{ resources: { cpu: { request: "5m", limit: "1" } } }]);
    expect(refusalOf(chart)).toContain("web-0 of the Deployment web-0 requests 0.005 of cpu");
  });

  test("is checked after all patches of workloads and of the quota", () => {
    const chart = shop({ pods: 3 });
    const web = chart.node.findChild("web-0");
    ApiObject.of(web).addJsonPatch(JsonPatch.replace("/spec/replicas", 3));
    expect(refusalOf(chart)).toContain("4 of pods");
    ApiObject.of(web).addJsonPatch(JsonPatch.replace("/spec/strategy", { type: "Recreate" }));
    expect(refusalOf(chart)).toBe("");
    ApiObject.of(web).addJsonPatch(JsonPatch.replace("/spec/replicas", 4));
    expect(refusalOf(chart)).toContain("4 of pods");
    const quota = chart.node.findChild("namespace").node.findChild("Quota") as ApiObject;
    quota.addJsonPatch(JsonPatch.replace("/spec/hard/pods", "4"));
    expect(refusalOf(chart)).toBe("");
    quota.addJsonPatch(JsonPatch.remove("/spec/hard/pods"));
    ApiObject.of(web).addJsonPatch(JsonPatch.replace("/spec/replicas", 9));
    expect(refusalOf(chart)).toBe("");
  });

  test("counts pods of cdk8s-plus, and no pods of other namespaces or charts", () => {
    const chart = shop({ pods: 3 });
    for (const [namespace, id] of [
      ["other", "other"],
      ["shop", "beside"],
    ]) {
      const elsewhere = newChart(namespace, chart.node.root as never, id);
      new HardenedDeployment(elsewhere, "web", { image: IMAGE });
    }
    expect(refusalOf(chart)).toBe("");
    new plus.Deployment(chart, "plus", { containers: [{ image: "x" }], replicas: 1 });
    expect(refusalOf(chart)).toContain("4 of pods");
  });

  test("is not checked against references to Terraform values", () => {
    const chart = shop({ pods: 3 });
    ApiObject.of(chart.node.findChild("web-0")).addJsonPatch(
      JsonPatch.replace("/spec/replicas", Token.asNumber({ resolve: () => 100, creationStack: [] })),
    );
    const quota = chart.node.findChild("namespace").node.findChild("Quota") as ApiObject;
    const pods = Token.asString({ resolve: () => "1", creationStack: [] });
    quota.addJsonPatch(JsonPatch.replace("/spec/hard/pods", pods));
    expect(objectsOf(chart)).not.toEqual([]);
  });
});
