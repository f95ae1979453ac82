import { Size } from "cdk8s";
import {
  BlueGreenNodePools,
  KubernetesVersion,
  NodeImage,
  NodePoolEdition,
  NodeShape,
  PoolColor,
  SecureOkeCluster,
  type BlueGreenNodePoolsProps,
} from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
const { V1_34, V1_35 } = KubernetesVersion;
const blue = NodePoolEdition.of(NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.blue"), {
  kubernetesVersion: V1_34,
});
const green = NodePoolEdition.of(NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.green"));

function addPools(props: Partial<BlueGreenNodePoolsProps>) {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: V1_35,
  });
  const pools = new BlueGreenNodePools(stack, "web", { cluster, shape, size: 3, ...props });
  return { pools, stack };
}

const poolsOf = (props: Partial<BlueGreenNodePoolsProps>) => {
  const all: any[] = Object.values(resourcesOf(addPools(props).stack, "oci_containerengine_node_pool"));
  return Object.fromEntries(all.map((pool) => [pool.name, pool]));
};

describe("blue and green pools", () => {
  test("are one pool between upgrades", () => {
    const { "web-blue": pool, ...others } = poolsOf({ blue });
    expect(others).toEqual({});
    expect(pool).toMatchObject({
      kubernetes_version: "v1.34.10",
      node_source_details: { image_id: blue.image.imageId },
      initial_node_labels: [
        { key: "secure-oke/edition", value: "blue" },
        { key: "secure-oke/edition-of", value: "web" },
      ],
    });
  });

  test("are two pools during an upgrade, without a change to the first", () => {
    const both = poolsOf({ blue, green });
    expect(Object.keys(both).sort()).toEqual(["web-blue", "web-green"]);
    expect(both["web-blue"]).toEqual(poolsOf({ blue })["web-blue"]);
    expect(both["web-green"]).toMatchObject({
      kubernetes_version: "v1.35.2",
      node_source_details: { image_id: green.image.imageId },
    });
  });

  test("have an output with the command that drains the retiring pool", () => {
    const output = synthesized(addPools({ blue, green, retiring: PoolColor.BLUE }).stack).output.web_retire;
    expect(output.value).toBe(
      "kubectl cordon --selector=secure-oke/edition=blue,secure-oke/edition-of=web && " +
        "kubectl drain --selector=secure-oke/edition=blue,secure-oke/edition-of=web --ignore-daemonsets --delete-emptydir-data --timeout=60m",
    );
  });

  test("remove the retiring pool from the autoscaler and change nothing else of it", () => {
    const nodes = (props: Partial<BlueGreenNodePoolsProps>) => {
      const { stack } = addPools({ size: undefined, autoscale: { min: 1, max: 4 }, ...props });
      const [addOn]: any[] = Object.values(resourcesOf(stack, "oci_containerengine_addon"));
      return addOn.configurations.find(({ key }: any) => key === "nodes").value;
    };
    expect(nodes({ blue, green }).split(", ")).toHaveLength(2);
    expect(nodes({ blue, green, retiring: PoolColor.BLUE })).toMatch(
      /^1:4:\$\{oci_containerengine_node_pool\.web_Green\w*\.id\}$/,
    );
  });

  test.each([
    [{}, "ATTRIBUTE_MISSING"],
    [{ blue, retiring: PoolColor.BLUE }, "VALUE_INVALID"],
    [{ blue, green, retiring: "red" as never }, "VALUE_INVALID"],
    [{ blue: "x" as never }, "VALUE_INVALID"],
    [{ blue, labels: { "secure-oke/edition": "x" } }, "LABEL_INVALID"],
    [{ blue, size: undefined }, "ATTRIBUTE_MISSING"],
  ])("refuse %j", (props, code) => {
    expect(problemCodesOf(() => addPools(props))).toEqual([code]);
  });

  test("both take addresses of the subnets", () => {
    expect(validationProblemsOf(() => addPools({ blue, green, size: 200, maxPodsPerNode: 1 }))[0]!.code).toBe(
      "SUBNET_EXHAUSTED",
    );
  });
});
