import { RbacResource, type RbacResourceProps } from "../../lib/rbac/rbac-resource";
import { knownResources } from "../../lib/rbac/rbac-verb";
import { VERBS } from "../../lib/rbac/rbac-verb";
import { problemCodesOf } from "../workload/support";

const constants = Object.entries(RbacResource).filter(([, value]) => value instanceof RbacResource) as [
  string,
  RbacResource,
][];

describe("a resource", () => {
  test("with a constant is served by Kubernetes", () => {
    expect(constants.length).toBeGreaterThan(40);
    for (const [, { group, name, namespaced }] of constants) {
      expect(knownResources(group)?.get(name)?.namespaced).toBe(namespaced);
    }
    expect(new Set(constants.map(([, resource]) => resource.toString())).size).toBe(constants.length);
  });

  test("of a CustomResourceDefinition takes every verb", () => {
    const resource = RbacResource.of({ group: "cert-manager.io", plural: "certificates", namespaced: true });
    expect(resource.toString()).toBe("certificates.cert-manager.io");
    expect(resource._verbs()).toEqual(VERBS);
  });

  test("can be a subresource", () => {
    const status = RbacResource.of({
      group: "cert-manager.io",
      plural: "certificates",
      namespaced: true,
      subresource: "status",
    });
    expect(status.name).toBe("certificates/status");
  });

  test("of Kubernetes can be one without a constant", () => {
    const resource = RbacResource.of({
      group: "apps",
      plural: "deployments",
      namespaced: true,
      subresource: "status",
    });
    expect(resource._verbs()).toEqual(["get", "update", "patch"]);
  });
});

describe("a resource is refused with", () => {
  test.each<[string, Partial<RbacResourceProps>, string]>([
    ["a wildcard as group", { group: "*" }, "PERMISSION_TOO_WIDE"],
    ["a wildcard as plural", { plural: "*" }, "PERMISSION_TOO_WIDE"],
    ["a wildcard as subresource", { subresource: "*" }, "PERMISSION_TOO_WIDE"],
    ["a prefix as plural", { plural: "cert*" }, "PERMISSION_TOO_WIDE"],
    ["a group and its version", { group: "apps/v1" }, "PERMISSION_INVALID"],
    ["an unknown group without a period", { group: "app" }, "PERMISSION_INVALID"],
    ["a version as the core group", { group: "v1" }, "PERMISSION_INVALID"],
    ["a kind as plural", { plural: "Certificate" }, "PERMISSION_INVALID"],
    ["a subresource in the plural", { plural: "certificates/status" }, "PERMISSION_INVALID"],
    ["a non-resource URL", { plural: "/metrics" }, "PERMISSION_INVALID"],
    ["an empty plural", { plural: "" }, "PERMISSION_INVALID"],
    ["a misspelled plural", { group: "apps", plural: "deploments" }, "PERMISSION_INVALID"],
    ["the wrong group", { group: "", plural: "deployments" }, "PERMISSION_INVALID"],
    ["a user to impersonate", { group: "", plural: "users" }, "PERMISSION_INVALID"],
    ["a cluster-scoped resource as namespaced", { group: "", plural: "nodes" }, "PERMISSION_INVALID"],
    ["no group", { group: undefined as never }, "ATTRIBUTE_MISSING"],
    ["a number as plural", { plural: 7 as never }, "VALUE_INVALID"],
  ])("%s", (_, props, code) => {
    expect(
      problemCodesOf(() =>
        RbacResource.of({ group: "cert-manager.io", plural: "certificates", namespaced: true, ...props }),
      ),
    ).toEqual([code]);
  });
});

test("mutating admission policies, which Kubernetes serves since 1.36, are cluster-scoped", () => {
  const known = knownResources("admissionregistration.k8s.io");
  for (const name of ["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"])
    expect(known?.get(name)).toMatchObject({ namespaced: false });
});
