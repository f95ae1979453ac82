import { RoleRule } from "../../lib/rbac/role-rule";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { RbacVerb } from "../../lib/rbac/rbac-verb";
import { newStack } from "../support/stack";
import { problemCodesOf } from "../workload/support";
import { TerraformVariable } from "cdktf";

describe("a permission", () => {
  test.each([
    [RbacResource.CONFIG_MAPS, "get,list,watch", "create,update,patch,delete"],
    [RbacResource.SECRETS, "get", "create,update,patch,delete"],
    [RbacResource.DEPLOYMENT_SCALES, "get", "update,patch"],
    [RbacResource.POD_METRICS, "get,list", undefined],
    [RbacResource.POD_EVICTIONS, undefined, "create"],
  ])("for %s contains only verbs that Kubernetes serves", (resource, read, write) => {
    for (const [verbs, make] of [
      [read, () => RoleRule.read(resource)],
      [write, () => RoleRule.write(resource)],
    ] as const) {
      if (verbs === undefined) expect(problemCodesOf(make)).toEqual(["PERMISSION_INVALID"]);
      else expect(make()._verbs().join()).toBe(verbs);
    }
  });

  test("sorts its verbs and removes duplicates", () => {
    const { UPDATE, GET } = RbacVerb;
    expect(RoleRule.verbs(RbacResource.LEASES, UPDATE, GET, UPDATE)._verbs()).toEqual(["get", "update"]);
  });

  test("does not change when named() or acknowledged() derives another one", () => {
    const rule = RoleRule.write(RbacResource.CONFIG_MAPS);
    const derived = rule.named("web", "api", "web").acknowledged({ reason: "Test" });
    expect(rule.names).toEqual([]);
    expect(rule._reason()).toBeUndefined();
    expect(derived.names).toEqual(["api", "web"]);
  });

  test("to write named objects does not contain create, which names can't restrict", () => {
    expect(RoleRule.write(RbacResource.CONFIG_MAPS).named("web")._verbs()).toEqual([
      "update",
      "patch",
      "delete",
    ]);
  });

  test("to create a subresource can be restricted by the name of the object", () => {
    expect(RoleRule.write(RbacResource.POD_EVICTIONS).named("web-0")._verbs()).toEqual(["create"]);
  });
});

describe("a permission is refused for", () => {
  const verbs = (...all: string[]) =>
    problemCodesOf(() => RoleRule.verbs(RbacResource.PODS, ...(all as RbacVerb[])));
  const named = (...names: string[]) =>
    problemCodesOf(() => RoleRule.read(RbacResource.PODS).named(...names));

  test.each(["*", "escalate", "bind", "impersonate"])("the verb %s", (verb) => {
    expect(verbs(verb)).toEqual(["PERMISSION_TOO_WIDE"]);
    expect(verbs("get", verb)).toEqual(["PERMISSION_TOO_WIDE"]);
  });

  test.each(["", "GET", "read", "use", undefined as never])("the invalid verb %s", (verb) => {
    expect(verbs(verb)).toEqual(["PERMISSION_INVALID"]);
  });

  test("no verb at all", () => expect(verbs()).toEqual(["PERMISSION_INVALID"]));

  test("a verb that Kubernetes does not serve", () => {
    expect(problemCodesOf(() => RoleRule.verbs(RbacResource.POD_LOGS, RbacVerb.LIST))).toEqual([
      "PERMISSION_INVALID",
    ]);
  });

  test("a missing resource", () => {
    expect(problemCodesOf(() => RoleRule.read(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test.each([
    ["an empty list", [], "PERMISSION_INVALID"],
    ["a wildcard", ["*"], "PERMISSION_TOO_WIDE"],
    ["a prefix", ["web-*"], "PERMISSION_TOO_WIDE"],
    ["an empty name", [""], "NAME_INVALID"],
    ["a path", ["a/b"], "NAME_INVALID"],
    ["a parent", [".."], "NAME_INVALID"],
    ["a missing name", [undefined as never], "ATTRIBUTE_MISSING"],
  ])("names: %s", (_, names, code) => expect(named(...names)).toEqual([code]));

  test("a name that is a reference", () => {
    expect(named(new TerraformVariable(newStack(), "name", {}).stringValue)).toEqual(["NAME_INVALID"]);
  });

  test.each([RbacVerb.CREATE, RbacVerb.DELETE_COLLECTION])(
    "%s by name, which Kubernetes can't limit",
    (verb) => {
      expect(problemCodesOf(() => RoleRule.verbs(RbacResource.PODS, verb).named("web"))).toEqual([
        "PERMISSION_INVALID",
      ]);
    },
  );

  test.each(["", " ", undefined as never])("the reason %j", (reason) => {
    expect(problemCodesOf(() => RoleRule.read(RbacResource.PODS).acknowledged({ reason }))).toEqual([
      "REASON_MISSING",
    ]);
  });
});
