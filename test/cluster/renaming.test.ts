import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { COMPARTMENT, newStack, resourcesOf } from "../support/stack";

/** The policies of a cluster, of its key, of its archive, and of its alarms, by the beginning of their logical ids. */
function policies(name: string): any[] {
  const stack = newStack();
  const encryption = new ClusterEncryption(stack, "key", { compartmentId: COMPARTMENT, displayName: name });
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    clusterName: name,
    encryption,
  });
  return Object.entries(resourcesOf(stack, "oci_identity_policy")).sort();
}

describe("a renamed cluster", () => {
  const [one, other] = [policies("shop"), policies("store")];

  test("keeps its policies", () => {
    expect(one).toHaveLength(7);
    for (const [, { lifecycle }] of one) expect(lifecycle.ignore_changes).toEqual(["name"]);
    expect(one.map(([, { name }]) => name)).not.toEqual(other.map(([, { name }]) => name));
    const renamed = other.map(([id, policy], i) => [id, { ...policy, name: one[i][1].name }]);
    expect(renamed).toEqual(one);
  });

  test("keeps the right to its key even if its policy is replaced", () => {
    const [, key] = one.find(([, { description }]) => description.includes("key"));
    expect(key.lifecycle.create_before_destroy).toBe(true);
  });

  test("destroys replaced subnets before it creates others with the same range", () => {
    const ofCluster = one.filter(([, { statements }]) =>
      statements[0].includes("oci_containerengine_cluster"),
    );
    expect(ofCluster).toHaveLength(1);
    for (const [, { lifecycle }] of ofCluster) expect(lifecycle.create_before_destroy).toBeUndefined();
  });
});
