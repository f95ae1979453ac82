import { ApiObject, type Chart, Yaml } from "cdk8s";
import { TerraformStack, Testing, Token } from "cdktf";
import * as fc from "fast-check";
import * as fs from "node:fs";
import * as path from "node:path";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { GUARDRAILS, GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { PRACTICES } from "../../lib/core/acknowledgement";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { AdmissionGuardrails } from "../../lib/guardrails/admission-guardrails";
import { type AdmissionGuardrailsProps } from "../../lib/guardrails/admission-guardrails-props";
import { GuardrailException } from "../../lib/guardrails/guardrail-exception";
import { GuardrailMode } from "../../lib/guardrails/guardrail-mode";
import { AllowedRegistries } from "../../lib/workload/images/allowed-registries";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { newStack, synthesized } from "../support/stack";
import { existingCluster } from "../exposure/load-balancer-support";
import { NAMED_COMPARTMENT, NAMED_GROUP } from "./support";
import { IMAGE, newChart, objectOf, problemsAtSynthesis, refusal, refusedCodes } from "../workload/support";

const RULES = Object.values(GuardrailRule);
const SYSTEM = ["kube-node-lease", "kube-public", "kube-system"];
const POLICY = "ValidatingAdmissionPolicy";
const BINDING = "ValidatingAdmissionPolicyBinding";
const reason = "The team moves in spring";

const legacy = GuardrailException.of({ namespace: "legacy", rule: GuardrailRule.NON_ROOT, reason });
const addOn = GuardrailException.ofEveryRule({ namespace: "add-on", reason: "Oracle writes what is in it" });
const EVERYTHING: AdmissionGuardrailsProps = {
  allowedRegistries: ["fra.ocir.io/acme", "registry.example:5000"],
  requiredLabels: ["team", "acme.example/cost-center"],
  loadBalancerGroups: [
    NetworkSecurityGroup.fromNetworkSecurityGroupId(newStack(), "workers", NAMED_GROUP),
    NetworkSecurityGroup.fromNetworkSecurityGroupId(newStack(), "web", "ocid1.networksecuritygroup.oc1..web"),
  ],
  loadBalancerCompartmentIds: [NAMED_COMPARTMENT],
  mode: GuardrailMode.warn({ reason: "The first month only warns" }),
  modes: {
    "no-cluster-admin": GuardrailMode.deny(),
    "image-digest": GuardrailMode.audit({ reason: "Digests come with the new pipeline" }),
  },
  exceptions: [legacy, addOn],
  namePrefix: "acme",
};

function guarded(props?: AdmissionGuardrailsProps, chart = newChart()): Chart {
  new AdmissionGuardrails(chart, "guardrails", props);
  return chart;
}

const textOf = (chart: Chart) => Yaml.stringify(...(chart.toJson() as unknown[]));
const sparedBy = (chart: Chart, name: string) =>
  objectOf(chart, BINDING, name).spec.matchResources.namespaceSelector.matchExpressions[0].values;

describe("admission guardrails", () => {
  test("of nothing refuse by eighteen rules; these are their objects", () => {
    const chart = newChart();
    const { rules } = new AdmissionGuardrails(chart, "guardrails");
    expect(rules).toEqual(RULES.filter((rule) => !/registries|labels|groups/.test(rule)).sort());
    expect(textOf(chart)).toMatchSnapshot();
  });

  test("with everything set are these objects", () => {
    expect(textOf(guarded(EVERYTHING))).toMatchSnapshot();
  });

  test("are the same bytes in whatever order their props are", () => {
    const reversed = {
      ...EVERYTHING,
      allowedRegistries: [...(EVERYTHING.allowedRegistries ?? [])].reverse(),
      requiredLabels: [...(EVERYTHING.requiredLabels ?? [])].reverse(),
      loadBalancerGroups: [...(EVERYTHING.loadBalancerGroups ?? [])].reverse(),
      exceptions: [...(EVERYTHING.exceptions ?? [])].reverse(),
    };
    expect(textOf(guarded(reversed))).toBe(textOf(guarded(EVERYTHING)));
    expect(
      textOf(guarded({ ...EVERYTHING, requiredLabels: ["team", "team", "acme.example/cost-center"] })),
    ).toBe(textOf(guarded(EVERYTHING)));
  });

  test("are a policy that fails closed and a binding for each rule, in no namespace, wherever the chart is", () => {
    for (const namespace of ["shop", ""]) {
      const objects = objectsOf(guarded(EVERYTHING, newChart(namespace))) as any[];
      expect(objects.map(({ kind }) => kind)).toEqual(RULES.flatMap(() => [POLICY, BINDING]));
      for (const { metadata } of objects) expect(metadata).not.toHaveProperty("namespace");
      for (const { spec } of objects.filter(({ kind }) => kind === POLICY))
        expect(spec.failurePolicy).toBe("Fail");
      expect(objects.map(({ metadata }) => metadata.name)).toEqual(
        [...RULES].sort().flatMap((rule) => [`acme-${rule}`, `acme-${rule}`]),
      );
    }
  });

  test("have a child for each rule, whose policy can be patched", () => {
    const chart = guarded();
    const rule = chart.node.findChild("guardrails").node.findChild("non-root");
    ApiObject.of(rule).metadata.addLabel("team", "platform");
    expect(objectOf(chart, POLICY, "secure-oke-non-root").metadata.labels).toEqual({ team: "platform" });
  });

  test("say in the cluster what people must know of them", () => {
    const chart = guarded(EVERYTHING);
    for (const rule of RULES) {
      const { title, why, fix, practice } = GUARDRAILS[rule];
      const { metadata, spec } = objectOf(chart, POLICY, `acme-${rule}`);
      expect(metadata.annotations).toEqual({
        "secure-oke/title": title,
        "secure-oke/why": why,
        "secure-oke/fix": fix,
        "secure-oke/practice": practice,
      });
      expect(spec.validations[0].message).toBe(`${rule}: ${title}. ${fix}.`);
      expect(Object.keys(PRACTICES)).toContain(practice);
    }
  });

  test("deny, warn or audit as told, each rule for itself", () => {
    const chart = guarded(EVERYTHING);
    const actions = (rule: string) => objectOf(chart, BINDING, `acme-${rule}`).spec.validationActions;
    expect(actions("no-cluster-admin")).toEqual(["Deny"]);
    expect(actions("image-digest")).toEqual(["Audit"]);
    expect(actions("non-root")).toEqual(["Audit", "Warn"]);
    expect(objectOf(guarded(), BINDING, "secure-oke-non-root").spec.validationActions).toEqual(["Deny"]);
  });

  test("spare the namespaces of the system, and those that are excepted, rule by rule", () => {
    const chart = guarded(EVERYTHING);
    expect(sparedBy(chart, "acme-non-root")).toEqual(["add-on", ...SYSTEM, "legacy"]);
    expect(sparedBy(chart, "acme-no-node-port")).toEqual(["add-on", ...SYSTEM]);
    expect(sparedBy(guarded(), "secure-oke-non-root")).toEqual(SYSTEM);
    expect(objectOf(chart, BINDING, "acme-non-root").metadata.annotations["secure-oke/exceptions"]).toBe(
      "add-on: Oracle writes what is in it\nlegacy: The team moves in spring",
    );
  });

  test("record each exception and each weaker mode as a way out that was taken", () => {
    const taken = Acknowledgements.of(guarded(EVERYTHING));
    expect(taken.filter(({ what }) => what.includes("non-root"))).toMatchObject([
      {
        path: "shop/guardrails/non-root",
        practice: "non-root",
        what: "guardrail non-root refuses nothing: Audit, Warn",
        reason: "The first month only warns",
      },
      {
        path: "shop/guardrails/non-root",
        practice: "non-root",
        what: "guardrail non-root spares add-on",
        reason: addOn.reason,
      },
      {
        path: "shop/guardrails/non-root",
        practice: "non-root",
        what: "guardrail non-root spares legacy",
        reason,
      },
    ]);
    expect(taken.filter(({ what }) => what.includes("no-cluster-admin"))).toHaveLength(1);
    expect(Acknowledgements.of(guarded({ allowedRegistries: ["fra.ocir.io"] }))).toEqual([]);
  });

  test("change nothing of other rules when one is spared, or gets a mode or a parameter", () => {
    const before = new Map((objectsOf(guarded()) as any[]).map((one) => [one.kind + one.metadata.name, one]));
    const after = guarded({
      allowedRegistries: ["fra.ocir.io"],
      modes: { "no-node-port": GuardrailMode.audit({ reason }) },
      exceptions: [legacy],
    });
    const changed = (objectsOf(after) as any[])
      .map((one) => [one.kind + one.metadata.name, one])
      .filter(([key, one]) => JSON.stringify(before.get(key)) !== JSON.stringify(one))
      .map(([key]) => key);
    expect(changed).toEqual([
      `${POLICY}secure-oke-allowed-registries`,
      `${BINDING}secure-oke-allowed-registries`,
      `${BINDING}secure-oke-no-node-port`,
      `${BINDING}secure-oke-non-root`,
    ]);
  });

  test("go through a stack, with a registry that Terraform knows", () => {
    const stack = newStack();
    const namespace = Token.asString({ resolve: () => "${local.namespace}", creationStack: [] });
    const chart = guarded({ allowedRegistries: [`fra.ocir.io/${namespace}`] });
    new ChartOutput(stack, "guardrails", chart);
    expect(Testing.synth(stack)).toMatch(/fra\.ocir\.io\/\$\{.*local\.namespace/);
  });
});

describe("allowed registries", () => {
  /** What the API server asks of an image; the expression is one of JavaScript too. */
  function refusesAtAdmission(prefixes: string[]): (image: string) => boolean {
    const { variables } = objectOf(
      guarded({ allowedRegistries: prefixes }),
      POLICY,
      "secure-oke-allowed-registries",
    ).spec;
    const [, condition] = /\.filter\(i, (.*)\)\.map\(i,/.exec(variables.at(-1).expression) ?? [];
    return new Function("i", `return ${condition}`) as (image: string) => boolean;
  }

  function refusesAtSynthesis(prefixes: string[], image: string): boolean {
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

  test("are the same at admission and at synthesis", () => {
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
        expect(refusesAtAdmission(prefixes)(reference)).toBe(refusesAtSynthesis(prefixes, reference));
      }),
      { numRuns: 100 },
    );
  });
});

describe("guardrails are refused", () => {
  const plain = (value: unknown) => value as never;

  test.each<[string, AdmissionGuardrailsProps, string[]]>([
    ["an empty list of registries", { allowedRegistries: [] }, ["GUARDRAIL_INVALID"]],
    ["registries that are no list", { allowedRegistries: plain("fra.ocir.io") }, ["GUARDRAIL_INVALID"]],
    ["a registry that is none", { allowedRegistries: ["acme"] }, ["IMAGE_INVALID"]],
    ["an empty registry", { allowedRegistries: ["fra.ocir.io", ""] }, ["IMAGE_INVALID"]],
    ["a registry with a quote", { allowedRegistries: ['fra.ocir.io/"a'] }, ["IMAGE_INVALID"]],
    ["a registry with a tag", { allowedRegistries: ["fra.ocir.io/acme:1"] }, ["IMAGE_INVALID"]],
    ["a registry that is no text", { allowedRegistries: plain([5]) }, ["IMAGE_INVALID"]],
    ["an empty list of labels", { requiredLabels: [] }, ["GUARDRAIL_INVALID"]],
    ["an empty label", { requiredLabels: [""] }, ["LABEL_INVALID"]],
    ["a label with a quote", { requiredLabels: ['te"am'] }, ["LABEL_INVALID"]],
    ["a label that is no text", { requiredLabels: plain([null]) }, ["LABEL_INVALID"]],
    ["an unknown mode", { mode: plain("Block") }, ["GUARDRAIL_INVALID"]],
    ["no mode", { mode: plain(null) }, ["GUARDRAIL_INVALID"]],
    ["an unknown mode of a rule", { modes: { "non-root": plain("Warn") } }, ["GUARDRAIL_INVALID"]],
    ["a mode of an unknown rule", { modes: { "non-rot": GuardrailMode.deny() } }, ["GUARDRAIL_INVALID"]],
    [
      "a mode of a rule that is not there",
      { modes: { "required-labels": GuardrailMode.deny() } },
      ["GUARDRAIL_INVALID"],
    ],
    ["two exceptions alike", { exceptions: [legacy, legacy] }, ["NAME_DUPLICATE"]],
    [
      "an exception beside one from every rule",
      { exceptions: [legacy, GuardrailException.ofEveryRule({ namespace: "legacy", reason })] },
      ["NAME_DUPLICATE"],
    ],
    [
      "an exception from a rule that is not there",
      {
        exceptions: [
          GuardrailException.of({ namespace: "a", rule: GuardrailRule.ALLOWED_REGISTRIES, reason }),
        ],
      },
      ["GUARDRAIL_INVALID"],
    ],
    ["an exception that is none", { exceptions: plain(["legacy"]) }, ["GUARDRAIL_INVALID"]],
    ["a prefix that is no name", { namePrefix: "Acme" }, ["NAME_INVALID"]],
    ["an empty prefix", { namePrefix: "" }, ["NAME_INVALID"]],
    ["a prefix that is too long", { namePrefix: "a".repeat(40) }, ["NAME_INVALID"]],
  ])("with %s", (_, props, codes) => {
    const chart = newChart();
    expect(refusedCodes(() => new AdmissionGuardrails(chart, "guardrails", props))).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test("with everything that is wrong at once", () => {
    const problems = refusal(() =>
      guarded({ allowedRegistries: ["acme"], requiredLabels: [""], mode: plain("Block"), namePrefix: "A" }),
    );
    expect(problems.map(({ code }) => code)).toEqual([
      "NAME_INVALID",
      "GUARDRAIL_INVALID",
      "IMAGE_INVALID",
      "LABEL_INVALID",
    ]);
    expect(new Set(problems.map(({ path: where }) => where))).toEqual(new Set(["shop/guardrails"]));
  });

  test("twice in a chart under one prefix", () => {
    const chart = guarded();
    const again = (props?: AdmissionGuardrailsProps) => new AdmissionGuardrails(chart, "again", props);
    expect(new Set(refusedCodes(() => again()))).toEqual(new Set(["NAME_DUPLICATE"]));
    expect(() => again({ namePrefix: "other" })).not.toThrow();
  });
});

describe("an exception", () => {
  const of = (props: object) => () =>
    GuardrailException.of({ namespace: "legacy", rule: "non-root", reason, ...props } as never);

  test.each<[string, object, string[]]>([
    ["a blank namespace", { namespace: " " }, ["NAME_INVALID"]],
    ["an empty namespace", { namespace: "" }, ["NAME_INVALID"]],
    ["no namespace", { namespace: undefined }, ["ATTRIBUTE_MISSING"]],
    ["a namespace that is no name", { namespace: "Legacy" }, ["NAME_INVALID"]],
    ["a namespace of the system", { namespace: "kube-system" }, ["NAME_DUPLICATE"]],
    ["an unknown rule", { rule: "no-such-rule" }, ["GUARDRAIL_INVALID"]],
    ["no rule", { rule: undefined }, ["ATTRIBUTE_MISSING"]],
    ["no reason", { reason: undefined }, ["REASON_MISSING"]],
    ["a blank reason", { reason: " \n" }, ["REASON_MISSING"]],
    [
      "nothing right",
      { namespace: "", rule: "", reason: "" },
      ["NAME_INVALID", "GUARDRAIL_INVALID", "REASON_MISSING"],
    ],
  ])("with %s is refused", (_, props, codes) => {
    expect(refusedCodes(of(props))).toEqual(codes);
  });

  test("from every rule needs a namespace and a reason too", () => {
    expect(refusedCodes(() => GuardrailException.ofEveryRule({ namespace: "A", reason: "" }))).toEqual([
      "NAME_INVALID",
      "REASON_MISSING",
    ]);
    expect(addOn.rules).toEqual([...RULES].sort());
  });
});

test.each(["warn", "audit"] as const)("the mode %s needs a reason", (mode) => {
  expect(refusedCodes(() => GuardrailMode[mode]({ reason: "" }))).toEqual(["REASON_MISSING"]);
  expect(refusedCodes(() => GuardrailMode[mode](undefined as never))).toEqual(["REASON_MISSING"]);
});

describe("the catalogue", () => {
  const root = path.join(__dirname, "..", "..");
  const page = fs.readFileSync(path.join(root, "docs", "guardrails.md"), "utf8");

  test.each(RULES)("has %s as the page of the guardrails has it", (rule) => {
    const { title, why, fix, practice } = GUARDRAILS[rule];
    const cells = page
      .split("\n")
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
      .find(([, first]) => first === `\`${rule}\``);
    expect(cells?.slice(2, 6)).toEqual([title, why, fix, practice]);
  });

  test("has a page whose program is a part of the example", () => {
    const [, program = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
    const example = fs.readFileSync(path.join(root, "examples", "guardrails", "main.ts"), "utf8");
    expect(program).toContain("new AdmissionGuardrails(");
    expect(example).toContain(program);
  });

  test("is in the order of its ids, and in sentences that can be put together", () => {
    expect(RULES).toEqual([...RULES].sort());
    for (const { title, why, fix } of Object.values(GUARDRAILS)) {
      expect(title).not.toMatch(/\.$|\n/);
      expect(fix).not.toMatch(/\.$|\n/);
      expect(why).toMatch(/\.$/);
    }
  });
});

test("a second one in a chart is one problem, however many policies it has", () => {
  const chart = newChart("platform");
  new AdmissionGuardrails(chart, "guardrails");
  expect(refusal(() => new AdmissionGuardrails(chart, "more"))).toMatchObject([
    { code: "NAME_DUPLICATE", path: "shop/more", what: expect.stringContaining("shop/guardrails") },
  ]);
  expect(() => new AdmissionGuardrails(chart, "other", { namePrefix: "other" })).not.toThrow();
});

describe("required labels", () => {
  const labelled = (props: AdmissionGuardrailsProps, labels?: { [key: string]: string }) => {
    const chart = newChart("shop", undefined, "shop");
    new AdmissionGuardrails(chart, "guardrails", { requiredLabels: ["team"], ...props });
    new HardenedDeployment(chart, "web", { image: IMAGE, labels });
    return chart;
  };

  test("that a workload of the program lacks are refused when the program is written", () => {
    expect(problemsAtSynthesis(labelled({}))).toMatchObject([
      {
        code: "LABEL_INVALID",
        path: "shop/web/Resource",
        what: expect.stringContaining("lack the labels team"),
      },
    ]);
    expect(problemsAtSynthesis(labelled({}, { team: "web" }))).toEqual([]);
  });

  test("are asked for in charts of the same cluster too", () => {
    const cluster = existingCluster(newStack());
    const platform = newChart("platform");
    new AdmissionGuardrails(platform, "guardrails", { requiredLabels: ["team"] });
    cluster.addCdk8sChart("platform", platform);
    const shop = newChart("shop", undefined, "shop");
    new HardenedDeployment(shop, "web", { image: IMAGE });
    cluster.addCdk8sChart("shop", shop);
    expect(refusal(() => synthesized(TerraformStack.of(cluster)))).toMatchObject([{ code: "LABEL_INVALID" }]);
  });

  test("are not asked for where the guardrail only warns, or spares the namespace", () => {
    const modes = { [GuardrailRule.REQUIRED_LABELS]: GuardrailMode.warn({ reason }) };
    expect(problemsAtSynthesis(labelled({ modes }))).toEqual([]);
    const exceptions = [
      GuardrailException.of({ namespace: "shop", rule: GuardrailRule.REQUIRED_LABELS, reason }),
    ];
    expect(problemsAtSynthesis(labelled({ exceptions }))).toEqual([]);
  });
});
