import { Chart } from "cdk8s";
import { TerraformOutput } from "cdktf";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { validationProblemsOf, problemCodesOf } from "../support/stack";
import { newProgram, newStack, write } from "./support";

describe("names of outputs", () => {
  test.each(["", "1st", "a b", "ä", "a.b"])("%j is refused", (name) => {
    const { stack, chart } = newProgram();
    expect(problemCodesOf(() => new ChartOutput(stack, name, chart))).toEqual(["NAME_INVALID"]);
  });

  test("two charts of a stack can't have one name, those of two stacks can", () => {
    const program = newProgram();
    const { stack: other } = newStack(program.app, "other");
    const [second, third] = ["second", "third"].map((id) => new Chart(program.kubernetes, id));
    new ChartOutput(program.stack, "shop", program.chart);
    const [problem] = validationProblemsOf(() => new ChartOutput(program.stack, "shop", second!));
    expect(problem).toMatchObject({
      code: "NAME_DUPLICATE",
      what: expect.stringMatching("shop_manifests already"),
    });
    new ChartOutput(other, "shop", third!);
    expect(write(program).files.filter((file) => file.endsWith(".yaml"))).toEqual([
      "manifests/other/shop.yaml",
      "manifests/stack/shop.yaml",
    ]);
  });

  test("an output of the program is not overwritten, made before or after", () => {
    const before = newProgram();
    new TerraformOutput(before.stack, "shop_manifests", { value: "mine" });
    expect(problemCodesOf(() => new ChartOutput(before.stack, "shop", before.chart))).toEqual([
      "NAME_DUPLICATE",
    ]);
    const after = newProgram();
    new ChartOutput(after.stack, "shop", after.chart);
    new TerraformOutput(after.stack, "shop_manifests", { value: "mine" });
    expect(problemCodesOf(() => write(after))).toEqual(["NAME_DUPLICATE"]);
  });

  test("a chart is added once, with the charts inside of it", () => {
    const { stack, chart, app } = newProgram();
    const inner = new Chart(chart, "inner");
    const beside = new Chart(chart, "beside");
    new ChartOutput(stack, "inner", inner);
    const again = validationProblemsOf(() => new ChartOutput(newStack(app, "other").stack, "again", inner));
    expect(again[0]).toMatchObject({
      code: "MANIFEST_DUPLICATE",
      what: expect.stringMatching("chart/inner was added"),
    });
    const [outer] = validationProblemsOf(() => new ChartOutput(stack, "outer", chart));
    expect(outer!.what).toBe(
      "The chart chart/inner was added before, as stack/Manifests-inner, and shares objects with chart",
    );
    new ChartOutput(stack, "beside", beside);
    expect(problemCodesOf(() => new ChartOutput(stack, "deeper", new Chart(beside, "deeper")))).toEqual([
      "MANIFEST_DUPLICATE",
    ]);
  });
});
