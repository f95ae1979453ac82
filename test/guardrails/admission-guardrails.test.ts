import * as fs from "node:fs";
import * as path from "node:path";
import { ApiObject, type Chart, Yaml } from "cdk8s";
import { Testing, Token } from "cdktf";
import { Acknowledgements, PRACTICES } from "../../lib/core/acknowledgement";
import { GUARDRAILS, GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import {
  AdmissionGuardrails,
  type AdmissionGuardrailsProps,
} from "../../lib/guardrails/admission-guardrails";
import { GuardrailException, GuardrailMode } from "../../lib/guardrails/guardrail-enforcement";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { newStack } from "../support/stack";
import { NAMED_COMPARTMENT, NAMED_GROUP } from "./support";
import { newChart, objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";

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
const exemptIn = (chart: Chart, name: string) =>
  objectOf(chart, BINDING, name).spec.matchResources.namespaceSelector.matchExpressions[0].values;

describe("admission guardrails", () => {
  test("without props have eighteen rules with these objects", () => {
    const chart = newChart();
    const { rules } = new AdmissionGuardrails(chart, "guardrails");
    expect(rules).toEqual(RULES.filter((rule) => !/registries|labels|groups/.test(rule)).sort());
    expect(textOf(chart)).toMatchSnapshot();
  });

  test("with all props have these objects", () => {
    expect(textOf(guarded(EVERYTHING))).toMatchSnapshot();
  });

  test("have their props with defaults as properties", () => {
    const guardrails = new AdmissionGuardrails(newChart(), "guardrails", EVERYTHING);
    expect(guardrails).toMatchObject({
      namePrefix: "acme",
      allowedRegistries: EVERYTHING.allowedRegistries,
      requiredLabels: EVERYTHING.requiredLabels,
      loadBalancerGroupIds: [NAMED_GROUP, "ocid1.networksecuritygroup.oc1..web"],
      loadBalancerCompartmentIds: [NAMED_COMPARTMENT],
      mode: EVERYTHING.mode,
      exceptions: [legacy, addOn],
    });
    const { exceptions, loadBalancerGroupIds, mode } = new AdmissionGuardrails(newChart(), "guardrails");
    expect({ exceptions, loadBalancerGroupIds }).toEqual({ exceptions: [], loadBalancerGroupIds: [] });
    expect(mode.validationActions).toEqual(["Deny"]);
  });

  test("have the same output for any order of their props", () => {
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

  test("have a cluster-scoped policy that fails closed and a binding for each rule", () => {
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

  test("have their texts as annotations", () => {
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

  test("deny, warn or audit, by rule", () => {
    const chart = guarded(EVERYTHING);
    const actions = (rule: string) => objectOf(chart, BINDING, `acme-${rule}`).spec.validationActions;
    expect(actions("no-cluster-admin")).toEqual(["Deny"]);
    expect(actions("image-digest")).toEqual(["Audit"]);
    expect(actions("non-root")).toEqual(["Audit", "Warn"]);
    expect(objectOf(guarded(), BINDING, "secure-oke-non-root").spec.validationActions).toEqual(["Deny"]);
  });

  test("exempt system namespaces, and exceptions by rule", () => {
    const chart = guarded(EVERYTHING);
    expect(exemptIn(chart, "acme-non-root")).toEqual(["add-on", ...SYSTEM, "legacy"]);
    expect(exemptIn(chart, "acme-no-node-port")).toEqual(["add-on", ...SYSTEM]);
    expect(exemptIn(guarded(), "secure-oke-non-root")).toEqual(SYSTEM);
    expect(objectOf(chart, BINDING, "acme-non-root").metadata.annotations["secure-oke/exceptions"]).toBe(
      "add-on: Oracle writes what is in it\nlegacy: The team moves in spring",
    );
  });

  test("record each exception and each weaker mode as an acknowledgement", () => {
    const taken = Acknowledgements.of(guarded(EVERYTHING));
    expect(taken.filter(({ what }) => what.includes("non-root"))).toMatchObject([
      {
        path: "shop/guardrails/non-root",
        practice: "non-root",
        what: "guardrail non-root does not deny: Audit, Warn",
        reason: "The first month only warns",
      },
      {
        path: "shop/guardrails/non-root",
        practice: "non-root",
        what: "guardrail non-root exempts add-on",
        reason: addOn.reason,
      },
      {
        path: "shop/guardrails/non-root",
        practice: "non-root",
        what: "guardrail non-root exempts legacy",
        reason,
      },
    ]);
    expect(taken.filter(({ what }) => what.includes("no-cluster-admin"))).toHaveLength(1);
    expect(Acknowledgements.of(guarded({ allowedRegistries: ["fra.ocir.io"] }))).toEqual([]);
  });

  test("keep other rules unchanged if one gets an exception, a mode or a parameter", () => {
    const before = new Map(
      (objectsOf(guarded()) as any[]).map((entry) => [entry.kind + entry.metadata.name, entry]),
    );
    const after = guarded({
      allowedRegistries: ["fra.ocir.io"],
      modes: { "no-node-port": GuardrailMode.audit({ reason }) },
      exceptions: [legacy],
    });
    const changed = (objectsOf(after) as any[])
      .map((entry) => [entry.kind + entry.metadata.name, entry])
      .filter(([key, entry]) => JSON.stringify(before.get(key)) !== JSON.stringify(entry))
      .map(([key]) => key);
    expect(changed).toEqual([
      `${POLICY}secure-oke-allowed-registries`,
      `${BINDING}secure-oke-allowed-registries`,
      `${BINDING}secure-oke-no-node-port`,
      `${BINDING}secure-oke-non-root`,
    ]);
  });

  test("can contain a registry from a Terraform value", () => {
    const stack = newStack();
    const namespace = Token.asString({ resolve: () => "${local.namespace}", creationStack: [] });
    const chart = guarded({ allowedRegistries: [`fra.ocir.io/${namespace}`] });
    new ChartOutput(stack, "guardrails", chart);
    expect(Testing.synth(stack)).toMatch(/fra\.ocir\.io\/\$\{.*local\.namespace/);
  });
});

describe("invalid guardrails are rejected", () => {
  const plain = (value: unknown) => value as never;

  test.each<[string, AdmissionGuardrailsProps, string[]]>([
    ["an empty list of registries", { allowedRegistries: [] }, ["GUARDRAIL_INVALID"]],
    ["registries that are not a list", { allowedRegistries: plain("fra.ocir.io") }, ["VALUE_INVALID"]],
    ["an invalid registry", { allowedRegistries: ["acme"] }, ["IMAGE_INVALID"]],
    ["an empty registry", { allowedRegistries: ["fra.ocir.io", ""] }, ["IMAGE_INVALID"]],
    ["a registry with a quote", { allowedRegistries: ['fra.ocir.io/"a'] }, ["IMAGE_INVALID"]],
    ["a registry with a tag", { allowedRegistries: ["fra.ocir.io/acme:1"] }, ["IMAGE_INVALID"]],
    ["a registry that is not a string", { allowedRegistries: plain([5]) }, ["VALUE_INVALID"]],
    ["an empty list of labels", { requiredLabels: [] }, ["GUARDRAIL_INVALID"]],
    ["an empty label", { requiredLabels: [""] }, ["LABEL_INVALID"]],
    ["a label with a quote", { requiredLabels: ['te"am'] }, ["LABEL_INVALID"]],
    ["a label that is missing", { requiredLabels: plain([null]) }, ["ATTRIBUTE_MISSING"]],
    ["an unknown mode", { mode: plain("Block") }, ["VALUE_INVALID"]],
    ["no mode", { mode: plain(null) }, ["VALUE_INVALID"]],
    ["an unknown mode of a rule", { modes: { "non-root": plain("Warn") } }, ["VALUE_INVALID"]],
    ["a mode of an unknown rule", { modes: { "non-rot": GuardrailMode.deny() } }, ["GUARDRAIL_INVALID"]],
    [
      "a mode of an inactive rule",
      { modes: { "required-labels": GuardrailMode.deny() } },
      ["GUARDRAIL_INVALID"],
    ],
    ["two equal exceptions", { exceptions: [legacy, legacy] }, ["NAME_DUPLICATE"]],
    [
      "an exception beside one from every rule",
      { exceptions: [legacy, GuardrailException.ofEveryRule({ namespace: "legacy", reason })] },
      ["NAME_DUPLICATE"],
    ],
    [
      "an exception from an inactive rule",
      {
        exceptions: [
          GuardrailException.of({ namespace: "a", rule: GuardrailRule.ALLOWED_REGISTRIES, reason }),
        ],
      },
      ["GUARDRAIL_INVALID"],
    ],
    ["an exception that is a string", { exceptions: plain(["legacy"]) }, ["VALUE_INVALID"]],
    ["an invalid prefix", { namePrefix: "Acme" }, ["NAME_INVALID"]],
    ["an empty prefix", { namePrefix: "" }, ["NAME_INVALID"]],
    ["a prefix that is too long", { namePrefix: "a".repeat(40) }, ["NAME_INVALID"]],
  ])("with %s", (_, props, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new AdmissionGuardrails(chart, "guardrails", props))).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test("with all problems at once", () => {
    const problems = validationProblemsOf(() =>
      guarded({ allowedRegistries: ["acme"], requiredLabels: [""], mode: plain("Block"), namePrefix: "A" }),
    );
    expect(problems.map(({ code }) => code)).toEqual([
      "IMAGE_INVALID",
      "LABEL_INVALID",
      "VALUE_INVALID",
      "NAME_INVALID",
    ]);
    expect(new Set(problems.map(({ path: where }) => where))).toEqual(new Set(["shop/guardrails"]));
  });

  test("twice in a chart with one prefix", () => {
    const chart = guarded();
    const again = (props?: AdmissionGuardrailsProps) => new AdmissionGuardrails(chart, "again", props);
    expect(new Set(problemCodesOf(() => again()))).toEqual(new Set(["NAME_DUPLICATE"]));
    expect(() => again({ namePrefix: "other" })).not.toThrow();
  });
});

describe("an exception", () => {
  const of = (props: object) => () =>
    GuardrailException.of({ namespace: "legacy", rule: "non-root", reason, ...props } as never);

  test.each<[string, object, string[]]>([
    ["a blank namespace", { namespace: " " }, ["NAME_INVALID"]],
    ["an empty namespace", { namespace: "" }, ["NAME_INVALID"]],
    ["no namespace", { namespace: undefined }, ["NAME_INVALID"]],
    ["an invalid namespace", { namespace: "Legacy" }, ["NAME_INVALID"]],
    ["a namespace of the system", { namespace: "kube-system" }, ["NAME_DUPLICATE"]],
    ["an unknown rule", { rule: "no-such-rule" }, ["GUARDRAIL_INVALID"]],
    ["no rule", { rule: undefined }, ["ATTRIBUTE_MISSING"]],
    ["no reason", { reason: undefined }, ["REASON_MISSING"]],
    ["a blank reason", { reason: " \n" }, ["REASON_MISSING"]],
    [
      "all problems",
      { namespace: "", rule: "", reason: "" },
      ["NAME_INVALID", "REASON_MISSING", "GUARDRAIL_INVALID"],
    ],
  ])("with %s is rejected", (_, props, codes) => {
    expect(problemCodesOf(of(props))).toEqual(codes);
  });

  test("from every rule needs a namespace and a reason", () => {
    expect(problemCodesOf(() => GuardrailException.ofEveryRule({ namespace: "A", reason: "" }))).toEqual([
      "NAME_INVALID",
      "REASON_MISSING",
    ]);
    expect(addOn.rules).toEqual([...RULES].sort());
  });
});

test.each(["warn", "audit"] as const)("the mode %s needs a reason", (mode) => {
  expect(problemCodesOf(() => GuardrailMode[mode]({ reason: "" }))).toEqual(["REASON_MISSING"]);
  expect(problemCodesOf(() => GuardrailMode[mode](undefined as never))).toEqual(["REASON_MISSING"]);
});

describe("the catalogue", () => {
  const root = path.join(__dirname, "..", "..");
  const page = fs.readFileSync(path.join(root, "docs", "guardrails.md"), "utf8");

  test.each(RULES)("documents %s in docs/guardrails.md", (rule) => {
    const { title, why, fix, practice } = GUARDRAILS[rule];
    const cells = page
      .split("\n")
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
      .find(([, first]) => first === `\`${rule}\``);
    expect(cells?.slice(2, 6)).toEqual([title, why, fix, practice]);
  });

  test("has a page with a program from the example", () => {
    const [, program = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
    const example = fs.readFileSync(path.join(root, "examples", "guardrails", "main.ts"), "utf8");
    expect(program).toContain("new AdmissionGuardrails(");
    expect(example).toContain(program);
  });

  test("is sorted, with titles and fixes without a final period", () => {
    expect(RULES).toEqual([...RULES].sort());
    for (const { title, why, fix } of Object.values(GUARDRAILS)) {
      expect(title).not.toMatch(/\.$|\n/);
      expect(fix).not.toMatch(/\.$|\n/);
      expect(why).toMatch(/\.$/);
    }
  });
});

test("a second AdmissionGuardrails in a chart is one problem", () => {
  const chart = newChart("platform");
  new AdmissionGuardrails(chart, "guardrails");
  expect(validationProblemsOf(() => new AdmissionGuardrails(chart, "more"))).toMatchObject([
    { code: "NAME_DUPLICATE", path: "shop/more", what: expect.stringContaining("shop/guardrails") },
  ]);
  expect(() => new AdmissionGuardrails(chart, "other", { namePrefix: "other" })).not.toThrow();
});
