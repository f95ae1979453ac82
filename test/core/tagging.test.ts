import { Construct } from "constructs";
import { Problems } from "../../lib/core/validation-error";
import { checkTags, tagsNow, type TaggingProps } from "../../lib/core/tagging";
import { newStack, problemCodesOf, validationProblemsOf } from "../support/stack";

function check(props: TaggingProps): void {
  const problems = new Problems("test");
  checkTags(problems, props);
  problems.throwIfAny();
}

function many(count: number, prefix = "key"): { [key: string]: string } {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "value"]));
}

describe("tags", () => {
  test("include managed-by and construct, which tags of the user override", () => {
    const scope = new Construct(newStack(), "web");
    expect(tagsNow(scope, { freeformTags: { team: "shop", construct: "mine" } }).freeformTags).toEqual({
      "managed-by": "secure-oke",
      construct: "mine",
      team: "shop",
    });
  });

  test("of long paths fit, and differ where the paths do", () => {
    const paths = ["a", "b"].map((first) => {
      const scope = new Construct(new Construct(newStack(), first), "x".repeat(300));
      return tagsNow(scope, {}).freeformTags?.construct ?? "";
    });
    expect(paths.map((path) => path.length)).toEqual([256, 256]);
    expect(paths[0]).not.toBe(paths[1]);
  });

  test("of every form that OCI takes are accepted", () => {
    const values = { "cost-center": "", team: "x".repeat(256) };
    expect(() =>
      check({ freeformTags: values, definedTags: { "Operations.CostCenter": "42" } }),
    ).not.toThrow();
    expect(() => check({ freeformTags: many(8), definedTags: many(64, "space.key") })).not.toThrow();
    expect(() => check({ freeformTags: { ...many(8), construct: "mine" } })).not.toThrow();
  });

  test.each<[string, TaggingProps]>([
    ["nine free-form tags beside the library's two", { freeformTags: many(9) }],
    ["65 defined tags", { definedTags: many(65, "space.key") }],
    ["a free-form key with a period", { freeformTags: { "a.b": "c" } }],
    ["a free-form key with a blank", { freeformTags: { "a b": "c" } }],
    ["an empty free-form key", { freeformTags: { "": "c" } }],
    ["a long free-form key", { freeformTags: { ["k".repeat(101)]: "c" } }],
    ["a defined key without namespace", { definedTags: { CostCenter: "42" } }],
    ["a defined key with two periods", { definedTags: { "a.b.c": "42" } }],
    ["a long value", { definedTags: { "a.b": "x".repeat(257) } }],
  ])("are refused: %s", (_, props) => {
    expect(problemCodesOf(() => check(props))).toEqual(["TAG_INVALID"]);
  });

  test("that a construct adds to those are counted, where the user gave none of the key", () => {
    const count = (freeformTags: { [key: string]: string }) => () => {
      const problems = new Problems("test");
      checkTags(problems, { freeformTags }, ["ManagedBy"]);
      problems.throwIfAny();
    };
    expect(count(many(7))).not.toThrow();
    expect(count({ ...many(7), ManagedBy: "us" })).not.toThrow();
    expect(validationProblemsOf(count(many(8)))[0]?.fix).toBe("Give at most 7");
  });

  test.each<[string, TaggingProps]>([
    ["value", { freeformTags: { owner: "${var.owner}" } }],
    ["key", { freeformTags: { "${owner}": "us" } }],
    ["defined value", { definedTags: { "Operations.Owner": "%{ if x }" } }],
  ])("are refused where Terraform would read a template in a %s", (_, props) => {
    expect(problemCodesOf(() => check(props))).toEqual(["TEXT_TEMPLATE"]);
  });

  test("are all reported at once", () => {
    expect(validationProblemsOf(() => check({ freeformTags: { "a b": "x".repeat(300) } }))).toHaveLength(2);
  });
});
