import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { TaintEffect } from "cdk8s-plus-27";
import { Toleration } from "../../lib/workload/pods/scheduling";
import { IMAGE, newChart, objectOf, problemCodesOf } from "./support";

const any = (value: unknown) => value as never;
const GPU = Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE);

describe("the scheduling of pods", () => {
  test("uses node labels, tolerations, and a priority class", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", {
      image: IMAGE,
      nodeSelector: { "kubernetes.io/arch": "arm64" },
      tolerations: [GPU, Toleration.of("pool", "batch", TaintEffect.NO_EXECUTE)],
      priorityClassName: "shop-high",
    });
    expect(objectOf(chart, "Deployment").spec.template.spec).toMatchObject({
      nodeSelector: { "kubernetes.io/arch": "arm64" },
      tolerations: [
        { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
        { key: "pool", operator: "Equal", value: "batch", effect: "NoExecute" },
      ],
      priorityClassName: "shop-high",
    });
  });

  test("is not restricted by default", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, nodeSelector: {}, tolerations: [] });
    const { spec } = objectOf(chart, "Deployment").spec.template;
    for (const key of ["nodeSelector", "tolerations", "priorityClassName"]) expect(key in spec).toBe(false);
  });

  test.each<[string, Partial<HardenedDeploymentProps>, string[]]>([
    ["a label's key", { nodeSelector: { "a b": "c" } }, ["LABEL_INVALID"]],
    ["labels of a text", { nodeSelector: any("arm64") }, ["VALUE_INVALID"]],
    ["a toleration of a text", { tolerations: any(["nvidia.com/gpu"]) }, ["VALUE_INVALID"]],
    ["a toleration twice", { tolerations: [GPU, GPU] }, ["NAME_DUPLICATE"]],
    ["a class of the system", { priorityClassName: "system-node-critical" }, ["NAME_INVALID"]],
    ["a class that none can be named", { priorityClassName: "High" }, ["NAME_INVALID"]],
    ["a class of a number", { priorityClassName: any(1000) }, ["NAME_INVALID"]],
  ])("is refused: %s", (_, props, codes) => {
    expect(
      problemCodesOf(() => new HardenedDeployment(newChart(), "web", { image: IMAGE, ...props })),
    ).toEqual(codes);
  });

  test.each<[string, () => unknown, string[]]>([
    ["no key", () => Toleration.ofAnyValue("", TaintEffect.NO_SCHEDULE), ["LABEL_INVALID"]],
    ["a key with a blank", () => Toleration.ofAnyValue("a b", TaintEffect.NO_SCHEDULE), ["LABEL_INVALID"]],
    ["a value with a blank", () => Toleration.of("a", "b c", TaintEffect.NO_SCHEDULE), ["LABEL_INVALID"]],
    ["no value", () => Toleration.of("a", any(undefined), TaintEffect.NO_SCHEDULE), ["ATTRIBUTE_MISSING"]],
    ["another effect", () => Toleration.ofAnyValue("a", any("NoWay")), ["VALUE_INVALID"]],
  ])("a toleration is refused: %s", (_, call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });
});
