import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import fc from "fast-check";
import { checkDisplayName } from "../../lib/core/resource-name";
import { nameOf, policyNameOf, stemOf } from "../../lib/core/resource-name";
import { Problems } from "../../lib/core/validation-error";
import { newStack, problemCodesOf } from "../support/stack";

test("a construct without a name is named after its path, and a long path still fits", () => {
  const scope = new Construct(newStack("shop"), "cluster");
  expect(nameOf(scope)).toBe("shop-cluster");
  const [one, two] = ["a", "b"].map((end) => nameOf(new Construct(scope, `${"x".repeat(300)}${end}`)));
  expect(one!.length).toBeLessThan(255);
  expect(one).not.toBe(two);
});

test("a long name leaves room for the words that are put behind it", () => {
  expect(stemOf("shop")).toBe("shop");
  const [one, two] = ["a", "b"].map((end) => stemOf(`${"x".repeat(254)}${end}`));
  expect(one!.length).toBe(215);
  expect(one).not.toBe(two);
  const reference = new TerraformVariable(newStack(), "v", {}).stringValue;
  expect(stemOf(reference)).toBe(reference);
});

describe("a policy's name", () => {
  const scope = (stack: string, id = "policy") => new Construct(newStack(stack), id);

  test("is one that IAM takes, whatever the display name is", () => {
    expect(policyNameOf(scope("shop"), "Shop (test)-key")).toMatch(/^Shop-test--key-[0-9a-f]{8}$/);
    const policy = scope("shop");
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }), (text) => {
        expect(policyNameOf(policy, text)).toMatch(/^[A-Za-z0-9._-]{1,100}$/);
      }),
    );
  });

  test("is that of no other policy, though characters were replaced or two clusters have one name", () => {
    const policy = scope("shop");
    const names = [
      policyNameOf(policy, "a b"),
      policyNameOf(policy, "a-b"),
      policyNameOf(scope("shop", "another"), "a b"),
      policyNameOf(policy, `${"x".repeat(200)}a`),
      policyNameOf(policy, `${"x".repeat(200)}b`),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(policyNameOf(scope("shop"), "a b")).toBe(names[0]);
  });

  test("has nothing of a reference's placeholder, which moves", () => {
    const name = (before: number) => {
      const stack = newStack("shop");
      for (let i = 0; i < before; i++) new TerraformVariable(stack, `v${i}`, {}).stringValue.toString();
      const reference = new TerraformVariable(stack, "name", {}).stringValue;
      return policyNameOf(new Construct(stack, "policy"), `${reference}-key`);
    };
    expect(name(0)).toMatch(/^shop-policy-[0-9a-f]{8}$/);
    expect(name(3)).toBe(name(0));
  });
});

test.each<[string, string | undefined, string[]]>([
  ["not given", undefined, []],
  ["long", "x".repeat(255), []],
  ["too long", "x".repeat(256), ["NAME_INVALID"]],
  ["empty", "", ["NAME_INVALID"]],
  ["blank", " \t", ["NAME_INVALID"]],
  ["no text", 7 as never, ["NAME_INVALID"]],
  ["a reference", new TerraformVariable(newStack(), "v", {}).stringValue, []],
  ["a template", "${name}", ["TEXT_TEMPLATE"]],
])("a name that is %s is judged before OCI does", (_, name, codes) => {
  const problems = new Problems("test");
  checkDisplayName(problems, "clusterName", name);
  const found = problems.any ? problemCodesOf(() => problems.throwIfAny()) : [];
  expect(found).toEqual(codes);
});
