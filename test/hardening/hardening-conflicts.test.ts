import { ApiObject, App, Chart, Testing } from "cdk8s";
import * as fs from "node:fs";
import * as path from "node:path";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { PRACTICES } from "../../lib/core/acknowledgement";
import { hasSafeValue, HardeningConflict } from "../../lib/hardening/conflict";
import { CONFLICTS } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { validationProblemsOf } from "../support/stack";
import { DIGEST, IMAGE } from "../workload/support";
import { againstRestricted, bare, podsOf } from "./hardening-cases";
import { ALL_CASES, CONFLICT_CASES } from "./hardening-conflict-cases";
import { OBJECT_CONFLICT_CASES } from "./hardening-object-cases";
import { workload } from "../guardrails/support";

const ALL_CONFLICTS = Object.values(HardeningConflict).sort();

const reason = "The test says so";
const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
beforeEach(() => warnings.mockClear());
afterAll(() => warnings.mockRestore());

function newChart(): Chart {
  return new Chart(new App(), "shop", { namespace: "shop" });
}

function add(chart: Chart, spec: object = {}, container: object = {}, id = "web", kind = "Deployment") {
  const { metadata, ...rest } = workload(kind, "shop", bare(spec, container), id);
  return new ApiObject(chart, id, { ...rest, metadata });
}

const web = (spec?: object, container?: object) => {
  const chart = newChart();
  add(chart, spec, container);
  return chart;
};

const fieldOf = (field: string) => `spec.template.spec.${field}`;

test("every conflict is documented in docs/hardening.md, with its guardrail", () => {
  const page = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "hardening.md"), "utf8");
  for (const conflict of ALL_CONFLICTS) {
    const [line = ""] = page.split("\n").filter((entry) => entry.startsWith(`| \`${conflict}\` `));
    const { practice, rule, title } = CONFLICTS[conflict];
    for (const text of [title, practice, ...(rule ? [`\`${rule}\``] : [])]) expect(line).toContain(text);
  }
});

test("every conflict has cases, a text and a practice", () => {
  const all = [...Object.keys(CONFLICT_CASES), ...Object.keys(OBJECT_CONFLICT_CASES)];
  expect(all.sort()).toEqual(ALL_CONFLICTS);
  expect(Object.keys(CONFLICTS).sort()).toEqual(ALL_CONFLICTS);
  for (const { practice, rule } of Object.values(CONFLICTS)) {
    expect(Object.keys(PRACTICES)).toContain(practice);
    if (rule) expect(Object.values(GuardrailRule)).toContain(rule);
  }
});

// These findings have their own titles.
const TITLED = ["file-mode", "implied-root", "unreadable", "volume-owner"];

