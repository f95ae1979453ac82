import { TerraformVariable } from "cdktf";
import { checkGiven, checkMembers } from "../../lib/core/missing-values";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { Problems } from "../../lib/core/validation-error";
import { newStack, validationProblemsOf } from "../support/stack";

describe("a program without types", () => {
  test("gets an error for each missing value", () => {
    const problems = new Problems("test");
    expect(checkGiven(problems, { size: 0, name: "", shape: undefined, image: null })).toBe(false);
    const found = validationProblemsOf(() => problems.throwIfAny());
    expect(found.map(({ what }) => what)).toEqual(["shape was not given", "image was not given"]);
  });

  test("gets a fix with the missing key and a valid value", () => {
    const problems = new Problems("test");
    const values = { "quota.compartmentId": undefined, vault: undefined, shape: null, schedule: undefined };
    checkGiven(problems, { ...values, "The key of the peer's rule end": undefined, unheardOf: undefined });
    expect(validationProblemsOf(() => problems.throwIfAny()).map(({ fix }) => fix)).toEqual([
      'Write compartmentId: "ocid1.compartment.oc1…"; quota.compartmentId has no default',
      "Write vault: a KeyVault; vault has no default",
      expect.stringMatching(/^Write shape: NodeShape\.flexible\(/),
      'Write schedule: "0 3 * * *"; schedule has no default',
      "Give a value for The key of the peer's rule end, which has no default",
      "Give a value for unheardOf, which has no default",
    ]);
  });

  test("gets this fix from constructors and factories for each required prop", () => {
    const untyped = {} as never;
    const fixes = validationProblemsOf(() => new PrivateNodePool(newStack(), "pool", untyped)).map(
      ({ fix }) => fix,
    );
    for (const written of ["cluster: ", "image: NodeImage.of(", "shape: ", "size: 3"]) {
      expect(fixes).toContainEqual(expect.stringContaining(`Write ${written}`));
    }
    expect(validationProblemsOf(() => NodeShape.flexible("VM.Standard.E5.Flex", untyped))[0]?.fix).toContain(
      "ocpus: 1",
    );
  });

  test.each<[unknown, string]>([
    ["v1.34.1", '"v1.34.1"'],
    [7, "7"],
    [{}, "{}"],
    [["v1.34.1"], '["v1.34.1"]'],
    [() => 1, "a function"],
    [new TerraformVariable(newStack(), "v", {}).stringValue, "a reference to a Terraform value"],
  ])("gets a fix for %p", (value, shown) => {
    const problems = new Problems("test");
    expect(checkMembers(problems, "version", value, ["minor"], 'KubernetesVersion.of("v1.34.1")')).toBe(
      false,
    );
    expect(validationProblemsOf(() => problems.throwIfAny())).toEqual([
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
