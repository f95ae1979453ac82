import { Duration } from "cdk8s";
import { ClusterNetwork, type ClusterNetworkAttributes } from "../../lib/network/vcn/cluster-network";
import { FlowLogging, FlowLogs, FlowLogTraffic } from "../../lib/network/logs/flow-logs";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { networkIn } from "./support";

const LOGS = "ocid1.compartment.oc1..logs";
const subnet = (name: string, cidr: string) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.${name}`,
  cidr,
});
const SUBNETS = {
  apiEndpointSubnet: subnet("api", "10.20.1.0/28"),
  workerSubnet: subnet("workers", "10.20.2.0/24"),
  podSubnet: subnet("pods", "10.20.4.0/22"),
  loadBalancerSubnet: subnet("lb", "10.20.3.0/24"),
};

function imported(stack = newStack(), attributes: Partial<ClusterNetworkAttributes> = {}, id = "network") {
  return ClusterNetwork.fromClusterNetworkAttributes(stack, id, {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    compartmentId: COMPARTMENT,
    ...SUBNETS,
    ...attributes,
  });
}

describe("flow logs", () => {
  test("record every flow of each subnet, for ninety days", () => {
    const stack = newStack();
    new FlowLogs(stack, "flows", { network: imported(stack) });
    const logs = Object.values(resourcesOf(stack, "oci_logging_log"));
    expect(logs.map((log) => log.display_name).sort()).toEqual(
      ["api-endpoint", "load-balancers", "pods", "workers"].map((part) => `stack-flows-${part}`),
    );
    expect(logs.map((log) => log.configuration.source.resource).sort()).toEqual(
      Object.values(SUBNETS)
        .map(({ subnetId }) => subnetId)
        .sort(),
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
      network: imported(stack),
      compartmentId: LOGS,
      traffic: FlowLogTraffic.REJECTED,
      samplingRate: 10,
      retention: Duration.days(180),
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
    const network = imported(stack);
    const before = synthesized(stack);
    const make: any = (props: any) => () => new FlowLogs(stack, "flows", props);
    expect(problemCodesOf(make(undefined))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(
      problemCodesOf(
        make({
          network,
          compartmentId: "logs",
          traffic: "NONE",
          samplingRate: 0,
          retention: Duration.days(45),
          freeformTags: { "a b": "c" },
        }),
      ),
    ).toEqual(["OCID_INVALID", "VALUE_INVALID", "COUNT_INVALID", "RETENTION_INVALID", "TAG_INVALID"]);
    expect(synthesized(stack)).toEqual(before);
    for (const wrong of ["x", {}, 5, stack]) {
      expect(problemCodesOf(make({ network: wrong }))).toEqual(["VALUE_INVALID"]);
    }
    const existing = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    });
    expect(problemCodesOf(make({ network: existing }))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
  });

  test("are one for a subnet that several purposes share", () => {
    const stack = newStack();
    const both = subnet("both", "10.20.64.0/18");
    new FlowLogs(stack, "flows", { network: imported(stack, { workerSubnet: both, podSubnet: both }) });
    const logs = Object.values(resourcesOf(stack, "oci_logging_log"));
    expect(logs.map((log) => log.display_name).sort()).toEqual(
      ["api-endpoint", "load-balancers", "workers"].map((part) => `stack-flows-${part}`),
    );
  });

  test("are refused where another construct records a subnet, and leave nothing behind", () => {
    const stack = newStack();
    new FlowLogs(stack, "flows", { network: imported(stack) });
    const before = synthesized(stack);
    const other = imported(
      stack,
      { workerSubnet: subnet("own", "10.20.9.0/24"), apiEndpointSubnet: subnet("api2", "10.20.8.0/28") },
      "other",
    );
    const problems = validationProblemsOf(() => new FlowLogs(stack, "again", { network: other }));
    expect(problems.map(({ code, what }) => `${code}: ${what}`)).toEqual([
      "NAME_DUPLICATE: podSubnet of stack/other is recorded already, by stack/flows/Pods",
      "NAME_DUPLICATE: loadBalancerSubnet of stack/other is recorded already, by stack/flows/LoadBalancers",
    ]);
    expect(synthesized(stack)).toEqual(before);
  });

  test("are refused for a network that records its subnets itself, with what to write instead", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    const [problem, ...more] = validationProblemsOf(() => new FlowLogs(stack, "flows", { network }));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "NAME_DUPLICATE",
      what: "All subnets of stack/network are recorded already, by the network that created them",
      fix: expect.stringContaining("Use network.flowLogs"),
    });
  });

  test("record what a network was told not to", () => {
    const stack = newStack();
    const none = FlowLogging.none({ reason: "The logs are of another life than the network" });
    new FlowLogs(stack, "flows", { network: networkIn(stack, { flowLogs: none }).network });
    expect(Object.keys(resourcesOf(stack, "oci_logging_log"))).toHaveLength(4);
  });
});
