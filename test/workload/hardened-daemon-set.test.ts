import { Yaml } from "cdk8s";
import { TaintEffect } from "cdk8s-plus-27";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { Toleration } from "../../lib/workload/pods/scheduling";
import { IMAGE, newChart, objectOf, problemsAtSynthesis, problemCodesOf } from "./support";

describe("a hardened daemon set", () => {
  test("with an image and a port creates three objects", () => {
    const chart = newChart();
    new HardenedDaemonSet(chart, "agent", { image: IMAGE, port: 9100 });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("sets tolerations and maxUnavailable", () => {
    const chart = newChart();
    const tolerations = [Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE)];
    new HardenedDaemonSet(chart, "agent", { image: IMAGE, maxUnavailable: 5, tolerations });
    const { template, updateStrategy } = objectOf(chart, "DaemonSet").spec;
    expect(updateStrategy.rollingUpdate).toEqual({ maxUnavailable: 5, maxSurge: 0 });
    expect(template.spec.tolerations).toHaveLength(1);
  });

  test("has no access to its node", () => {
    const chart = newChart();
    new HardenedDaemonSet(chart, "agent", { image: IMAGE, port: 9100 });
    const { hostIPC, hostNetwork, hostPID, volumes } = objectOf(chart, "DaemonSet").spec.template.spec;
    expect([hostIPC, hostNetwork, hostPID, volumes]).toEqual([false, false, false, undefined]);
    expect(JSON.stringify(chart.toJson())).not.toMatch(/hostPath|hostPort/);
  });

  test("counts as one pod in the quota of its namespace", () => {
    const shop = (pods: number) => {
      const chart = newChart();
      new SecureNamespace(chart, "namespace", { name: "shop", quota: { pods } });
      for (const id of ["agent", "probe"]) new HardenedDaemonSet(chart, id, { image: IMAGE });
      return chart;
    };
    expect(problemsAtSynthesis(shop(2))).toEqual([]);
    expect(problemsAtSynthesis(shop(1))).toHaveLength(1);
  });

  test.each<[string, object, string[]]>([
    ["an update that gets nowhere", { image: IMAGE, maxUnavailable: 0 }, ["COUNT_INVALID"]],
    ["a part of its nodes", { image: IMAGE, maxUnavailable: "10%" }, ["COUNT_INVALID"]],
    ["port 80", { image: IMAGE, port: 80 }, ["PORT_PRIVILEGED"]],
    ["no image", {}, ["ATTRIBUTE_MISSING"]],
  ])("is refused with %s", (_, props, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new HardenedDaemonSet(chart, "agent", props as never))).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });
});
