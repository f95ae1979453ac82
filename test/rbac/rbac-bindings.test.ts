import { ApiObject, type Chart, JsonPatch } from "cdk8s";
import { RoleRule } from "../../lib/rbac/role-rule";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { Subject } from "../../lib/rbac/subject";
import { Tenant } from "../../lib/namespaces/tenant";
import { newChart, problemsAtSynthesis } from "../workload/support";

const GROUP = "ocid1.group.oc1..developers";

/** A chart with a role or a tenant of this library. */
function guardedChart(tenant: boolean): Chart {
  const chart = newChart();
  if (tenant) new Tenant(chart, "tenant");
  else new LeastPrivilegeRole(chart, "reader", { allow: [RoleRule.read(RbacResource.PODS)] });
  return chart;
}

function bind(chart: Chart, kind: string, roleRef: object, ...subjects: object[]): ApiObject {
  return new ApiObject(chart, "other", {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "other" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", ...roleRef },
    subjects,
  });
}

describe.each([
  ["a role", false],
  ["a tenant", true],
])("in a chart with %s", (_, tenant) => {
  test.each(["cluster-admin", "admin", "edit"])("a binding of %s is refused", (name) => {
    for (const kind of ["RoleBinding", "ClusterRoleBinding"]) {
      const chart = guardedChart(tenant);
      bind(chart, kind, { kind: "ClusterRole", name }, { kind: "Group", name: GROUP });
      expect(problemsAtSynthesis(chart)).toMatchObject([{ code: "PERMISSION_TOO_WIDE", path: "shop/other" }]);
    }
  });

  test.each([
    ["Group", "system:masters"],
    ["Group", "system:authenticated"],
    ["Group", "system:unauthenticated"],
    ["Group", "system:serviceaccounts"],
    ["User", "system:anonymous"],
  ])("a binding for the %s %s is refused", (kind, name) => {
    const chart = guardedChart(tenant);
    bind(
      chart,
      "RoleBinding",
      { kind: "Role", name: "reader" },
      { kind: "Group", name: GROUP },
      { kind, name },
    );
    expect(problemsAtSynthesis(chart)).toMatchObject([{ code: "PERMISSION_TOO_WIDE", path: "shop/other" }]);
  });

  test("third-party bindings for named subjects are accepted", () => {
    const chart = guardedChart(tenant);
    bind(
      chart,
      "RoleBinding",
      { kind: "ClusterRole", name: "view" },
      { kind: "Group", name: "system:serviceaccounts:monitoring" },
      { kind: "ServiceAccount", name: "web", namespace: "shop" },
    );
    expect(() => chart.toJson()).not.toThrow();
  });

  test("a Role of the chart may have any name", () => {
    const chart = guardedChart(tenant);
    bind(chart, "RoleBinding", { kind: "Role", name: "admin" }, { kind: "Group", name: GROUP });
    expect(() => chart.toJson()).not.toThrow();
  });
});

test("a patch can't grant a role to all callers", () => {
  const chart = newChart();
  const role = new LeastPrivilegeRole(chart, "reader", { allow: [RoleRule.read(RbacResource.PODS)] });
  role.grantTo(Subject.iamGroup(GROUP));
  const binding = role.node.children.find((child) => child.node.id.startsWith("Binding-")) as ApiObject;
  binding.addJsonPatch(JsonPatch.replace("/subjects/0/name", "system:authenticated"));
  expect(() => chart.toJson()).toThrow("PERMISSION_TOO_WIDE");
});

test("a chart without roles of this library is not checked", () => {
  const chart = newChart();
  bind(
    chart,
    "ClusterRoleBinding",
    { kind: "ClusterRole", name: "cluster-admin" },
    { kind: "Group", name: GROUP },
  );
  expect(() => chart.toJson()).not.toThrow();
});
