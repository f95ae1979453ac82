import * as fs from "node:fs";
import * as path from "node:path";
import { Chart, Testing } from "cdk8s";
import { Lazy, TerraformVariable } from "cdktf";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { guardStaticSynthesis } from "../../lib/synthesis/chart-guards";
import { configMap, newProgram, write, type Program } from "./support";

const REFUSED =
  /MANIFEST_REFERENCES.*addCdk8sChart\("chart", chart\).*Don't call synth\(\) of the cdk8s app/s;

function withReferences(): Program {
  const program = newProgram();
  configMap(program.chart, "object", { spec: { id: program.vcn.id } });
  return program;
}

function withoutReferences(): Program {
  const program = newProgram();
  configMap(program.chart, "object", { data: { script: "echo ${HOME}" } });
  return program;
}

describe("plain cdk8s", () => {
  test("refuses a chart with references, before and after the stack is synthesized", () => {
    const program = withReferences();
    new ChartOutput(program.stack, "shop", program.chart);
    expect(() => program.kubernetes.synth()).toThrow(REFUSED);
    program.app.synth();
    expect(() => program.kubernetes.synth()).toThrow(REFUSED);
    expect(() => program.kubernetes.synthYaml()).toThrow(REFUSED);
    expect(() => Testing.synth(program.chart)).toThrow(REFUSED);
    expect(write(program).manifests()).toMatch("${jsonencode(");
  });

  test("writes a chart without references, before and after, to the same bytes", () => {
    const program = withoutReferences();
    new ChartOutput(program.stack, "shop", program.chart);
    const file = path.join(program.kubernetes.outdir, "chart.k8s.yaml");
    program.kubernetes.synth();
    const before = fs.readFileSync(file, "utf8");
    program.app.synth();
    program.kubernetes.synth();
    expect(fs.readFileSync(file, "utf8")).toBe(before);
    expect(write(program).preview()).toBe(before);
  });

  test("refuses references of every shape, also in a chart inside and in one that was not added", () => {
    const shapes: ((program: Program) => unknown)[] = [
      ({ vcn }) => `<${vcn.id}>`,
      ({ vcn }) => vcn.cidrBlocks,
      ({ vcn }) => vcn.freeformTags,
      ({ vcn }) => vcn.isIpv6Enabled,
      ({ stack }) => new TerraformVariable(stack, "count", {}).numberValue,
      () => Lazy.stringValue({ produce: () => "late" }),
    ];
    for (const shape of shapes) {
      const program = newProgram();
      configMap(new Chart(program.chart, "inner"), "object", { spec: { value: shape(program) } });
      // As the workloads of this library do for the chart that they are in.
      guardStaticSynthesis(program.chart);
      expect(() => program.kubernetes.synth()).toThrow(REFUSED);
    }
  });

  test("reads a chart as often as it likes: reading changes nothing", () => {
    const program = withReferences();
    new ChartOutput(program.stack, "shop", program.chart);
    program.app.synth();
    const first = fs.readFileSync(path.join(program.app.outdir, "manifests/stack/shop.yaml"), "utf8");
    expect(write(program).preview()).toBe(first);
  });
});
