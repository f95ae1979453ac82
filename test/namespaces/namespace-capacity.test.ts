import { ApiObject, JsonPatch, type Chart } from "cdk8s";
import * as plus from "cdk8s-plus-27";
import { Token } from "cdktf";
import fc from "fast-check";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { type NamespaceQuota } from "../../lib/namespaces/namespace-quota";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { IMAGE, newChart, problemsAtSynthesis } from "../workload/support";

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

describe("a namespace has room for its Deployments", () => {
  test("by default: for 49 workloads of two pods", () => {
    expect(refusalOf(shop({}, Array(49).fill({})))).toBe("");
    expect(refusalOf(shop({}, Array(50).fill({})))).toContain("101 of pods");
  });

  test("when a rolling update can make one pod before it ends another", () => {
    expect(refusalOf(shop({ pods: 5 }, [{}, {}]))).toBe("");
    expect(problemsAtSynthesis(shop({ pods: 4 }, [{}, {}]))).toMatchSnapshot();
  });

  test("exactly when all replicas and the largest of their pods fit", () => {
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

  test("for the sidecars too, and for init containers where these take more", () => {
    const quota = { memoryLimits: "3Gi", memoryRequests: "3Gi" };
    const container = (memory: string) => ({ name: "a", image: IMAGE, resources: large(memory) });
    expect(refusalOf(shop(quota, [{ sidecars: [container("768Mi")] }]))).toBe("");
    expect(refusalOf(shop(quota, [{ sidecars: [container("800Mi")] }]))).toContain("limits.memory");
    expect(refusalOf(shop(quota, [{ initContainers: [container("1Gi")] }]))).toBe("");
    expect(refusalOf(shop(quota, [{ initContainers: [container("1025Mi")] }]))).toContain("limits.memory");
  });

  test("when the quota holds them, and the refusal has the prop and the value that would", () => {
    const message = refusalOf(
      shop({ memoryLimits: "1Gi", memoryRequests: "1Gi", pods: 2 }, [{ resources: large("2Gi") }]),
    );
    expect(message).toContain('quota: { memoryLimits: "6Gi" }');
    expect(message).toContain("quota: { pods: 3 }");
  });

  test("when no container may use more than one may", () => {
    const chart = shop({ memoryLimits: "100Gi" }, [{ resources: large("9Gi") }]);
    expect(refusalOf(chart)).toContain("web-0 of the Deployment web-0 has the limit 9Gi of memory");
  });

  test("when every container reserves enough to be counted", () => {
    const chart = shop({}, [{ resources: { cpu: { request: "5m", limit: "1" } } }]);
    expect(refusalOf(chart)).toContain("web-0 of the Deployment web-0 requests 0.005 of cpu");
  });

  test("after all patches, on both sides", () => {
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

  test("counting those of cdk8s-plus, and none of other namespaces or of other charts, which may be for other clusters", () => {
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

  test("as far as it is known: a reference to a Terraform value is not judged", () => {
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
