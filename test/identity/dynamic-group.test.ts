import * as fs from "node:fs";
import * as path from "node:path";
import { DynamicGroup, DynamicGroupRule, type DynamicGroupProps } from "../../lib";
import { COMPARTMENT, newStack, onlyResource, problemCodesOf } from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..test";
const INSTANCE = "ocid1.instance.oc1.eu-frankfurt-1.a";
const tagged = { compartmentId: COMPARTMENT, tag: "Operations.NodeRole", value: "registry" };
const props: DynamicGroupProps = {
  tenancyId: TENANCY,
  rule: DynamicGroupRule.taggedInstances(tagged),
  description: "Nodes that pull images",
};

describe("a dynamic group", () => {
  test("has instances of a compartment with a tag", () => {
    const stack = newStack();
    new DynamicGroup(stack, "nodes", props);
    expect(onlyResource(stack, "oci_identity_dynamic_group")).toMatchObject({
      compartment_id: TENANCY,
      description: "Nodes that pull images",
      matching_rule: `ALL {instance.compartment.id = '${COMPARTMENT}', tag.Operations.NodeRole.value = 'registry'}`,
      lifecycle: { ignore_changes: ["name"] },
    });
  });

  test("has single instances", () => {
    expect(DynamicGroupRule.instances([INSTANCE, `${INSTANCE}2`]).text).toBe(
      `ANY {instance.id = '${INSTANCE}', instance.id = '${INSTANCE}2'}`,
    );
  });

  test.each([
    `ALL {resource.type = 'fnfunc', resource.id = 'ocid1.fnfunc.oc1..a'}`,
    `ANY {instance.id = '${INSTANCE}', all {instance.compartment.id = 'c', tag.a.b.value = 'c'}}`,
  ])("is read: %s", (text) => {
    expect(DynamicGroupRule.parse(text).text).toBe(text);
  });
});

describe("bad input", () => {
  test.each([
    `instance.compartment.id = '${COMPARTMENT}'`,
    `ALL {instance.compartment.id = '${COMPARTMENT}'}`,
    `ANY {instance.id = '${INSTANCE}', instance.compartment.id = '${COMPARTMENT}'}`,
    `ALL {resource.type = 'cluster', resource.compartment.id = '${COMPARTMENT}'}`,
    `ALL {instance.compartment.id = 'c', tag.a.b.value != 'c'}`,
  ])("members of a whole compartment are refused: %s", (text) => {
    expect(problemCodesOf(() => DynamicGroupRule.parse(text))).toEqual(["STATEMENT_TOO_WIDE"]);
  });

  test.each([
    ["a text that is none", () => DynamicGroupRule.parse("all instances"), ["STATEMENT_INVALID"]],
    ["no instance", () => DynamicGroupRule.instances([]), ["ATTRIBUTE_MISSING"]],
    ["a node pool", () => DynamicGroupRule.instances(["ocid1.nodepool.oc1..a"]), ["OCID_INVALID"]],
    [
      "a tag without a namespace, and a value with a quote",
      () => DynamicGroupRule.taggedInstances({ compartmentId: "c", tag: "NodeRole", value: "a'" }),
      ["OCID_INVALID", "TAG_INVALID", "STATEMENT_INVALID"],
    ],
    [
      "a group in a compartment",
      () => new DynamicGroup(newStack(), "a", { ...props, tenancyId: COMPARTMENT }),
      ["OCID_INVALID"],
    ],
  ])("is refused: %s", (_, call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });
});

test("the dynamic groups of the examples are narrow", () => {
  const folder = path.join(__dirname, "..", "..", "examples");
  const rules = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\/expected\/.*\.json$/.test(file))
    .flatMap((file) => {
      const { resource = {} } = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as {
        resource?: { oci_identity_dynamic_group?: { [id: string]: { matching_rule: string } } };
      };
      return Object.values(resource.oci_identity_dynamic_group ?? {}).map((group) => group.matching_rule);
    });
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of rules) expect(DynamicGroupRule.parse(rule).text).toBe(rule);
});
