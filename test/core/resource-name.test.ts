import { Construct } from "constructs";
import fc from "fast-check";
import { nameOf, policyNameOf } from "../../lib/core/resource-name";
import { newStack } from "../support/stack";

test("a construct without a name is named after its path, and a long path still fits", () => {
  const scope = new Construct(newStack("shop"), "cluster");
  expect(nameOf(scope)).toBe("shop-cluster");
  const [one, two] = ["a", "b"].map((end) => nameOf(new Construct(scope, `${"x".repeat(300)}${end}`)));
  expect(one!.length).toBeLessThan(255);
  expect(one).not.toBe(two);
});

test("a policy's name is one that IAM takes, whatever the display name is", () => {
  expect(policyNameOf("Shop (test)-key")).toBe("Shop-test--key");
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }), (text) => {
      expect(policyNameOf(text)).toMatch(/^[A-Za-z0-9._-]{1,100}$/);
    }),
  );
});
