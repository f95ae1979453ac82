import { ApiObject, App, Chart, Testing } from "cdk8s";
import { App as TerraformApp, TerraformStack, Testing as TerraformTesting } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { PRACTICES } from "../../lib/core/acknowledgement";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { ALL_CONFLICTS, hasSafeValue, HardeningConflict } from "../../lib/hardening/conflict";
import { CONFLICTS } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { refusal } from "../support/stack";
import { DIGEST, IMAGE } from "../workload/support";
import { againstRestricted, bare, podsOf } from "./hardening-cases";
import { ALL_CASES, CONFLICT_CASES } from "./hardening-conflict-cases";
import { OBJECT_CONFLICT_CASES } from "./hardening-object-cases";
import { workload } from "../guardrails/support";

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

test("every conflict is on the page of hardening, with its guardrail", () => {
  const page = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "hardening.md"), "utf8");
  for (const conflict of ALL_CONFLICTS) {
    const [line = ""] = page.split("\n").filter((one) => one.startsWith(`| \`${conflict}\` `));
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

// Whose titles tell more than the conflict's.
const TITLED = ["file-mode", "implied-root", "unreadable", "volume-owner"];

describe.each(ALL_CASES)(
  "$conflict: $what",
  ({ conflict, spec, container, field, value, after, also = [] }) => {
    const others = also as HardeningConflict[];
    const isOwn = (one: { readonly conflict: string }) => !also.includes(one.conflict);
    const acceptOthers = others.length > 0 ? [{ conflicts: others, reason: "It is another one" }] : [];
    const where = {
      path: "shop/web",
      object: "Deployment/web",
      ...(field.startsWith("containers") ? { container: "web" } : {}),
      field: fieldOf(field),
    };

    test("is found, and stays as it was said", () => {
      const chart = web(spec, container);
      const before: any = Testing.synth(chart);
      const { changes, findings, text } = Hardening.of(chart).apply();
      const { practice, rule, title } = CONFLICTS[conflict];
      const said = value === undefined ? {} : { value: JSON.stringify(value) };
      const [own, ...more] = findings.filter(isOwn);
      expect(own).toEqual(
        expect.objectContaining({ conflict, ...where, ...said, practice, ...(rule ? { rule } : {}) }),
      );
      expect(more).toEqual([]);
      expect(findings).toHaveLength(1 + also.length);
      expect(Object.keys(own!)).not.toContain("reason");
      expect(own!.title.length).toBeGreaterThan(0);
      expect(text).toContain(`Found: ${findings.length}`);
      expect(text).not.toContain("hunter22");
      expect(changes.filter((one) => one.before !== undefined)).toEqual([]);
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
      const kept = Acknowledgements.of(chart).filter((one) => one.reason === reason);
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
        const changed = report.changes.filter((one) => one.reason !== undefined);
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
      test("can't be overridden, as no value would be right everywhere", () => {
        const options = { override: [{ conflicts: [conflict], reason }] };
        const [problem] = refusal(() => Hardening.of(web(), options));
        expect(problem).toMatchObject({ code: "HARDENING_INVALID", path: "Hardening.of" });
      });
    }
  },
);

describe("decisions", () => {
  const two = () => {
    const chart = newChart();
    for (const id of ["one", "two"]) {
      const containers = ["a", "b"].map((name) => ({
        name,
        image: IMAGE.reference,
        securityContext: { readOnlyRootFilesystem: false },
      }));
      add(chart, { containers }, {}, id);
    }
    return chart;
  };
  const left = (options: HardeningOptions) =>
    Hardening.of(two(), options)
      .apply()
      .findings.map(({ object, container }) => `${object} ${container}`);

  test("hold for the objects and the containers that they name", () => {
    expect(left({ override: [{ objects: ["Deployment/one"], containers: ["b"], reason }] })).toEqual([
      "Deployment/one a",
      "Deployment/two a",
      "Deployment/two b",
    ]);
    expect(left({ override: [{ objects: ["Deployment/one"], reason }] })).toHaveLength(2);
    const conflicts = [HardeningConflict.WRITABLE_ROOT_FILESYSTEM];
    expect(left({ accept: [{ conflicts, containers: ["a"], reason }] })).toHaveLength(2);
  });

  test("of one hardening are not undone by another one", () => {
    const chart = two();
    Hardening.of(chart, { override: [{ objects: ["Deployment/one"], reason }] }).apply();
    expect(Hardening.of(chart).apply().findings).toHaveLength(2);
    expect(() => Testing.synth(chart)).not.toThrow();
  });

  test.each<[string, HardeningOptions]>([
    ["override[0]", { override: [{ conflicts: [HardeningConflict.PRIVILEGED], reason }] }],
    ["accept[0]", { accept: [{ objects: ["Deployment/three"], reason }] }],
    ['images["redis:7"]', { images: { "redis:7": ContainerImage.of(IMAGE.reference) } }],
    ["writablePaths[0]", { writablePaths: [{ containers: ["c"], paths: [WritablePath.of("/tmp")] }] }],
  ])("that decide nothing are refused at synthesis: %s", (where, options) => {
    const chart = two();
    expect(() => Hardening.of(chart, options).apply()).not.toThrow();
    const [problem] = refusal(() => Testing.synth(chart));
    expect(problem!.code).toBe("HARDENING_INVALID");
    expect(problem!.what).toContain(`${where} of the hardening is of no use`);
  });

  test("that another hardening took before are of use", () => {
    const chart = two();
    const options = { override: [{ objects: ["Deployment/one"], reason }] };
    Hardening.of(chart, options).apply();
    expect(Hardening.of(chart, options).apply().changes).toEqual([]);
    expect(() => Testing.synth(chart)).not.toThrow();
  });
});

describe("root that stays", () => {
  const containers = [
    { name: "root", image: IMAGE.reference, securityContext: { runAsUser: 0 } },
    { name: "web", image: IMAGE.reference },
  ];

  test("keeps its user, and the others say for themselves that they are not root", () => {
    const chart = web({ containers });
    Hardening.of(chart).apply();
    const { spec } = podsOf(Testing.synth(chart))[0]!.pod;
    const user = { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 };
    expect(spec.securityContext).toEqual({ fsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } });
    expect(spec.containers[0].securityContext).not.toHaveProperty("runAsNonRoot");
    expect(spec.containers[1].securityContext).toMatchObject(user);
  });

  test("may open ports below 1024", () => {
    const ports = [{ containerPort: 80 }];
    const chart = web({ containers: [{ ...containers[0], ports }] });
    expect(
      Hardening.of(chart)
        .apply()
        .findings.map(({ conflict }) => conflict),
    ).toEqual(["root-user", "kept-capabilities"]);
  });
});

describe("the token of an account", () => {
  const bound = (kind: string, subject: object = {}) => {
    const chart = web({ serviceAccountName: "operator" });
    const subjects = [{ kind: "ServiceAccount", name: "operator", namespace: "shop", ...subject }];
    new ApiObject(chart, "binding", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind,
      metadata: { name: "operator" },
      subjects,
    });
    return chart;
  };
  const tokenOf = (chart: Chart) =>
    podsOf(Testing.synth(chart))
      .map(({ pod }) => pod.spec.automountServiceAccountToken)
      .pop();

  test.each(["RoleBinding", "ClusterRoleBinding"])("that a %s names stays, and is found", (kind) => {
    const chart = bound(kind);
    const { findings } = Hardening.of(chart).apply();
    expect(findings.map(({ conflict, title }) => [conflict, title])).toEqual([
      ["token-automount", "The account operator has roles or mounts its token"],
    ]);
    expect(tokenOf(chart)).toBeUndefined();
  });

  test("is kept from pods by an override, and where the account is that of another namespace", () => {
    const chart = bound("RoleBinding");
    Hardening.of(chart, { override: [{ objects: ["Deployment/web"], reason }] }).apply();
    expect(tokenOf(chart)).toBe(false);
    const other = bound("RoleBinding", { namespace: "other" });
    new ApiObject(other, "account", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "operator" },
    });
    expect(Hardening.of(other).apply().findings).toEqual([]);
    expect(tokenOf(other)).toBe(false);
  });

  test("is found too where the pods say no namespace, as in what Helm renders", () => {
    const chart = new Chart(new App(), "shop");
    const { metadata, ...rest } = workload("Deployment", "", bare({ serviceAccountName: "operator" }));
    new ApiObject(chart, "web", { ...rest, metadata: { ...metadata, namespace: undefined } });
    new ApiObject(chart, "binding", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "operator" },
      subjects: [{ kind: "ServiceAccount", name: "operator", namespace: "shop" }],
    });
    expect(Hardening.of(chart).apply().findings).toHaveLength(1);
  });

  test("that the account itself mounts stays, and is found", () => {
    const chart = web();
    new ApiObject(chart, "account", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default" },
      automountServiceAccountToken: true,
    });
    expect(Hardening.of(chart).apply().findings).toHaveLength(1);
    expect(tokenOf(chart)).toBeUndefined();
  });

  test("that pods ask for by their label is theirs", () => {
    const chart = newChart();
    const pod = bare({ automountServiceAccountToken: true });
    pod.metadata.labels = { ...pod.metadata.labels, "secure-oke/service-account-token": "automounted" };
    const { metadata, ...rest } = workload("Deployment", "shop", pod);
    new ApiObject(chart, "web", { ...rest, metadata });
    expect(Hardening.of(chart).apply().findings).toEqual([]);
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

test("pods of a kind that is not known are found and left alone", () => {
  const chart = newChart();
  const template = bare();
  const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { template } };
  new ApiObject(chart, "rollout", { ...rollout, metadata: { name: "web" } });
  const { changes, findings } = Hardening.of(chart).apply();
  expect(changes).toEqual([]);
  expect(findings).toMatchObject([{ conflict: "unreadable", object: "Rollout/web", field: "kind" }]);
});

test("an image that is named by a tag with a reason is no finding, and keeps its reason", () => {
  const chart = web({}, { image: "redis" });
  const images = { redis: ContainerImage.tagOnly("fra.ocir.io/acme/redis:7.4.1", { reason }) };
  const { findings, changes } = Hardening.of(chart, { images }).apply();
  expect(findings).toEqual([]);
  expect(changes).toContainEqual(expect.objectContaining({ before: '"redis"', reason }));
  expect(Acknowledgements.of(chart)).toHaveLength(1);
  expect(Hardening.of(chart, { images }).apply().findings).toEqual([]);
});

describe("what nobody heard", () => {
  const bad = () => web({ hostNetwork: true });
  const line = "Deployment/web: A namespace of the node is shared: spec.template.spec.hostNetwork is true";

  test("is a warning of the program, once", () => {
    const chart = bad();
    Hardening.of(chart).apply();
    Testing.synth(chart);
    Testing.synth(chart);
    expect(warnings.mock.calls).toEqual([
      [`Hardening left 1 thing of shop as it was said:\n- ${line}`, { type: "HardeningWarning" }],
    ]);
  });

  test("is a warning of the stack that the chart goes through", () => {
    const outdir = fs.mkdtempSync(path.join(TerraformTesting.app().outdir, "out-"));
    const app = new TerraformApp({ outdir });
    const chart = bad();
    Hardening.of(chart).apply();
    new ChartOutput(new TerraformStack(app, "stack"), "shop", chart);
    app.synth();
    const manifest = JSON.parse(fs.readFileSync(path.join(outdir, "manifest.json"), "utf8"));
    expect(manifest.stacks.stack.annotations).toMatchObject([
      { constructPath: "stack/Manifests-shop", message: expect.stringContaining(line) },
    ]);
    expect(warnings.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining(line)]);
  });

  test("is refused where findings are, what came after apply() too", () => {
    const chart = web();
    Hardening.of(chart, { refuseFindings: true }).apply();
    expect(() => Testing.synth(chart)).not.toThrow();
    add(chart, { hostPID: true }, {}, "late");
    expect(refusal(() => Testing.synth(chart))).toMatchObject([
      { code: "HARDENING_FINDING", what: expect.stringContaining("Deployment/late: ") },
    ]);
  });
});

