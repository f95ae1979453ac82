import { Testing } from "cdktf";
import {
  Acknowledgements,
  LeastPrivilegePolicy,
  oci,
  PolicyCondition,
  PolicyLocation,
  PolicyPrincipal,
  PolicyResourceType,
  PolicyStatement,
  PolicyVerb,
  type LeastPrivilegePolicyProps,
} from "../../lib";
import { COMPARTMENT, newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..test";
const group = PolicyPrincipal.group("ocid1.group.oc1..test");

function statement(bucket = "assets", tenancyReason?: string): PolicyStatement {
  return PolicyStatement.allow({
    principal: group,
    verb: PolicyVerb.READ,
    resourceType: PolicyResourceType.OBJECTS,
    location: tenancyReason
      ? PolicyLocation.tenancy({ reason: tenancyReason })
      : PolicyLocation.compartment(COMPARTMENT),
    condition: PolicyCondition.equalTo("target.bucket.name", bucket),
  });
}

const props = (further: Partial<LeastPrivilegePolicyProps> | object = {}): LeastPrivilegePolicyProps => ({
  compartmentId: COMPARTMENT,
  description: "Lets the web team read its assets",
  statements: [statement()],
  ...further,
});

describe("a policy", () => {
  test("has its statements, and a name that stays", () => {
    const stack = newStack();
    const policy = new LeastPrivilegePolicy(stack, "assets", props());
    expect(onlyResource(stack, "oci_identity_policy")).toMatchObject({
      compartment_id: COMPARTMENT,
      description: "Lets the web team read its assets",
      name: expect.stringMatching(/^stack-assets-[0-9a-z]+$/),
      statements: [
        `Allow group id ocid1.group.oc1..test to read objects in compartment id ${COMPARTMENT} where target.bucket.name = 'assets'`,
      ],
      lifecycle: { ignore_changes: ["name"] },
    });
    expect(policy.statements.map(({ text }) => text)).toHaveLength(1);
  });

  test("is written through the provider of the home region, with tags", () => {
    const stack = newStack();
    const home = new oci.provider.OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    new LeastPrivilegePolicy(
      stack,
      "assets",
      props({ homeRegionProvider: home, freeformTags: { team: "web" } }),
    );
    expect(onlyResource(stack, "oci_identity_policy")).toMatchObject({
      provider: "oci.home",
      freeform_tags: { team: "web" },
    });
  });

  test("acknowledges a statement for the whole tenancy", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    const statements = [statement("assets", "The bucket moves between compartments")];
    new LeastPrivilegePolicy(stack, "assets", props({ compartmentId: TENANCY, statements }));
    expect(Acknowledgements.of(app)).toMatchObject([
      expect.objectContaining({
        practice: "least-privilege",
        what: expect.stringContaining("a statement for the whole tenancy: Allow group"),
        reason: "The bucket moves between compartments",
      }),
    ]);
  });
});

describe("bad input", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => statement(`bucket-${index}`));

  test.each([
    ["a compartment that is none", { compartmentId: "shop" }, "OCID_INVALID"],
    ["no statement", { statements: [] }, "ATTRIBUTE_MISSING"],
    ["texts", { statements: ["Allow group A to read buckets in tenancy"] }, "VALUE_INVALID"],
    ["51 statements", { statements: many(51) }, "STATEMENT_LIMIT"],
    ["a statement twice", { statements: [statement(), statement()] }, "NAME_DUPLICATE"],
    [
      "a statement for the tenancy in a compartment",
      { statements: [statement("a", "A test")] },
      "STATEMENT_INVALID",
    ],
    ["no description", { description: " " }, "ATTRIBUTE_MISSING"],
    ["a description that is too long", { description: "a".repeat(401) }, "VALUE_INVALID"],
    ["a description with a template", { description: "${a}" }, "TEXT_TEMPLATE"],
    ["a provider that is none", { homeRegionProvider: "home" }, "VALUE_INVALID"],
  ])("is refused: %s", (_, further, code) => {
    const stack = newStack();
    const codes = problemCodesOf(() => new LeastPrivilegePolicy(stack, "assets", props(further)));
    expect(codes).toEqual([code]);
    expect(stack.node.tryFindChild("assets")).toBeUndefined();
  });

  test("50 statements fit, and 500 in all policies of a compartment", () => {
    const stack = newStack();
    for (let index = 0; index < 10; index++)
      new LeastPrivilegePolicy(stack, `policy${index}`, props({ statements: many(50) }));
    const [problem] = validationProblemsOf(() => new LeastPrivilegePolicy(stack, "one-more", props()));
    expect(problem).toMatchObject({
      code: "STATEMENT_LIMIT",
      what: expect.stringContaining("has 501 statements"),
    });
    new LeastPrivilegePolicy(stack, "elsewhere", props({ compartmentId: "ocid1.compartment.oc1..other" }));
  });
});
