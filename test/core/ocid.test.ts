import { ref, TerraformVariable, Testing, Token } from "cdktf";
import { checkOcid, checkOcidIfGiven, compareOcids } from "../../lib/core/ocid";
import { Problems } from "../../lib/core/validation-error";
import { newStack, validationProblemsOf } from "../support/stack";

function check(value: string, ...kinds: string[]): void {
  const problems = new Problems("test");
  checkOcid(problems, "id", value, ...kinds);
  problems.throwIfAny();
}

describe("an OCID", () => {
  test.each([
    ["ocid1.compartment.oc1..example", ["compartment", "tenancy"]],
    ["ocid1.tenancy.oc1..aaaa", ["compartment", "tenancy"]],
    ["ocid1.image.oc1.eu-frankfurt-1.aaaa", ["image"]],
    ["ocid1.key.oc1.fra.vault.aaaa", ["key"]],
    ["${oci_core_vcn.vcn.id}", ["vcn"]],
  ])("%s passes", (value, kinds) => {
    // A reference is only a reference when cdktf made it.
    if (value.startsWith("$")) expect(validationProblemsOf(() => check(value, ...kinds))).toHaveLength(1);
    else expect(() => check(value, ...kinds)).not.toThrow();
  });

  test.each([
    ["", "not an OCID"],
    ["ocid1", "not an OCID"],
    ["my-compartment", "not an OCID"],
    ["ocid1.user.oc1..aaaa", "of the kind user"],
  ])("%p is refused as %s", (value, what) => {
    const [problem] = validationProblemsOf(() => check(value, "compartment"));
    expect(problem).toMatchObject({
      code: "OCID_INVALID",
      fix: expect.stringContaining("ocid1.compartment."),
    });
    expect(problem?.what).toContain(what);
  });

  test.each([
    [undefined, "ATTRIBUTE_MISSING"],
    [null, "ATTRIBUTE_MISSING"],
    [7, "OCID_INVALID"],
  ])("%p from a program without types is refused", (value, code) => {
    const [problem] = validationProblemsOf(() => check(value as never, "image"));
    expect(problem).toMatchObject({ code, fix: expect.stringContaining("ocid1.image.") });
  });

  test("one that may be missing is checked only where it was given", () => {
    const problems = new Problems("test");
    checkOcidIfGiven(problems, "id", undefined, "key");
    expect(problems.any).toBe(false);
    checkOcidIfGiven(problems, "id", "my-key", "key");
    expect(problems.any).toBe(true);
  });
});

describe("two OCIDs", () => {
  const compare = (one: string, other: string, stack = newStack()) =>
    compareOcids({ scope: stack, id: one }, { scope: stack, id: other });
  const [A, B] = ["ocid1.compartment.oc1..a", "ocid1.compartment.oc1..b"];

  test("are the same or different where both are known", () => {
    expect(compare(A, A)).toBe("same");
    expect(compare(A, B)).toBe("different");
  });

  test("are the same where both are one reference, though it was made twice", () => {
    const stack = newStack();
    const [a, b] = ["a", "b"].map((id) => new TerraformVariable(stack, id, {}));
    expect(compare(a!.stringValue, a!.stringValue, stack)).toBe("same");
    expect(compare(a!.stringValue, b!.stringValue, stack)).toBe("unknown");
    expect(compare(a!.stringValue, A, stack)).toBe("unknown");
  });

  test("are different where a stack makes two resources of one kind", () => {
    const stack = newStack();
    const id = (name: string, type = "oci_core_vcn") => Token.asString(ref(`${type}.${name}.id`));
    expect(compare(id("a"), id("b"), stack)).toBe("different");
    expect(compare(id("a"), id("a"), stack)).toBe("same");
    expect(compare(id("a"), id("a", "oci_core_subnet"), stack)).toBe("unknown");
    expect(compare(id("a"), id("b", "data.oci_core_vcns"), stack)).toBe("unknown");
    expect(compare(id("a[0]"), id("a[1]"), stack)).toBe("unknown");
  });

  test("of two stacks are compared without carrying anything between them", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    const ids = [first, second].map((stack) => new TerraformVariable(stack, "a", {}).stringValue);
    const one = { scope: first, id: ids[0]! };
    expect(compareOcids(one, { scope: second, id: ids[1]! })).toBe("unknown");
    expect(compareOcids(one, { scope: second, id: ids[0]! })).toBe("same");
    expect(second.dependsOn(first)).toBe(false);
  });
});
