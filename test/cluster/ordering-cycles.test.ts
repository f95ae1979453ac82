import { Size } from "cdk8s";
import { TerraformResource, type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { COMPARTMENT, newStack, validationProblemsOf, synthesized } from "../support/stack";

const newCluster = (stack: TerraformStack) =>
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
  });
const newPool = (stack: TerraformStack, cluster: SecureOkeCluster, id: string) =>
  new PrivateNodePool(stack, id, {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
  });
const raw = (stack: TerraformStack, id: string) =>
  new TerraformResource(stack, id, { terraformResourceType: "terraform_data" });

describe("constructs that depend on each other are refused", () => {
  test.each([2, 3])("with %i node pools", (count) => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const pools = Array.from({ length: count }, (_, index) => newPool(stack, cluster, `pool${index}`));
    pools.forEach((pool, index) => pool.node.addDependency(pools[(index + 1) % count]!));
    const [problem, ...others] = validationProblemsOf(() => synthesized(stack));
    expect(others).toEqual([]);
    expect(problem!.code).toBe("DEPENDENCY_CYCLE");
    for (const pool of pools) expect(problem!.what).toContain(`${pool.node.path}/`);
  });

  test("for single resources", () => {
    const stack = newStack();
    newCluster(stack);
    const [one, other] = [raw(stack, "one"), raw(stack, "other")];
    one.node.addDependency(other);
    other.node.addDependency(one);
    expect(validationProblemsOf(() => synthesized(stack))).toMatchObject([
      { code: "DEPENDENCY_CYCLE", what: "stack/one waits for itself, by stack/other" },
    ]);
  });

  test("if one refers to the resource of the other", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const pool = newPool(stack, cluster, "pool");
    cluster.node.addDependency(pool);
    expect(validationProblemsOf(() => synthesized(stack))).toMatchObject([
      {
        code: "DEPENDENCY_CYCLE",
        what: expect.stringContaining("can't wait for stack/pool, which refers to it"),
      },
    ]);
  });

  test("constructs that depend on each other in one direction are accepted", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const [first, second, third] = ["first", "second", "third"].map((id) => newPool(stack, cluster, id));
    third!.node.addDependency(second!);
    third!.node.addDependency(first!);
    second!.node.addDependency(first!);
    first!.node.addDependency(cluster);
    expect(() => synthesized(stack)).not.toThrow();
  });
});
