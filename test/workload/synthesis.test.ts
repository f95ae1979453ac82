import * as fs from "node:fs";
import { ApiObject, App as KubernetesApp, Chart, Testing as KubernetesTesting } from "cdk8s";
import { type App, TerraformStack, TerraformVariable, Testing } from "cdktf";
import { ValidationErrors } from "../../lib/core/validation-errors";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { AllowedRegistries } from "../../lib/workload/images/allowed-registries";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { IMAGE } from "./support";

const ALL = ["IMAGE_NOT_ALLOWED shop/web/Resource", "RESOURCES_INVALID shop/namespace"];

/** A chart with two constructs that are refused at synthesis, each by another one. */
function refusedChart(app: KubernetesApp, id = "shop"): Chart {
  const chart = new Chart(app, id, { namespace: id });
  AllowedRegistries.of(chart).add("iad.ocir.io/acme");
  new SecureNamespace(chart, "namespace", { name: id, quota: { pods: 1 } });
  new HardenedDeployment(chart, "web", { image: IMAGE });
  return chart;
}

function problemsOf(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    expect((error as Error).message).toMatch(/Why: [^]*Instead: /);
    return ValidationErrors.problemsOf(error).map(({ code, path }) => `${code} ${path}`);
  }
  return [];
}

describe("problems at synthesis are thrown together as one ValidationError", () => {
  test("by a stack, for all stacks and Apps of cdk8s, before anything is written", () => {
    const app = Testing.app();
    for (const id of ["fine", "shop", "stock"]) {
      const chart =
        id === "fine" ? new Chart(new KubernetesApp(), id) : refusedChart(new KubernetesApp(), id);
      new ChartOutput(new TerraformStack(app, id), id, chart);
    }
    const secret = new Chart(new KubernetesApp(), "secret");
    new ApiObject(secret, "object", { apiVersion: "v1", kind: "Secret", stringData: { a: "b" } });
    new ChartOutput(new TerraformStack(app, "last"), "secret", secret);
    const before = fs.readdirSync(app.outdir, { recursive: true });
    expect(problemsOf(() => app.synth())).toEqual([
      ...ALL,
      ...ALL.map((entry) => entry.replace("shop", "stock")),
      "MANIFEST_SECRET last/Manifests-secret",
    ]);
    expect(fs.readdirSync(app.outdir, { recursive: true })).toEqual(before);
  });

  test("by two outputs for charts of one App, each problem once", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const kubernetes = new KubernetesApp();
    new ChartOutput(stack, "shop", refusedChart(kubernetes));
    new ChartOutput(stack, "beside", new Chart(kubernetes, "beside"));
    expect(problemsOf(() => Testing.synth(stack))).toEqual(ALL);
    expect(problemsOf(() => (stack.node.root as App).synth())).toEqual(ALL);
  });

  test("by plain cdk8s, without writing files", () => {
    const kubernetes = KubernetesTesting.app();
    const chart = refusedChart(kubernetes);
    const stack = new TerraformStack(Testing.app(), "stack");
    const value = EnvironmentValue.fromValue(new TerraformVariable(stack, "value", {}).stringValue);
    const other = new Chart(kubernetes, "other");
    new HardenedDeployment(other, "api", { image: IMAGE, env: { VALUE: value } });
    for (const call of [
      () => kubernetes.synth(),
      () => kubernetes.synthYaml(),
      () => KubernetesTesting.synth(chart),
      () => KubernetesTesting.synth(other),
    ]) {
      expect(problemsOf(call).sort()).toEqual([ALL[0], "MANIFEST_REFERENCES other", ALL[1]]);
    }
    expect(fs.readdirSync(kubernetes.outdir)).toEqual([]);
  });
});
