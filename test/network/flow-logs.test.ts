import { ClusterNetwork } from "../../lib/network/cluster-network";
import { FlowLogs, FlowLogTraffic } from "../../lib/network/flow-logs";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  refusedCodes,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { networkIn } from "./support";

const LOGS = "ocid1.compartment.oc1..logs";

describe("flow logs", () => {
  test("record every flow of each subnet, for ninety days", () => {
    const stack = newStack();
    new FlowLogs(stack, "flows", { network: networkIn(stack).network });
    const logs = Object.values(resourcesOf(stack, "oci_logging_log"));
    const subnets = Object.keys(resourcesOf(stack, "oci_core_subnet"));
    expect(logs.map((log) => log.display_name).sort()).toEqual(
      ["api-endpoint", "load-balancers", "pods", "workers"].map((part) => `stack-flows-${part}`),
    );
    expect(logs.map((log) => log.configuration.source.resource).sort()).toEqual(
      subnets.map((id) => `\${oci_core_subnet.${id}.id}`).sort(),
    );
    for (const log of logs) {
      expect(log).toMatchObject({
        log_group_id: expect.stringContaining("oci_logging_log_group"),
        log_type: "SERVICE",
        is_enabled: true,
        retention_duration: 90,
        configuration: {
          source: {
            source_type: "OCISERVICE",
            service: "flowlogs",
            category: "subnet",
            parameters: { capture_filter: expect.stringContaining("oci_core_capture_filter") },
          },
        },
      });
    }
    expect(onlyResource(stack, "oci_core_capture_filter")).toMatchObject({
      compartment_id: expect.stringContaining("compartment"),
      filter_type: "FLOWLOG",
      flow_log_capture_filter_rules: [
        { flow_log_type: "ALL", is_enabled: true, priority: 0, rule_action: "INCLUDE", sampling_rate: 1 },
      ],
    });
  });

  test("take everything that can be set, the filter staying where the subnets are", () => {
    const stack = newStack();
    const { logGroupId } = new FlowLogs(stack, "Ü/flows", {
      network: networkIn(stack).network,
      compartmentId: LOGS,
      traffic: FlowLogTraffic.REJECTED,
      samplingRate: 10,
      retentionInDays: 180,
      freeformTags: { team: "security" },
      definedTags: { "ops.cost": "42" },
    });
    expect(logGroupId).toBeDefined();
    const tags = { freeform_tags: { team: "security" }, defined_tags: { "ops.cost": "42" } };
    expect(onlyResource(stack, "oci_logging_log_group")).toMatchObject({ compartment_id: LOGS, ...tags });
    expect(onlyResource(stack, "oci_core_capture_filter")).toMatchObject({
      compartment_id: COMPARTMENT,
      flow_log_capture_filter_rules: [{ flow_log_type: "REJECT", sampling_rate: 10 }],
      ...tags,
    });
    for (const log of Object.values(resourcesOf(stack, "oci_logging_log"))) {
      expect(log).toMatchObject({ retention_duration: 180, ...tags });
      expect(log.display_name).toMatch(/^[A-Za-z0-9_-]+$/);
    }
  });

  test("are refused with all that is wrong, and leave nothing behind", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    const before = synthesized(stack);
    const make: any = (props: any) => () => new FlowLogs(stack, "flows", props);
    expect(refusedCodes(make(undefined))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(refusedCodes(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(
      refusedCodes(
        make({
          network,
          compartmentId: "logs",
          traffic: "NONE",
          samplingRate: 0,
          retentionInDays: 45,
          freeformTags: { "a b": "c" },
        }),
      ),
    ).toEqual(["OCID_INVALID", "NAME_INVALID", "COUNT_INVALID", "COUNT_INVALID", "TAG_INVALID"]);
    expect(synthesized(stack)).toEqual(before);
    for (const wrong of ["x", {}, 5, stack]) {
      expect(refusedCodes(make({ network: wrong }))).toEqual(["VALUE_INVALID"]);
    }
    const imported = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    });
    expect(refusedCodes(make({ network: imported }))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
  });
});