describe.each(ALL_CASES)(
  "$conflict: $what",
  ({ conflict, spec, container, field, value, after, also = [] }) => {
    const others = also as HardeningConflict[];
    const isOwn = (entry: { readonly conflict: string }) => !also.includes(entry.conflict);
    const acceptOthers = others.length > 0 ? [{ conflicts: others, reason: "It is another one" }] : [];
    const where = {
      path: "shop/web",
      object: "Deployment/web",
      ...(field.startsWith("containers") ? { container: "web" } : {}),
      field: fieldOf(field),
    };

    test("is found and unchanged", () => {
      const chart = web(spec, container);
      const before: any = Testing.synth(chart);
      const { changes, findings, text } = Hardening.of(chart).apply();
      const { practice, rule, title } = CONFLICTS[conflict];
      const explicit = value === undefined ? {} : { value: JSON.stringify(value) };
      const [own, ...more] = findings.filter(isOwn);
      expect(own).toEqual(
        expect.objectContaining({ conflict, ...where, ...explicit, practice, ...(rule ? { rule } : {}) }),
      );
      expect(more).toEqual([]);
      expect(findings).toHaveLength(1 + also.length);
      expect(Object.keys(own!)).not.toContain("reason");
      expect(own!.title.length).toBeGreaterThan(0);
      expect(text).toContain(`Found: ${findings.length}`);
      expect(text).not.toContain("hunter22");
      expect(changes.filter((entry) => entry.before !== undefined)).toEqual([]);
      expect(Testing.synth(chart)).toMatchObject(before);
      if (!TITLED.includes(conflict)) expect(title).toBe(own!.title);
    });

    const decide = (options: HardeningOptions) => {
      const chart = web(spec, container);
      return { chart, report: Hardening.of(chart, options).apply() };
    };

    test("is accepted with a reason, and kept as an acknowledgement", () => {
      const { chart, report } = decide({ accept: [{ conflicts: [conflict], reason }, ...acceptOthers] });
      expect(report.findings).toEqual([]);
      expect(report.accepted.filter(isOwn)).toEqual([
        expect.objectContaining({ conflict, ...where, reason }),
      ]);
      Testing.synth(chart);
      expect(warnings).not.toHaveBeenCalled();
      const kept = Acknowledgements.of(chart).filter((entry) => entry.reason === reason);
      expect(kept).toMatchObject([
        { path: "shop/web", practice: CONFLICTS[conflict].practice, what: expect.any(String), reason },
      ]);
    });

    if (hasSafeValue(conflict)) {
      test("is changed by an override", () => {
        const { chart, report } = decide({
          override: [{ conflicts: [conflict], reason }],
          accept: acceptOthers,
        });
        expect(report.findings).toEqual([]);
        const changed = report.changes.filter((entry) => entry.reason !== undefined);
        expect(changed).toEqual([
          {
            ...where,
            before: JSON.stringify(value),
            ...(after === undefined ? {} : { after: JSON.stringify(after) }),
            practice: CONFLICTS[conflict].practice,
            reason,
          },
        ]);
        const [only] = podsOf(Testing.synth(chart));
        if (also.length === 0) expect(againstRestricted(only!.pod)).toEqual([]);
        expect(Hardening.of(chart, { accept: acceptOthers }).apply()).toMatchObject({
          changes: [],
          findings: [],
        });
      });
    } else {
      test("can't be overridden, as it has no safe value", () => {
        const options = { override: [{ conflicts: [conflict], reason }] };
        const [problem] = validationProblemsOf(() => Hardening.of(web(), options));
        expect(problem).toMatchObject({ code: "HARDENING_INVALID", path: "Hardening.of" });
      });
    }
  },
);

describe("accepted root", () => {
  const containers = [
    { name: "root", image: IMAGE.reference, securityContext: { runAsUser: 0 } },
    { name: "web", image: IMAGE.reference },
  ];

  test("keeps its user, and other containers set runAsNonRoot themselves", () => {
    const chart = web({ containers });
    Hardening.of(chart).apply();
    const { spec } = podsOf(Testing.synth(chart))[0]!.pod;
    const user = { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 };
    expect(spec.securityContext).toEqual({ fsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } });
    expect(spec.containers[0].securityContext).not.toHaveProperty("runAsNonRoot");
    expect(spec.containers[1].securityContext).toMatchObject(user);
  });

  test("may use ports below 1024", () => {
    const ports = [{ containerPort: 80 }];
    const chart = web({ containers: [{ ...containers[0], ports }] });
    expect(
      Hardening.of(chart)
        .apply()
        .findings.map(({ conflict }) => conflict),
    ).toEqual(["root-user", "kept-capabilities"]);
  });
});

test.each([
  ["an object", { name: "web" }],
  ["null", null],
  ["missing", undefined],
  ["a list of texts", ["web"]],
])("containers that are %s are found", (_, containers) => {
  const chart = newChart();
  add(chart, { containers });
  const { findings } = Hardening.of(chart).apply();
  expect(findings).toEqual([
    expect.objectContaining({ conflict: "unreadable", field: fieldOf("containers") }),
  ]);
});

test("pods of an unknown kind are found and unchanged", () => {
  const chart = newChart();
  const template = bare();
  const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { template } };
  new ApiObject(chart, "rollout", { ...rollout, metadata: { name: "web" } });
  const { changes, findings } = Hardening.of(chart).apply();
  expect(changes).toEqual([]);
  expect(findings).toMatchObject([{ conflict: "unreadable", object: "Rollout/web", field: "kind" }]);
});

test("an image with a tag and a reason is not a finding, and keeps its reason", () => {
  const chart = web({}, { image: "redis" });
  const images = { redis: ContainerImage.tagOnly("fra.ocir.io/acme/redis:7.4.1", { reason }) };
  const { findings, changes } = Hardening.of(chart, { images }).apply();
  expect(findings).toEqual([]);
  expect(changes).toContainEqual(expect.objectContaining({ before: '"redis"', reason }));
  expect(Acknowledgements.of(chart)).toHaveLength(1);
  expect(Hardening.of(chart, { images }).apply().findings).toEqual([]);
});

test("an image with a digest is unchanged", () => {
  const chart = web({}, { image: `redis@${DIGEST}` });
  expect(Hardening.of(chart).apply().findings).toEqual([]);
});
