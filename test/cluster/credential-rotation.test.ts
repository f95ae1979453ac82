import { Duration } from "cdk8s";
import * as fc from "fast-check";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { CredentialRotation } from "../../lib/cluster/credential-rotation";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const START = "oci_containerengine_cluster_start_credential_rotation_management";
const COMPLETE = "oci_containerengine_cluster_complete_credential_rotation_management";

function newCluster(stack = newStack(), credentialRotation?: CredentialRotation) {
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    credentialRotation,
  });
  return stack;
}

describe("the rotation of a cluster's credentials", () => {
  test("is not part of a cluster by default", () => {
    expect(resourcesOf(newCluster(), START)).toEqual({});
  });

  test("starts with the second epoch and completes by itself after 14 days", () => {
    const stack = newCluster(newStack(), CredentialRotation.epoch("2026-11"));
    const start = onlyResource(stack, START);
    expect(start).toMatchObject({
      auto_completion_delay_duration: "P14D",
      lifecycle: { ignore_changes: ["auto_completion_delay_duration"] },
    });
    expect(start.for_each).toMatch(
      /^\$\{toset\(\[for epoch in \["2026-11"\] : epoch if epoch != terraform_data\.cluster_CredentialRotation_FirstEpoch_\w+\.input\]\)\}$/,
    );
    expect(resourcesOf(stack, COMPLETE)).toEqual({});
    const outputs = synthesized(stack).output;
    expect(outputs.cluster_credential_expiry.value).toMatch(/metadata\[0\]\.time_credential_expiration/);
    expect(outputs.cluster_credential_rotation_status.value).toMatch(
      /^oci ce cluster credential-rotation-status get --cluster-id \$\{oci_containerengine_cluster\.\w+\.id\}$/,
    );
  });

  test("is completed on request, by a resource whose precondition fails for 24 hours", () => {
    const rotation = CredentialRotation.epoch("2026-11", {
      completeAfter: Duration.days(90),
      completeNow: true,
    });
    const stack = newCluster(newStack(), rotation);
    expect(onlyResource(stack, START).auto_completion_delay_duration).toBe("P90D");
    const [precondition] = onlyResource(stack, COMPLETE).lifecycle.precondition;
    expect(precondition.condition).toMatch(/^\$\{timecmp\(plantimestamp\(\), timeadd\(.*, "24h"\)\) >= 0\}$/);
  });

  test("completes after 1 to 90 whole days", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (days) => {
        const make = () => CredentialRotation.epoch("a", { completeAfter: Duration.days(days) });
        if (days >= 1 && days <= 90) expect(make().completeAfter.toDays()).toBe(days);
        else expect(problemCodesOf(make)).toEqual(["DURATION_INVALID"]);
      }),
    );
    const [problem] = validationProblemsOf(() =>
      CredentialRotation.epoch("a", { completeAfter: Duration.hours(12) }),
    );
    expect(problem).toMatchObject({ code: "DURATION_INVALID", property: "completeAfter" });
  });

  test("is refused with all problems together", () => {
    const options = { completeAfter: 7 as unknown as Duration, completeNow: "yes" as unknown as boolean };
    expect(problemCodesOf(() => CredentialRotation.epoch("", options)).sort()).toEqual([
      "NAME_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
    const stack = newStack();
    expect(problemCodesOf(() => newCluster(stack, "2026-11" as unknown as CredentialRotation))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(stack.node.tryFindChild("cluster")).toBeUndefined();
  });
});
