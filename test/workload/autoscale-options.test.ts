import { type ApiObject, JsonPatch, Yaml } from "cdk8s";
import { type AutoscaleOptions } from "../../lib/workload/autoscaling";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { IMAGE, newChart, objectOf, problemsAtSynthesis, problemCodesOf } from "./support";

describe("an autoscaled deployment", () => {
  test("has no replica count of its own", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, autoscale: { min: 2, max: 10 } });
    expect("replicas" in objectOf(chart, "Deployment").spec).toBe(false);
    expect(Yaml.stringify(objectOf(chart, "HorizontalPodAutoscaler"))).toMatchSnapshot();
  });

  test("uses the given targets", () => {
    const metricsOf = (targets: Partial<AutoscaleOptions>) => {
      const chart = newChart();
      new HardenedDeployment(chart, "web", { image: IMAGE, autoscale: { min: 2, max: 3, ...targets } });
      const { metrics } = objectOf(chart, "HorizontalPodAutoscaler").spec;
      return metrics.map(({ resource }: any) => [resource.name, resource.target.averageUtilization]);
    };
    expect(metricsOf({})).toEqual([["cpu", 70]]);
    expect(metricsOf({ cpuPercent: 300 })).toEqual([["cpu", 300]]);
    expect(metricsOf({ memoryPercent: 80 })).toEqual([["memory", 80]]);
    expect(metricsOf({ cpuPercent: 50, memoryPercent: 80 })).toEqual([
      ["cpu", 50],
      ["memory", 80],
    ]);
  });

  test("has a disruption budget that allows evicting one pod", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, autoscale: { min: 2, max: 10 } });
    expect(objectOf(chart, "PodDisruptionBudget").spec.maxUnavailable).toBe(1);
    expect(objectOf(chart, "HorizontalPodAutoscaler").spec.minReplicas).toBe(2);
  });

  test("counts with its maximum replica count in the quota", () => {
    const shop = (pods: number) => {
      const chart = newChart();
      new SecureNamespace(chart, "namespace", { name: "shop", quota: { pods } });
      new HardenedDeployment(chart, "web", { image: IMAGE, autoscale: { min: 2, max: 7 } });
      return chart;
    };
    expect(problemsAtSynthesis(shop(8))).toEqual([]);
    expect(problemsAtSynthesis(shop(7)).map(({ code }) => code)).toEqual(["RESOURCES_INVALID"]);
    const patched = shop(7);
    const scaler = patched.node.findChild("web").node.findChild("HorizontalPodAutoscaler") as ApiObject;
    scaler.addJsonPatch(JsonPatch.replace("/spec/maxReplicas", 6));
    expect(problemsAtSynthesis(patched)).toEqual([]);
  });

  const any = (value: unknown) => value as never;
  test.each<[string, AutoscaleOptions, string[]]>([
    ["one pod", { min: 1, max: 4 }, ["REPLICAS_INVALID"]],
    ["min above max", { min: 5, max: 4 }, ["REPLICAS_INVALID"]],
    ["min equal to max", { min: 4, max: 4 }, ["REPLICAS_INVALID"]],
    ["half a pod", { min: 2, max: 4.5 }, ["REPLICAS_INVALID"]],
    ["nothing", any({}), ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]],
    ["a list", any([2, 10]), ["VALUE_INVALID"]],
    ["0 percent", { min: 2, max: 4, cpuPercent: 0 }, ["COUNT_INVALID"]],
    ["a text", { min: 2, max: 4, cpuPercent: any("70%") }, ["COUNT_INVALID"]],
    ["a target that no container can pass", { min: 2, max: 4, cpuPercent: 500 }, ["COUNT_INVALID"]],
    ["memory up to its limit", { min: 2, max: 4, memoryPercent: 100 }, ["COUNT_INVALID"]],
  ])("is refused with %s", (_, autoscale, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new HardenedDeployment(chart, "web", { image: IMAGE, autoscale }))).toEqual(
      codes,
    );
    expect(chart.node.children).toEqual([]);
  });

  test("is refused together with replicas", () => {
    const props = { image: IMAGE, replicas: 3, autoscale: { min: 2, max: 4 } };
    expect(problemCodesOf(() => new HardenedDeployment(newChart(), "web", props))).toEqual([
      "REPLICAS_INVALID",
    ]);
  });
});
