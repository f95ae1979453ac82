import { Duration } from "cdk8s";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type ExistingVcnNetworkProps } from "../../lib/network/vcn/existing-vcn-props";
import fc from "fast-check";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { FlowLogging, FlowLogs, FlowLogTraffic } from "../../lib/network/logs/flow-logs";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { networkIn, services } from "./support";

const LOGS = "ocid1.compartment.oc1..logs";
const OWNERS = "ocid1.compartment.oc1..owners";
const reason = "The network team records the whole VCN";
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

function existing(stack = newStack(), props: Partial<ExistingVcnNetworkProps> = {}) {
  return new ExistingVcnNetwork(stack, "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
    vcnCidrs: ["10.20.0.0/16"],
    compartmentId: COMPARTMENT,
    displayName: "n",
    regionServices: services,
    plan: SubnetPlan.of({ vcnCidr: "10.20.8.0/22", nodes: 16, pods: 400 }),
    ...props,
  });
}

const namesOf = (stack: ReturnType<typeof newStack>) =>
  Object.values(resourcesOf(stack, "oci_logging_log"))
    .map(({ display_name: name }) => name)
    .sort();

describe("a network", () => {
  test("has flow logs of each of its subnets, every flow for ninety days, by default", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    expect(namesOf(stack)).toEqual(["n-api-endpoint", "n-load-balancers", "n-pods", "n-workers"]);
    const logs = Object.values(resourcesOf(stack, "oci_logging_log"));
    const subnets = Object.keys(resourcesOf(stack, "oci_core_subnet"));
    expect(logs.map((log) => log.configuration.source.resource).sort()).toEqual(
      subnets.map((id) => `\${oci_core_subnet.${id}.id}`).sort(),
    );
    for (const log of logs) expect(log).toMatchObject({ is_enabled: true, retention_duration: 90 });
    expect(onlyResource(stack, "oci_core_capture_filter")).toMatchObject({
      compartment_id: COMPARTMENT,
      flow_log_capture_filter_rules: [{ flow_log_type: "ALL", is_enabled: true, sampling_rate: 1 }],
    });
    const group = onlyResource(stack, "oci_logging_log_group");
    expect(group).toMatchObject({
      compartment_id: COMPARTMENT,
      display_name: expect.stringMatching(/^n-flow-logs-[0-9a-f]{8}$/),
    });
    expect(network.flowLogs.compartmentId).toBe(COMPARTMENT);
  });

  test("has as much of them as was asked for, with the tags of the network", () => {
    const stack = newStack();
    const flowLogs = FlowLogging.enabled({
      compartmentId: LOGS,
      traffic: FlowLogTraffic.REJECTED,
      samplingRate: 10,
      retention: Duration.days(180),
    });
    const { network } = networkIn(stack, { flowLogs, displayName: "Ü n", freeformTags: { team: "shop" } });
    const tags = { freeform_tags: { team: "shop" } };
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
    expect(network.flowLogs.compartmentId).toBe(LOGS);
  });

  test("has log groups with names of their own where two networks of one name are in one compartment", () => {
    const stack = newStack();
    for (const id of ["blue", "green"]) {
      new ClusterNetwork(stack, id, { compartmentId: COMPARTMENT, displayName: "shop" });
    }
    const names = Object.values(resourcesOf(stack, "oci_logging_log_group")).map((one) => one.display_name);
    expect(new Set(names).size).toBe(2);
  });

  test("has none where that is said with its reason, which the report shows", () => {
    const stack = newStack();
    const { network } = networkIn(stack, { flowLogs: FlowLogging.none({ reason }) });
    for (const type of ["oci_logging_log", "oci_logging_log_group", "oci_core_capture_filter"]) {
      expect(resourcesOf(stack, type)).toEqual({});
    }
    expect(Acknowledgements.of(stack)).toMatchObject([
      { path: "stack/network", practice: "auditing", what: "no flow logs", reason },
    ]);
    expect(validationProblemsOf(() => network.flowLogs)).toMatchObject([
      { code: "ATTRIBUTE_MISSING", fix: expect.stringContaining("FlowLogging.enabled()") },
    ]);
  });

  test("rejects invalid flow logs without creating a resource", () => {
    const stack = newStack();
    const make = (flowLogs: any) => () => networkIn(stack, { flowLogs });
    for (const wrong of [
      null,
      true,
      "none",
      {},
      [],
      { isEnabled: true },
      { isEnabled: true, options: null },
    ]) {
      expect(problemCodesOf(make(wrong))).toEqual(["VALUE_INVALID"]);
    }
    expect(problemCodesOf(make({ isEnabled: false, options: {}, reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(
      problemCodesOf(make({ isEnabled: true, options: { samplingRate: 0 }, reason: undefined })),
    ).toEqual(["COUNT_INVALID"]);
    expect(stack.node.tryFindChild("network")).toBeUndefined();
  });
});

describe("how much flow logs record", () => {
  test("is refused with all that is wrong", () => {
    const options: any = {
      compartmentId: "c",
      traffic: "NONE",
      samplingRate: 1.5,
      retention: Duration.days(45),
    };
    expect(problemCodesOf(() => FlowLogging.enabled(options))).toEqual([
      "OCID_INVALID",
      "VALUE_INVALID",
      "COUNT_INVALID",
      "RETENTION_INVALID",
    ]);
    for (const wrong of [null, "x", 5]) {
      expect(problemCodesOf(() => FlowLogging.enabled(wrong as any))).toEqual(["VALUE_INVALID"]);
    }
    expect(() => FlowLogging.enabled({ samplingRate: 100_000, retention: Duration.days(30) })).not.toThrow();
  });

  test("is nothing only with a reason", () => {
    for (const wrong of [undefined, null]) {
      expect(problemCodesOf(() => FlowLogging.none(wrong as any))).toEqual(["REASON_MISSING"]);
    }
    expect(problemCodesOf(() => FlowLogging.none({ reason: " " }))).toEqual(["REASON_MISSING"]);
  });
});

describe("a network in a VCN that exists", () => {
  test("has flow logs of the subnets that it makes, and none of those that are given", () => {
    const stack = newStack();
    const { loadBalancerSubnet } = SUBNETS;
    const network = existing(stack, {
      loadBalancerSubnet,
      flowLogs: FlowLogging.enabled({ samplingRate: 5 }),
    });
    expect(namesOf(stack)).toEqual(["n-api-endpoint", "n-pods", "n-workers"]);
    expect(onlyResource(stack, "oci_core_capture_filter")).toMatchObject({
      flow_log_capture_filter_rules: [{ sampling_rate: 5 }],
    });
    expect(network.flowLogs.logGroupId).toContain("TfToken");
  });

  test("records what it makes and FlowLogs what is given, whichever that is", () => {
    const parts = Object.entries({
      apiEndpointSubnet: "api-endpoint",
      loadBalancerSubnet: "load-balancers",
      podSubnet: "pods",
      workerSubnet: "workers",
    });
    fc.assert(
      fc.property(fc.subarray(parts, { minLength: 1 }), (given) => {
        const stack = newStack();
        const names = given.map(([name]) => name);
        const props = Object.fromEntries(Object.entries(SUBNETS).filter(([name]) => names.includes(name)));
        new FlowLogs(stack, "flows", { network: existing(stack, props) });
        const made = parts.filter(([name]) => !names.includes(name));
        expect(namesOf(stack)).toEqual([
          ...made.map(([, part]) => `n-${part}`),
          ...given.map(([, part]) => `stack-flows-${part}`),
        ]);
      }),
      { numRuns: 15 },
    );
  });

  test("lets FlowLogs record those that are given, by a filter where they lie", () => {
    const stack = newStack();
    const { loadBalancerSubnet } = SUBNETS;
    const network = existing(stack, { loadBalancerSubnet, subnetCompartmentId: OWNERS });
    new FlowLogs(stack, "flows", { network });
    const logs = Object.values(resourcesOf(stack, "oci_logging_log"));
    const [given, ...more] = logs.filter(({ display_name: name }) => name.startsWith("stack-flows"));
    expect(more).toEqual([]);
    expect(given.configuration).toMatchObject({
      compartment_id: OWNERS,
      source: { resource: loadBalancerSubnet.subnetId },
    });
    const filters = resourcesOf(stack, "oci_core_capture_filter");
    const [, id = ""] = /filter\.(\w+)\./.exec(given.configuration.source.parameters.capture_filter) ?? [];
    expect(filters[id].compartment_id).toBe(OWNERS);
    expect(problemCodesOf(() => new FlowLogs(stack, "again", { network }))).toEqual(["NAME_DUPLICATE"]);
  });

  test("has none where all subnets are given, and is refused to be told of any", () => {
    const given = { ...SUBNETS, plan: undefined };
    const network = existing(newStack(), given);
    expect(problemCodesOf(() => network.flowLogs)).toEqual(["ATTRIBUTE_MISSING"]);
    for (const flowLogs of [FlowLogging.enabled(), FlowLogging.none({ reason })]) {
      expect(problemCodesOf(() => existing(newStack(), { ...given, flowLogs }))).toEqual(["VALUE_INVALID"]);
    }
    expect(problemCodesOf(() => existing(newStack(), { flowLogs: "none" as any }))).toEqual([
      "VALUE_INVALID",
    ]);
  });

  test("shares a subnet with the network that made it and records it, without a second log", () => {
    const stack = newStack();
    const plan = SubnetPlan.of({ vcnCidr: "10.20.16.0/20", nodes: 16, pods: 400 });
    const own = new ClusterNetwork(stack, "own", { compartmentId: COMPARTMENT, plan });
    const { vcnId, loadBalancerSubnet } = own;
    const network = existing(stack, { ...SUBNETS, loadBalancerSubnet, vcnId, plan: undefined });
    new FlowLogs(stack, "flows", { network });
    expect(namesOf(stack).filter((name) => name.startsWith("stack-flows"))).toEqual([
      "stack-flows-api-endpoint",
      "stack-flows-pods",
      "stack-flows-workers",
    ]);
  });
});

test("an imported network has no flow logs, and its error shows how to create them", () => {
  const network = ClusterNetwork.fromClusterNetworkAttributes(newStack(), "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
  });
  expect(validationProblemsOf(() => network.flowLogs)).toMatchObject([
    { code: "ATTRIBUTE_MISSING", fix: expect.stringContaining("new FlowLogs(scope, id, { network })") },
  ]);
});
