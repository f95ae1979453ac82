import { checkOcid, checkOcidIfGiven } from "../../lib/core/ocid";
import { Problems } from "../../lib/core/validation-error";
import { refusal } from "../support/stack";

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
    if (value.startsWith("$")) expect(refusal(() => check(value, ...kinds))).toHaveLength(1);
    else expect(() => check(value, ...kinds)).not.toThrow();
  });

  test.each([
    ["", "not an OCID"],
    ["ocid1", "not an OCID"],
    ["my-compartment", "not an OCID"],
    ["ocid1.user.oc1..aaaa", "of the kind user"],
  ])("%p is refused as %s", (value, what) => {
    const [problem] = refusal(() => check(value, "compartment"));
    expect(problem).toMatchObject({
      code: "OCID_INVALID",
      fix: expect.stringContaining("ocid1.compartment."),
    });
    expect(problem?.what).toContain(what);
  });

  test.each([undefined, null, 7])("%p from a program without types is refused", (value) => {
    const [problem] = refusal(() => check(value as never, "image"));
    expect(problem).toMatchObject({ code: "OCID_INVALID", fix: expect.stringContaining("ocid1.image.") });
  });

  test("one that may be missing is checked only where it was given", () => {
    const problems = new Problems("test");
    checkOcidIfGiven(problems, "id", undefined, "key");
    expect(problems.any).toBe(false);
    checkOcidIfGiven(problems, "id", "my-key", "key");
    expect(problems.any).toBe(true);
  });
});
