import { TerraformVariable } from "cdktf";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { Subject } from "../../lib/rbac/subject";
import { newStack } from "../support/stack";
import { IMAGE, newChart, problemCodesOf } from "../workload/support";

const GROUP = "ocid1.group.oc1..developers";

describe("a subject", () => {
  test.each([
    [Subject.iamGroup(GROUP), { kind: "Group", name: GROUP }],
    [
      Subject.iamDynamicGroup("ocid1.dynamicgroup.oc1..ci"),
      { kind: "Group", name: "ocid1.dynamicgroup.oc1..ci" },
    ],
    [Subject.iamUser("ocid1.user.oc1..ann"), { kind: "User", name: "ocid1.user.oc1..ann" }],
  ])("of IAM has its OCID as its name: %j", (subject, manifest) => {
    expect(subject._manifest("shop")).toEqual({ apiGroup: "rbac.authorization.k8s.io", ...manifest });
  });

  test("that is a service account is in its namespace, or in the namespace of the role", () => {
    const name = "web";
    expect(Subject.serviceAccount(name)._manifest("shop")).toEqual({
      kind: "ServiceAccount",
      name,
      namespace: "shop",
    });
    expect(Subject.serviceAccount(name, "ci")._manifest("shop")).toMatchObject({ namespace: "ci" });
  });

  test("can be the service account of a workload", () => {
    const web = new HardenedDeployment(newChart("shop"), "web", { image: IMAGE });
    expect(Subject.serviceAccountOf(web)._manifest()).toEqual({
      kind: "ServiceAccount",
      name: "web",
      namespace: "shop",
    });
  });

  test("has an id that depends on its kind, name, and namespace", () => {
    const ids = [
      Subject.iamGroup(GROUP),
      Subject.iamUser("ocid1.user.oc1..developers"),
      Subject.serviceAccount("web"),
      Subject.serviceAccount("web", "ci"),
    ].map((subject) => subject._id("shop"));
    expect(new Set(ids).size).toBe(4);
    expect(Subject.serviceAccount("web", "shop")._id("other")).toBe(
      Subject.serviceAccount("web")._id("shop"),
    );
  });
});

describe("a subject is refused for", () => {
  test.each([
    "system:masters",
    "system:unauthenticated",
    "system:authenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:shop",
    "system:anonymous",
    "system:kube-controller-manager",
  ])("the reserved name %s in every factory", (name) => {
    for (const make of [Subject.iamGroup, Subject.iamUser, Subject.iamDynamicGroup, Subject.serviceAccount]) {
      expect(problemCodesOf(() => make(name))).toEqual(["PERMISSION_TOO_WIDE"]);
    }
  });

  test.each([
    ["the name of a group", () => Subject.iamGroup("developers")],
    ["a user as a group", () => Subject.iamGroup("ocid1.user.oc1..ann")],
    ["a group as a user", () => Subject.iamUser(GROUP)],
    ["a group as a dynamic group", () => Subject.iamDynamicGroup(GROUP)],
    ["a wildcard", () => Subject.iamGroup("*")],
    ["a reference", () => Subject.iamGroup(new TerraformVariable(newStack(), "group", {}).stringValue)],
  ])("%s", (_, make) => expect(problemCodesOf(make)).toEqual(["OCID_INVALID"]));

  test("the service account default", () => {
    expect(problemCodesOf(() => Subject.serviceAccount("default"))).toEqual(["PERMISSION_TOO_WIDE"]);
  });

  test.each([
    ["an invalid name", () => Subject.serviceAccount("Web")],
    ["an invalid namespace", () => Subject.serviceAccount("web", "a/b")],
  ])("%s", (_, make) => expect(problemCodesOf(make)).toEqual(["NAME_INVALID"]));

  test("a missing argument", () => {
    for (const make of [
      Subject.iamGroup,
      Subject.iamUser,
      Subject.serviceAccount,
      Subject.serviceAccountOf,
    ]) {
      expect(problemCodesOf(() => make(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    }
  });
});
