import { RoleRule } from "../../lib/rbac/role-rule";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { RbacVerb } from "../../lib/rbac/rbac-verb";
import { newStack } from "../support/stack";
import { refusedCodes } from "../workload/support";
import { TerraformVariable } from "cdktf";

describe("a permission", () => {
  test.each([
    [RbacResource.CONFIG_MAPS, "get,list,watch", "create,update,patch,delete"],
    [RbacResource.SECRETS, "get", "create,update,patch,delete"],
    [RbacResource.DEPLOYMENT_SCALES, "get", "update,patch"],
    [RbacResource.POD_METRICS, "get,list", undefined],
    [RbacResource.POD_EVICTIONS, undefined, "create"],
  ])("of %s reads and writes as far as Kubernetes serves it", (resource, read, write) => {
    for (const [verbs, make] of [
      [read, () => RoleRule.read(resource)],
      [write, () => RoleRule.write(resource)],
    ] as const) {
      if (verbs === undefined) expect(refusedCodes(make)).toEqual(["PERMISSION_INVALID"]);
      else expect(make()._verbs().join()).toBe(verbs);
    }
  });

  test("has its verbs in one order and each once", () => {
    const { UPDATE, GET } = RbacVerb;
    expect(RoleRule.verbs(RbacResource.LEASES, UPDATE, GET, UPDATE)._verbs()).toEqual(["get", "update"]);
  });

  test("is not changed by the ones that are made of it", () => {
    const all = RoleRule.write(RbacResource.CONFIG_MAPS);
    const one = all.named("web", "api", "web").acknowledged({ reason: "Test" });
    expect(all.names).toEqual([]);
    expect(all._reason()).toBeUndefined();
    expect(one.names).toEqual(["api", "web"]);
  });

  test("to write what has a name makes no new objects, as no name could limit that", () => {
    expect(RoleRule.write(RbacResource.CONFIG_MAPS).named("web")._verbs()).toEqual([
      "update",
      "patch",
      "delete",
    ]);
  });

  test("to create a part of an object can be limited by the object's name", () => {
    expect(RoleRule.write(RbacResource.POD_EVICTIONS).named("web-0")._verbs()).toEqual(["create"]);
  });
});

describe("a permission is refused:", () => {
  const verbs = (...all: string[]) =>
    refusedCodes(() => RoleRule.verbs(RbacResource.PODS, ...(all as RbacVerb[])));
  const named = (...names: string[]) => refusedCodes(() => RoleRule.read(RbacResource.PODS).named(...names));

  test.each(["*", "escalate", "bind", "impersonate"])("the verb %s", (verb) => {
    expect(verbs(verb)).toEqual(["PERMISSION_TOO_WIDE"]);
    expect(verbs("get", verb)).toEqual(["PERMISSION_TOO_WIDE"]);
  });

  test.each(["", "GET", "read", "use", undefined as never])("%s, which is no verb", (verb) => {
    expect(verbs(verb)).toEqual(["PERMISSION_INVALID"]);
  });

  test("no verb at all", () => expect(verbs()).toEqual(["PERMISSION_INVALID"]));

  test("a verb that Kubernetes does not serve", () => {
    expect(refusedCodes(() => RoleRule.verbs(RbacResource.POD_LOGS, RbacVerb.LIST))).toEqual([
      "PERMISSION_INVALID",
    ]);
  });

  test("a resource that was not given", () => {
    expect(refusedCodes(() => RoleRule.read(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test.each([
    ["none, which would be all", [], "PERMISSION_INVALID"],
    ["a wildcard", ["*"], "PERMISSION_TOO_WIDE"],
    ["a prefix", ["web-*"], "PERMISSION_TOO_WIDE"],
    ["an empty one", [""], "NAME_INVALID"],
    ["a path", ["a/b"], "NAME_INVALID"],
    ["a parent", [".."], "NAME_INVALID"],
    ["none given", [undefined as never], "NAME_INVALID"],
  ])("names: %s", (_, names, code) => expect(named(...names)).toEqual([code]));

  test("a name that is a reference", () => {
    expect(named(new TerraformVariable(newStack(), "name", {}).stringValue)).toEqual(["NAME_INVALID"]);
  });

  test.each([RbacVerb.CREATE, RbacVerb.DELETE_COLLECTION])(
    "%s by name, which Kubernetes can't limit",
    (verb) => {
      expect(refusedCodes(() => RoleRule.verbs(RbacResource.PODS, verb).named("web"))).toEqual([
        "PERMISSION_INVALID",
      ]);
    },
  );

  test.each(["", " ", undefined as never])("the reason %j", (reason) => {
    expect(refusedCodes(() => RoleRule.read(RbacResource.PODS).acknowledged({ reason }))).toEqual([
      "REASON_MISSING",
    ]);
  });
});
