import { TerraformVariable } from "cdktf";
import { checkGiven, checkMembers } from "../../lib/core/required";
import { Problems } from "../../lib/core/validation-error";
import { newStack, refusal } from "../support/stack";

describe("a program without types", () => {
  test("is told of every value that it did not give", () => {
    const problems = new Problems("test");
    expect(checkGiven(problems, { size: 0, name: "", shape: undefined, image: null })).toBe(false);
    const found = refusal(() => problems.throwIfAny());
    expect(found.map(({ what }) => what)).toEqual(["shape was not given", "image was not given"]);
  });

  test.each<[unknown, string]>([
    ["v1.34.1", '"v1.34.1"'],
    [7, "7"],
    [{}, "{}"],
    [["v1.34.1"], '["v1.34.1"]'],
    [() => 1, "a function"],
    [new TerraformVariable(newStack(), "v", {}).stringValue, "a reference to a Terraform value"],
  ])("is told what to write instead of %p", (value, shown) => {
    const problems = new Problems("test");
    expect(checkMembers(problems, "version", value, ["minor"], 'KubernetesVersion.of("v1.34.1")')).toBe(
      false,
    );
    expect(refusal(() => problems.throwIfAny())).toEqual([
      expect.objectContaining({
        code: "VALUE_INVALID",
        what: `version is ${shown}`,
        fix: 'Write KubernetesVersion.of("v1.34.1")',
      }),
    ]);
  });

  test("may give a value of another copy of the library", () => {
    const problems = new Problems("test");
    expect(checkMembers(problems, "version", { minor: 34 }, ["minor"], "")).toBe(true);
    expect(checkMembers(problems, "version", undefined, ["minor"], "")).toBe(false);
    expect(problems.any).toBe(false);
  });
});
