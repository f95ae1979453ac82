import { Duration } from "cdk8s";
import { OciContainerLogging, SecureOkeCluster } from "../../../lib";

import { COMPARTMENT, onlyResource, validationProblemsOf, problemCodesOf } from "../../support/stack";

import { World } from "./support";

describe("OciContainerLogging", () => {
  const tenancyId = "ocid1.tenancy.oc1..test";

  test("has the agent of the nodes send existing files to a log with a retention, as a group with no other rights", () => {
    const { cluster, stack } = new World();
    const logging = new OciContainerLogging(stack, "containers", { cluster, tenancyId });
    expect(logging.retentionDays).toBe(90);
    expect(onlyResource(stack, "oci_logging_unified_agent_configuration")).toMatchObject({
      is_enabled: true,
      service_configuration: {
        configuration_type: "LOGGING",
        sources: [
          {
            source_type: "LOG_TAIL",
            paths: ["/var/log/containers/*.log"],
            parser: { parser_type: "CRI" },
          },
        ],
      },
      depends_on: [expect.stringContaining("oci_identity_policy.")],
    });
    expect(onlyResource(stack, "oci_identity_dynamic_group").matching_rule).toBe(
      `ALL {instance.compartment.id = '${COMPARTMENT}'}`,
    );
  });

  test("rejects a second group of all instances of a compartment, whose lines would be kept twice", () => {
    const world = new World();
    new OciContainerLogging(world.stack, "containers", { cluster: world.cluster, tenancyId });
    const second = (id: string, props: object = {}) =>
      new SecureOkeCluster(world.stack, id, {
        compartmentId: COMPARTMENT,
        kubernetesVersion: world.cluster.kubernetesVersion,
        ...props,
      });
    const cluster = second("second");
    const [problem] = validationProblemsOf(
      () => new OciContainerLogging(world.stack, "more", { cluster, tenancyId }),
    );
    expect(problem).toMatchObject({
      code: "LOGGING_DUPLICATE",
      fix: expect.stringContaining("dynamicGroupId"),
    });
    const dynamicGroupId = "ocid1.dynamicgroup.oc1..second";
    expect(() => new OciContainerLogging(world.stack, "more", { cluster, dynamicGroupId })).not.toThrow();
    const elsewhere = second("third", { compartmentId: "ocid1.compartment.oc1..elsewhere" });
    expect(
      () => new OciContainerLogging(world.stack, "third-logs", { cluster: elsewhere, tenancyId }),
    ).not.toThrow();
  });

  test("accepts an existing group", () => {
    const { cluster, stack } = new World();
    const dynamicGroupId = "ocid1.dynamicgroup.oc1..test";
    new OciContainerLogging(stack, "containers", { cluster, dynamicGroupId, retention: Duration.days(180) });
    expect(onlyResource(stack, "oci_logging_unified_agent_configuration").group_association).toEqual({
      group_list: [dynamicGroupId],
    });
  });

  test("rejects a retention that OCI does not offer, and needs either a group or the tenancy", () => {
    const { cluster, stack } = new World();
    const codes = (props: object) =>
      problemCodesOf(() => new OciContainerLogging(stack, "containers", { cluster, ...props }));
    expect(codes({ tenancyId, retention: Duration.days(7) })).toEqual(["DURATION_INVALID"]);
    expect(codes({ tenancyId, retention: Duration.days(31) })).toEqual(["DURATION_INVALID"]);
    expect(codes({})).toEqual(["ATTRIBUTE_MISSING"]);
    expect(codes({ tenancyId, dynamicGroupId: "ocid1.dynamicgroup.oc1..test" })).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(codes({ tenancyId: COMPARTMENT })).toEqual(["OCID_INVALID"]);
  });
});
