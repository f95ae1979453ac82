import { RbacResource, type RbacResourceProps } from "../../lib/rbac/rbac-resource";
import { knownResources } from "../../lib/rbac/rbac-verb";
import { VERBS } from "../../lib/rbac/rbac-verb";
import { refusedCodes } from "../workload/support";

const constants = Object.entries(RbacResource).filter(([, value]) => value instanceof RbacResource) as [
  string,
  RbacResource,
][];

describe("a resource", () => {
  test("of Kubernetes is one that Kubernetes serves", () => {
    expect(constants.length).toBeGreaterThan(40);
    for (const [, { group, name, namespaced }] of constants) {
      expect(knownResources(group)?.get(name)?.namespaced).toBe(namespaced);
    }
    expect(new Set(constants.map(([, resource]) => resource.toString())).size).toBe(constants.length);
  });

  test("of a CustomResourceDefinition has every verb", () => {
    const resource = RbacResource.of({ group: "cert-manager.io", plural: "certificates", namespaced: true });
    expect(resource.toString()).toBe("certificates.cert-manager.io");
    expect(resource._verbs()).toEqual(VERBS);
  });

  test("can be a part of an object", () => {
    const status = RbacResource.of({
      group: "cert-manager.io",
      plural: "certificates",
      namespaced: true,
      subresource: "status",
    });
    expect(status.name).toBe("certificates/status");
  });

  test("can be one of Kubernetes that has no name here", () => {
    const resource = RbacResource.of({
      group: "apps",
      plural: "deployments",
      namespaced: true,
      subresource: "status",
    });
    expect(resource._verbs()).toEqual(["get", "update", "patch"]);
  });
});

describe("a resource is refused:", () => {
  test.each<[string, Partial<RbacResourceProps>, string]>([
    ["every group", { group: "*" }, "PERMISSION_TOO_WIDE"],
    ["every resource", { plural: "*" }, "PERMISSION_TOO_WIDE"],
    ["every subresource", { subresource: "*" }, "PERMISSION_TOO_WIDE"],
    ["the resources of a prefix", { plural: "cert*" }, "PERMISSION_TOO_WIDE"],
    ["a group with its version", { group: "apps/v1" }, "PERMISSION_INVALID"],
    ["a group without a period that is none of Kubernetes", { group: "app" }, "PERMISSION_INVALID"],
    ["a version for the core group", { group: "v1" }, "PERMISSION_INVALID"],
    ["a kind", { plural: "Certificate" }, "PERMISSION_INVALID"],
    ["a subresource in the plural", { plural: "certificates/status" }, "PERMISSION_INVALID"],
    ["an address beside the resources", { plural: "/metrics" }, "PERMISSION_INVALID"],
    ["nothing", { plural: "" }, "PERMISSION_INVALID"],
    ["a typing error", { group: "apps", plural: "deploments" }, "PERMISSION_INVALID"],
    ["the wrong group", { group: "", plural: "deployments" }, "PERMISSION_INVALID"],
    ["a user to impersonate", { group: "", plural: "users" }, "PERMISSION_INVALID"],
    ["a resource of the cluster in namespaces", { group: "", plural: "nodes" }, "PERMISSION_INVALID"],
    ["no group", { group: undefined as never }, "ATTRIBUTE_MISSING"],
    ["a number", { plural: 7 as never }, "PERMISSION_INVALID"],
  ])("%s", (_, props, code) => {
    expect(
      refusedCodes(() =>
        RbacResource.of({ group: "cert-manager.io", plural: "certificates", namespaced: true, ...props }),
      ),
    ).toEqual([code]);
  });
});

test("the policies that change objects, which Kubernetes serves since 1.36, are known as resources of the cluster", () => {
  const known = knownResources("admissionregistration.k8s.io");
  for (const name of ["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"])
    expect(known?.get(name)).toMatchObject({ namespaced: false });
});
