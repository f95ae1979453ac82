import { type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import {
  CloudGuardDetector,
  CloudGuardTarget,
  type CloudGuardTargetProps,
} from "../../lib/observability/cloud-guard-target";
import { COMPARTMENT, newStack, onlyResource, problemCodesOf, synthesized } from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..test";
const OTHER = "ocid1.compartment.oc1..existing-other";

function target(stack: TerraformStack, props: Partial<CloudGuardTargetProps> = {}) {
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
  return new CloudGuardTarget(stack, "guard", { cluster, tenancyId: TENANCY, ...props });
}

describe("a target of Cloud Guard", () => {
  test("is the compartment of the cluster, by the recipes that Oracle maintains", () => {
    const stack = newStack();
    target(stack);
    const resource = onlyResource(stack, "oci_cloud_guard_target");
    expect(resource).toMatchObject({
      compartment_id: COMPARTMENT,
      display_name: "stack-guard",
      target_resource_id: COMPARTMENT,
      target_resource_type: "COMPARTMENT",
    });
    expect(resource.target_detector_recipes.map((one: any) => one.detector_recipe_id)).toEqual(
      ["ACTIVITY", "CONFIGURATION", "THREAT"].map((kind) =>
        expect.stringMatching(
          new RegExp(`one\\.owner == "ORACLE" && one\\.detector == "IAAS_${kind}_DETECTOR"`),
        ),
      ),
    );
    expect(resource.target_responder_recipes).toHaveLength(1);
    const { data } = synthesized(stack);
    for (const type of ["oci_cloud_guard_detector_recipes", "oci_cloud_guard_responder_recipes"]) {
      expect(Object.values(data[type])).toEqual([
        expect.objectContaining({ compartment_id: TENANCY, state: "ACTIVE" }),
      ]);
    }
  });

  test("accepts all props", () => {
    const stack = newStack();
    const { targetCompartmentId } = target(stack, {
      targetCompartmentId: OTHER,
      detectorRecipeIds: ["ocid1.cloudguarddetectorrecipe.oc1..existing"],
      responderRecipeIds: ["ocid1.cloudguardresponderrecipe.oc1..existing"],
      displayName: "shop",
      freeformTags: { team: "shop" },
    });
    expect(targetCompartmentId).toBe(OTHER);
    expect(onlyResource(stack, "oci_cloud_guard_target")).toMatchObject({
      target_resource_id: OTHER,
      display_name: "shop",
      target_detector_recipes: [{ detector_recipe_id: "ocid1.cloudguarddetectorrecipe.oc1..existing" }],
      target_responder_recipes: [{ responder_recipe_id: "ocid1.cloudguardresponderrecipe.oc1..existing" }],
      freeform_tags: { team: "shop" },
    });
    expect(synthesized(stack).data.oci_cloud_guard_detector_recipes).toBeUndefined();
  });

  test("reports all problems together", () => {
    const stack = newStack();
    const make = (props: any) => () => new CloudGuardTarget(stack, "guard", props);
    for (const nothing of [undefined, null])
      expect(problemCodesOf(make(nothing))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    const wrong = {
      cluster: "x",
      tenancyId: COMPARTMENT,
      targetCompartmentId: TENANCY,
      detectors: ["IAAS_ACTIVITY_DETECTOR", "OTHER"],
      detectorRecipeIds: [],
      responderRecipeIds: ["x"],
      displayName: " ",
      freeformTags: { "a b": "c" },
    };
    const codes = problemCodesOf(make(wrong));
    for (const code of ["VALUE_INVALID", "OCID_INVALID", "COUNT_INVALID", "NAME_INVALID", "TAG_INVALID"]) {
      expect(codes).toContain(code);
    }
    expect(stack.node.tryFindChild("guard")).toBeUndefined();
  });

  test("has the two detectors that Cloud Guard asks for", () => {
    expect(problemCodesOf(() => target(newStack(), { detectors: [CloudGuardDetector.THREAT] }))).toEqual([
      "VALUE_INVALID",
    ]);
  });
});
