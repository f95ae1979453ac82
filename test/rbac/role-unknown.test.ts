import { ApiObject } from "cdk8s";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { NetworkPolicyEngine } from "../../lib/cluster/policy-engine/network-policy-engine";
import { RoleRule } from "../../lib/rbac/role-rule";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { COMPARTMENT, newStack } from "../support/stack";
import { newChart } from "../workload/support";

const WIDGETS = RbacResource.of({ group: "acme.example", plural: "widgets", namespaced: true });

/** The warnings of a cluster after a chart with a role was added. */
function warningsOf(resource: RbacResource, isDefined: boolean): string[] {
  const cluster = new SecureOkeCluster(newStack(), "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine: NetworkPolicyEngine.calico(),
  });
  const chart = newChart("shop");
  new LeastPrivilegeRole(chart, "reader", {
    allow: [RoleRule.read(resource), RoleRule.read(RbacResource.PODS)],
  });
  if (isDefined) {
    new ApiObject(chart, "definition", {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.acme.example" },
      spec: { group: "acme.example", names: { plural: "widgets" } },
    });
  }
  cluster.addCdk8sChart("shop", chart);
  return cluster.node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => String(data));
}

describe("a role for a custom resource", () => {
  test("causes a warning with the role and the resource if the program lacks its definition", () => {
    const [warning, ...others] = warningsOf(WIDGETS, false);
    expect(others).toEqual([]);
    expect(warning).toContain("shop/reader has a permission for widgets.acme.example");
  });

  test("causes no warning if the program has its definition", () => {
    expect(warningsOf(WIDGETS, true)).toEqual([]);
    expect(warningsOf(RbacResource.CONFIG_MAPS, false)).toEqual([]);
  });
});
