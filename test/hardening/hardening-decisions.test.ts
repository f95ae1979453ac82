import { ApiObject, App, Chart, Testing } from "cdk8s";
import { App as TerraformApp, TerraformStack, Testing as TerraformTesting } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { HardeningConflict } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { validationProblemsOf } from "../support/stack";
import { IMAGE } from "../workload/support";
import { bare } from "./hardening-cases";
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

  test("apply to the selected objects and containers", () => {
    expect(left({ override: [{ objects: ["Deployment/one"], containers: ["b"], reason }] })).toEqual([
      "Deployment/one a",
      "Deployment/two a",
      "Deployment/two b",
    ]);
    expect(left({ override: [{ objects: ["Deployment/one"], reason }] })).toHaveLength(2);
    const conflicts = [HardeningConflict.WRITABLE_ROOT_FILESYSTEM];
    expect(left({ accept: [{ conflicts, containers: ["a"], reason }] })).toHaveLength(2);
  });

  test("are kept by another hardening", () => {
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
  ])("without an effect are rejected at synthesis: %s", (where, options) => {
    const chart = two();
    expect(() => Hardening.of(chart, options).apply()).not.toThrow();
    const [problem] = validationProblemsOf(() => Testing.synth(chart));
    expect(problem!.code).toBe("HARDENING_INVALID");
    expect(problem!.what).toContain(where);
  });

  test("that another hardening applied before have an effect", () => {
    const chart = two();
    const options = { override: [{ objects: ["Deployment/one"], reason }] };
    Hardening.of(chart, options).apply();
    expect(Hardening.of(chart, options).apply().changes).toEqual([]);
    expect(() => Testing.synth(chart)).not.toThrow();
  });
});

describe("remaining findings", () => {
  const bad = () => web({ hostNetwork: true });
  const line = "Deployment/web: Pods share a namespace of the node: spec.template.spec.hostNetwork is true";

  test("are a warning of the program, once", () => {
    const chart = bad();
    Hardening.of(chart).apply();
    Testing.synth(chart);
    Testing.synth(chart);
    expect(warnings.mock.calls).toEqual([
      [`Hardening left 1 finding in shop unchanged:\n- ${line}`, { type: "HardeningWarning" }],
    ]);
  });

  test("are a warning of the stack of the chart", () => {
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

  test("are errors with refuseFindings, including later ones", () => {
    const chart = web();
    Hardening.of(chart, { refuseFindings: true }).apply();
    expect(() => Testing.synth(chart)).not.toThrow();
    add(chart, { hostPID: true }, {}, "late");
    expect(validationProblemsOf(() => Testing.synth(chart))).toMatchObject([
      { code: "HARDENING_FINDING", what: expect.stringContaining("Deployment/late: ") },
    ]);
  });
});
