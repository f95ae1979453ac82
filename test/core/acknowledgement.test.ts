import { App as KubernetesApp, Chart } from "cdk8s";
import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { problemCodesOf } from "../support/stack";
import { ChartOutput } from "../../lib/synthesis/chart-output";

const reasonsOf = (scope: Construct) =>
  Acknowledgements.of(scope).map(({ path, reason }) => `${path}: ${reason}`);

describe("acknowledgements", () => {
  test("are found in the charts that were added to a stack, from the app and from the stack, each once", () => {
    const app = Testing.app();
    const [stack, other] = ["stack", "other"].map((id) => new TerraformStack(app, id));
    const chart = new Chart(new KubernetesApp(), "shop");
    const inner = new Chart(chart, "inner");
    Acknowledgements._record(new Construct(chart, "web"), "exposure", "public", "Customers");
    Acknowledgements._record(inner, "non-root", "root", "Legacy");
    Acknowledgements._record(stack!, "exposure", "public", "Partners");
    new ChartOutput(stack!, "shop", chart);
    const all = ["shop/inner: Legacy", "shop/web: Customers", "stack: Partners"];
    expect(reasonsOf(app)).toEqual(all);
    expect(reasonsOf(stack!)).toEqual(all);
    expect(reasonsOf(chart)).toEqual(all.slice(0, 2));
    expect(reasonsOf(other!)).toEqual([]);
  });

  test("have ids that a new reason or a further exception leaves unchanged", () => {
    const idsOf = (...reasons: string[]) => {
      const scope = new Construct(undefined as never, "root");
      reasons.forEach((reason, index) =>
        Acknowledgements._record(scope, "exposure", `choice ${index}`, reason),
      );
      return Acknowledgements.of(scope).map(({ id }) => id);
    };
    expect(idsOf("Partners")).toEqual([expect.stringMatching(/^exposure-[0-9a-f]{8}$/)]);
    expect(idsOf("Customers", "Auditors")).toEqual(expect.arrayContaining(idsOf("Partners")));
    expect(new Set(idsOf("Customers", "Auditors")).size).toBe(2);
  });

  test("keep each reason for the same choice, in an order of their own, and one that is said twice once", () => {
    const scopes = [0, 1].map(() => new Construct(undefined as never, "root"));
    for (const reason of ["Partners", "Customers", "Partners"]) {
      Acknowledgements._record(scopes[0]!, "exposure", "ingress", reason);
    }
    for (const reason of ["Customers", "Partners"]) {
      Acknowledgements._record(scopes[1]!, "exposure", "ingress", reason);
    }
    expect(reasonsOf(scopes[0]!)).toEqual(reasonsOf(scopes[1]!));
    expect(reasonsOf(scopes[0]!)).toHaveLength(2);
  });
});

test("Acknowledgements.of() rejects values that are not constructs", () => {
  for (const none of [undefined, null]) {
    expect(problemCodesOf(() => Acknowledgements.of(none as never))).toEqual(["ATTRIBUTE_MISSING"]);
  }
  expect(problemCodesOf(() => Acknowledgements.of("shop" as never))).toEqual(["VALUE_INVALID"]);
});
