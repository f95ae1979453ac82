import * as fc from "fast-check";
import { ApiObject } from "cdk8s";
import { TerraformStack } from "cdktf";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import {
  AdmissionGuardrails,
  type AdmissionGuardrailsProps,
} from "../../lib/guardrails/admission-guardrails";
import { GuardrailException, GuardrailMode } from "../../lib/guardrails/guardrail-enforcement";
import { AllowedRegistries } from "../../lib/workload/images/allowed-registries";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { newStack, synthesized } from "../support/stack";
import { existingCluster } from "../exposure/load-balancer-support";
import { IMAGE, newChart, objectOf, problemsAtSynthesis, validationProblemsOf } from "../workload/support";

const POLICY = "ValidatingAdmissionPolicy";
const reason = "The team moves in spring";

describe("allowed registries", () => {
  /** The condition of the policy, whose CEL expression is also valid JavaScript. */
  function deniesAtAdmission(prefixes: string[]): (image: string) => boolean {
    const chart = newChart();
    new AdmissionGuardrails(chart, "guardrails", { allowedRegistries: prefixes });
    const { variables } = objectOf(chart, POLICY, "secure-oke-allowed-registries").spec;
    const [, condition] = /\.filter\(i, (.*)\)\.map\(i,/.exec(variables.at(-1).expression) ?? [];
    return new Function("i", `return ${condition}`) as (image: string) => boolean;
  }

  function rejectsAtSynthesis(prefixes: string[], image: string): boolean {
    const chart = newChart();
    AllowedRegistries.of(chart).add(...prefixes);
    new ApiObject(chart, "pod", {
      apiVersion: "v1",
      kind: "Pod",
      spec: { containers: [{ name: "main", image }] },
    });
    try {
      if (chart.node.validate().length > 0) return true;
      chart.toJson();
      return false;
    } catch (error) {
      expect(String(error)).toContain("IMAGE_NOT_ALLOWED");
      return true;
    }
  }

  test("have the same effect at admission and at synthesis", () => {
    const host = fc.constantFrom(
      "fra.ocir.io",
      "fra.ocir.io:5000",
      "fra.ocir.io.evil.example",
      "FRA.ocir.io",
    );
    const parts = fc.array(fc.constantFrom("a", "b", "ab", "a-b"), { maxLength: 3 });
    const name = fc.tuple(host, parts).map(([first, rest]) => [first, ...rest].join("/"));
    const tag = fc.constantFrom("", ":1", ":a", `@sha256:${"0".repeat(64)}`, `:a@sha256:${"0".repeat(64)}`);
    const image = fc
      .tuple(name, fc.constantFrom("a", "web"), tag)
      .map(([before, last, end]) => `${before}/${last}${end}`);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), image, (prefixes, reference) => {
        expect(deniesAtAdmission(prefixes)(reference)).toBe(rejectsAtSynthesis(prefixes, reference));
      }),
      { numRuns: 100 },
    );
  });
});

describe("required labels", () => {
  const labelled = (props: AdmissionGuardrailsProps, labels?: { [key: string]: string }) => {
    const chart = newChart("shop", undefined, "shop");
    new AdmissionGuardrails(chart, "guardrails", { requiredLabels: ["team"], ...props });
    new HardenedDeployment(chart, "web", { image: IMAGE, labels });
    return chart;
  };

  test("missing in a workload of the program are a problem at synthesis", () => {
    expect(problemsAtSynthesis(labelled({}))).toMatchObject([
      {
        code: "LABEL_INVALID",
        path: "shop/web/Resource",
        what: expect.stringContaining("lack the labels team"),
      },
    ]);
    expect(problemsAtSynthesis(labelled({}, { team: "web" }))).toEqual([]);
  });

  test("are required in other charts of the cluster too", () => {
    const cluster = existingCluster(newStack());
    const platform = newChart("platform");
    new AdmissionGuardrails(platform, "guardrails", { requiredLabels: ["team"] });
    cluster.addCdk8sChart("platform", platform);
    const shop = newChart("shop", undefined, "shop");
    new HardenedDeployment(shop, "web", { image: IMAGE });
    cluster.addCdk8sChart("shop", shop);
    expect(validationProblemsOf(() => synthesized(TerraformStack.of(cluster)))).toMatchObject([
      { code: "LABEL_INVALID" },
    ]);
  });

  test("are not required if the guardrail only warns, or exempts the namespace", () => {
    const modes = { [GuardrailRule.REQUIRED_LABELS]: GuardrailMode.warn({ reason }) };
    expect(problemsAtSynthesis(labelled({ modes }))).toEqual([]);
    const exceptions = [
      GuardrailException.of({ namespace: "shop", rule: GuardrailRule.REQUIRED_LABELS, reason }),
    ];
    expect(problemsAtSynthesis(labelled({ exceptions }))).toEqual([]);
  });
});
