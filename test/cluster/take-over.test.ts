import { TerraformVariable, Testing } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { TakeOver } from "../../lib/cluster/take-over";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  synthesized,
} from "../support/stack";

const clusterId = "ocid1.cluster.oc1.eu-frankfurt-1.test";

function newCluster(stack = newStack()) {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}

describe("the import of a cluster", () => {
  test("is one import block at its address", () => {
    const stack = newStack();
    TakeOver.cluster(newCluster(stack), clusterId);
    expect(synthesized(stack).import).toEqual([
      { id: clusterId, to: expect.stringMatching(/^oci_containerengine_cluster\.cluster/) },
    ]);
    const { lifecycle } = onlyResource(stack, "oci_containerengine_cluster");
    expect(lifecycle).toMatchObject({ prevent_destroy: true });
    expect(lifecycle.ignore_changes).toBeUndefined();
  });

  test("keeps Oracle's key with a reason, which is recorded as an acknowledgement", () => {
    const stack = newStack();
    const reason = "The next cluster has our key";
    TakeOver.cluster(newCluster(stack), clusterId, { encryptedByOracleKey: { reason } });
    const { lifecycle } = onlyResource(stack, "oci_containerengine_cluster");
    expect(lifecycle).toMatchObject({ prevent_destroy: true, ignore_changes: ["kms_key_id"] });
    // What the library checks before it touches a cluster is still there.
    expect(lifecycle.precondition).toEqual(expect.any(Array));
    expect(Acknowledgements.of(stack)).toMatchObject([{ practice: "rotation", reason }]);
  });

  test.each([
    ["an OCID of another kind", "ocid1.nodepool.oc1.eu-frankfurt-1.test", ["OCID_INVALID"]],
    ["no OCID", undefined, ["ATTRIBUTE_MISSING"]],
  ])("is refused with %s, and adds no import block", (_, id, codes) => {
    const stack = newStack();
    const cluster = newCluster(stack);
    expect(problemCodesOf(() => TakeOver.cluster(cluster, id as string))).toEqual(codes);
    expect(synthesized(stack).import).toBeUndefined();
  });

  test("is refused for a cluster that this program does not create, and a second time", () => {
    const stack = newStack();
    const imported = SecureOkeCluster.fromClusterAttributes(stack, "imported", { clusterId });
    const [problem] = validationProblemsOf(() => TakeOver.cluster(imported as SecureOkeCluster, clusterId));
    expect(problem).toMatchObject({ code: "VALUE_INVALID", property: "cluster" });
    const cluster = newCluster(stack);
    TakeOver.cluster(cluster, clusterId);
    expect(problemCodesOf(() => TakeOver.cluster(cluster, clusterId))).toEqual(["NAME_DUPLICATE"]);
  });

  test("takes a variable, and rejects an attribute of a resource, which no plan knows", () => {
    const stack = newStack();
    const variable = new TerraformVariable(stack, "existing", { type: "string" }).stringValue;
    TakeOver.cluster(newCluster(stack), variable);
    expect(synthesized(stack).import).toMatchObject([{ id: "${var.existing}" }]);
    const other = newStack("other");
    const cluster = newCluster(other);
    expect(validationProblemsOf(() => TakeOver.cluster(cluster, cluster.clusterId))).toMatchObject([
      { code: "OCID_INVALID", property: "clusterId" },
    ]);
    expect(synthesized(other).import).toBeUndefined();
  });

  test("takes an attribute of a resource of another stack, whose state Terraform reads before it plans", () => {
    const app = Testing.app();
    const [network, shop] = ["network", "shop"].map((id) => newStack(id, app));
    TakeOver.cluster(newCluster(shop), newCluster(network).clusterId);
    expect(synthesized(shop!).import).toHaveLength(1);
  });

  test("is refused for Oracle's key without a reason", () => {
    expect(
      validationProblemsOf(() =>
        TakeOver.cluster(newCluster(), clusterId, { encryptedByOracleKey: { reason: "" } }),
      ),
    ).toMatchObject([{ code: "REASON_MISSING", property: "encryptedByOracleKey.reason" }]);
  });
});