describe("refused is", () => {
  const codes = (options: unknown, scope: unknown = web()) =>
    refusal(() => Hardening.of(scope as Chart, options as HardeningOptions)).map(({ code }) => code);

  test.each<[string, unknown, string[]]>([
    ["a low user", { user: 9999 }, ["USER_INVALID"]],
    ["a user that is none", { user: "root" }, ["USER_INVALID"]],
    ["resources that are none", { resources: { cpu: "1" } }, ["VALUE_INVALID"]],
    [
      "a limit below its request",
      { resources: { memory: { request: "2Gi", limit: "1Gi" } } },
      ["RESOURCES_INVALID"],
    ],
    ["a quantity that is none", { resources: { cpu: { request: "a", limit: "1" } } }, ["QUANTITY_INVALID"]],
    ["a text for an image", { images: { "redis:7": "redis:8" } }, ["VALUE_INVALID"]],
    ["a list for images", { images: [] }, ["VALUE_INVALID"]],
    ["no reason", { override: [{ conflicts: [HardeningConflict.PRIVILEGED] }] }, ["REASON_MISSING"]],
    ["a blank reason", { accept: [{ objects: ["Deployment/web"], reason: " " }] }, ["REASON_MISSING"]],
    ["a decision about nothing", { accept: [{ reason }] }, ["HARDENING_INVALID"]],
    [
      "a decision about containers alone",
      { override: [{ containers: ["a"], reason }] },
      ["HARDENING_INVALID"],
    ],
    ["no conflicts", { override: [{ conflicts: [], reason }] }, ["HARDENING_INVALID"]],
    ["a conflict that is none", { override: [{ conflicts: ["fire"], reason }] }, ["VALUE_INVALID"]],
    ["an object without its kind", { accept: [{ objects: ["web"], reason }] }, ["HARDENING_INVALID"]],
    ["a text for a list", { accept: [{ objects: "Deployment/web", reason }] }, ["VALUE_INVALID"]],
    ["a decision that is none", { override: ["all"] }, ["VALUE_INVALID"]],
    ["decisions that are none", { override: {} }, ["VALUE_INVALID"]],
    ["no paths", { writablePaths: [{ paths: [] }] }, ["HARDENING_INVALID"]],
    ["paths that were not given", { writablePaths: [{}] }, ["ATTRIBUTE_MISSING"]],
    ["a text for a path", { writablePaths: [{ paths: ["/tmp"] }] }, ["VALUE_INVALID"]],
    [
      "a path twice",
      { writablePaths: [{ paths: [WritablePath.of("/tmp"), WritablePath.of("/tmp/a")] }] },
      ["PATH_INVALID"],
    ],
    ["a text for a switch", { refuseFindings: "yes" }, ["VALUE_INVALID"]],
    ["options that are none", "all", ["VALUE_INVALID"]],
  ])("%s", (_, options, expected) => {
    expect(codes(options)).toEqual(expected);
  });

  test("all of it at once", () => {
    expect(codes({ user: 0, override: [{ reason: "" }], writablePaths: [{ paths: [] }] })).toEqual([
      "USER_INVALID",
      "HARDENING_INVALID",
      "REASON_MISSING",
      "HARDENING_INVALID",
    ]);
  });

  test("a scope that is none, and one of Terraform", () => {
    expect(codes({}, null)).toEqual(["ATTRIBUTE_MISSING"]);
    expect(codes({}, "shop")).toEqual(["VALUE_INVALID"]);
    expect(codes({}, new TerraformStack(TerraformTesting.app(), "stack"))).toEqual(["VALUE_INVALID"]);
  });

  test("a directory to write to where something else is mounted, before anything is changed", () => {
    const chart = web(
      { volumes: [{ name: "config", configMap: { name: "config" } }] },
      { volumeMounts: [{ name: "config", mountPath: "/srv/web" }] },
    );
    const before: unknown = Testing.synth(chart);
    const options = { writablePaths: [{ paths: [WritablePath.of("/srv/web")] }] };
    expect(refusal(() => Hardening.of(chart, options).apply())).toMatchObject([
      { code: "PATH_INVALID", path: "shop/web" },
    ]);
    expect(Testing.synth(chart)).toEqual(before);
  });
});

test("the digest of an image stays what it is", () => {
  const chart = web({}, { image: `redis@${DIGEST}` });
  expect(Hardening.of(chart).apply().findings).toEqual([]);
});
