import fc from "fast-check";
import { Duration } from "cdk8s";
import { Token } from "cdktf";
import { Acknowledgements, ClusterNetwork, NodeCycling, PodNetworking, SubnetPlan } from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  synthesized,
} from "../support/stack";
import { createdPool, newCluster, newPool, problemTexts } from "./pool-support";

describe("the node cycling of a pool", () => {
  test.each([
    [
      "by instances",
      NodeCycling.replaceInstances({ maximumSurge: 3, maximumUnavailable: 1 }),
      "INSTANCE_REPLACE",
      "3",
      "1",
    ],
    [
      "by boot volumes",
      NodeCycling.replaceBootVolumes({ maximumUnavailable: 2 }),
      "BOOT_VOLUME_REPLACE",
      "0",
      "2",
    ],
  ])("%s", (_, cycling, mode, surge, unavailable) => {
    expect(createdPool({ cycling }).node_pool_cycling_details).toEqual({
      is_node_cycling_enabled: true,
      cycle_modes: [mode],
      maximum_surge: surge,
      maximum_unavailable: unavailable,
    });
  });

  test("is disabled with a reason only", () => {
    const stack = newStack();
    newPool({ cycling: NodeCycling.manual({ reason: "Nodes hold data" }) }, stack);
    expect(onlyResource(stack, "oci_containerengine_node_pool").node_pool_cycling_details).toEqual({
      is_node_cycling_enabled: false,
    });
    expect(Acknowledgements.of(stack)).toMatchObject([{ reason: "Nodes hold data" }]);
    expect(problemCodesOf(() => NodeCycling.manual({ reason: "" }))).toEqual(["REASON_MISSING"]);
  });

  test("must replace at least one node at a time", () => {
    expect(problemCodesOf(() => NodeCycling.replaceInstances({ maximumSurge: 0 }))).toEqual([
      "COUNT_INVALID",
    ]);
    expect(problemCodesOf(() => NodeCycling.replaceBootVolumes({ maximumUnavailable: 0 }))).toEqual([
      "COUNT_INVALID",
    ]);
    expect(problemCodesOf(() => NodeCycling.replaceInstances({ maximumSurge: 1.5 }))).toEqual([
      "COUNT_INVALID",
    ]);
  });

  test("can terminate nodes whose pods have not left, with a reason", () => {
    const stack = newStack();
    newPool(
      {
        evictionGraceDuration: Duration.minutes(20),
        forcedEviction: { reason: "Batch jobs that may be repeated" },
      },
      stack,
    );
    expect(onlyResource(stack, "oci_containerengine_node_pool").node_eviction_node_pool_settings).toEqual({
      eviction_grace_duration: "PT20M",
      is_force_action_after_grace_duration: true,
      is_force_delete_after_grace_duration: true,
    });
    expect(Acknowledgements.of(stack)).toMatchObject([{ reason: "Batch jobs that may be repeated" }]);
    expect(problemCodesOf(() => newPool({ forcedEviction: { reason: "" } }))).toEqual(["REASON_MISSING"]);
  });
});

describe("the addresses that a pool needs", () => {
  const small = (stack = newStack()) =>
    newCluster(stack, {
      network: new ClusterNetwork(stack, "network", {
        compartmentId: COMPARTMENT,
        plan: SubnetPlan.of({ nodes: 10, pods: 400 }),
      }),
    });

  test("are those of the maximum of the autoscaler, with the surge of its cycling", () => {
    const stack = newStack();
    const cluster = small(stack);
    expect(problemCodesOf(() => newPool({ cluster, autoscale: { min: 1, max: 200 } }, stack))).toEqual([
      "SUBNET_EXHAUSTED",
      "SUBNET_EXHAUSTED",
    ]);
    expect(() => newPool({ cluster, autoscale: { min: 1, max: 4 } }, stack, "fits")).not.toThrow();
  });

  test("include the surge of its cycling", () => {
    const stack = newStack();
    const cluster = small(stack);
    const cycling = NodeCycling.replaceInstances({ maximumSurge: 200 });
    expect(validationProblemsOf(() => newPool({ cluster, size: 1, cycling }, stack))[0]!.what).toContain(
      "pool 1 + 200",
    );
  });
});

describe("an autoscaled pool", () => {
  test("starts with the minimum, and Terraform ignores later sizes", () => {
    const pool = createdPool({ autoscale: { min: 2, max: 6 } });
    expect(pool.node_config_details.size).toBe(2);
    expect(pool.lifecycle.ignore_changes).toEqual(["node_config_details[0].size"]);
  });

  test.each([
    [{ autoscale: { min: 5, max: 2 } }, "COUNT_INVALID autoscale.min is 5, more than autoscale.max, 2"],
    [{ size: 3, autoscale: { min: 1, max: 5 } }, "POOL_SIZE_INVALID size and autoscale are both given"],
    [{ autoscale: { min: -1, max: 5 } }, "COUNT_INVALID autoscale.min is -1"],
    [{ autoscale: { min: 1, max: 1001 } }, "COUNT_INVALID autoscale.max is 1001"],
    [{ autoscale: { min: 0, max: 0 } }, "COUNT_INVALID autoscale.max is 0"],
    [
      { autoscale: { min: Token.asNumber({ resolve: () => 1 } as never), max: 5 } },
      "COUNT_INVALID autoscale.min is a reference to a Terraform value",
    ],
    [{ size: undefined }, "ATTRIBUTE_MISSING size was not given"],
  ])("refuses %j", (props, what) => {
    expect(problemTexts(props)).toEqual([what]);
  });

  test("accepts every minimum with a maximum that is not less", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    let id = 0;
    fc.assert(
      fc.property(fc.integer({ min: -2, max: 8 }), fc.integer({ min: -2, max: 8 }), (min, max) => {
        const make = () =>
          newPool({ cluster, autoscale: { min, max }, maxPodsPerNode: 1 }, stack, `pool${id++}`);
        if (min >= 0 && max >= 1 && min <= max) expect(make).not.toThrow();
        else expect(new Set(problemCodesOf(make))).toEqual(new Set(["COUNT_INVALID"]));
      }),
      { numRuns: 40 },
    );
  });

  test("is supported with a flannel overlay", () => {
    const stack = newStack();
    newPool(
      {
        cluster: newCluster(stack, { podNetworking: PodNetworking.flannelOverlay() }),
        autoscale: { min: 1, max: 3 },
      },
      stack,
    );
    expect(synthesized(stack).resource.oci_containerengine_addon).toBeDefined();
  });
});
