import { Duration } from "cdk8s";
import { Testing } from "cdktf";
import { LoadBalancerLog, LoadBalancerLogs } from "../../lib/network/logs/load-balancer-logs";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const BALANCER = "ocid1.loadbalancer.oc1.eu-frankfurt-1.web";
const minimal = { compartmentId: COMPARTMENT, loadBalancerId: BALANCER };

const make = (props: object | undefined, stack = newStack()) =>
  new LoadBalancerLogs(stack, "logs", props as never);

test("access and errors are written down, for ninety days", () => {
  const stack = newStack();
  make(minimal, stack);
  const logs = Object.values(resourcesOf(stack, "oci_logging_log"));
  expect(logs.map((log) => [log.display_name, log.configuration.source.category])).toEqual([
    ["stack-logs-access", "access"],
    ["stack-logs-error", "error"],
  ]);
  for (const log of logs) {
    expect(log).toMatchObject({
      log_group_id: expect.stringContaining("oci_logging_log_group"),
      log_type: "SERVICE",
      is_enabled: true,
      retention_duration: 90,
      configuration: {
        compartment_id: COMPARTMENT,
        source: { source_type: "OCISERVICE", service: "loadbalancer", resource: BALANCER },
      },
    });
  }
});

test("everything can be set", () => {
  const stack = newStack();
  const logs = [LoadBalancerLog.ERROR, LoadBalancerLog.ERROR];
  make({ ...minimal, logs, retention: Duration.days(30), freeformTags: { team: "edge" } }, stack);
  expect(onlyResource(stack, "oci_logging_log")).toMatchObject({
    retention_duration: 30,
    configuration: { source: { category: "error" } },
    freeform_tags: { team: "edge", construct: "stack/logs" },
  });
  expect(onlyResource(stack, "oci_logging_log_group").freeform_tags.team).toBe("edge");
});

test.each<[string, object | undefined, string[]]>([
  ["no props", undefined, ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]],
  ["nothing", {}, ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]],
  ["another OCID", { ...minimal, loadBalancerId: COMPARTMENT }, ["OCID_INVALID"]],
  ["no log", { ...minimal, logs: [] }, ["VALUE_INVALID"]],
  ["a log that there is not", { ...minimal, logs: ["audit"] }, ["VALUE_INVALID"]],
  ["a month by its days", { ...minimal, retention: Duration.days(31) }, ["RETENTION_INVALID"]],
  ["a tag that is none", { ...minimal, definedTags: { a: "b" } }, ["TAG_INVALID"]],
])("%s is refused, and leaves nothing behind", (_, props, codes) => {
  const stack = newStack();
  expect(problemCodesOf(() => make(props, stack))).toEqual(codes);
  expect(resourcesOf(stack, "oci_logging_log_group")).toEqual({});
});

test("a log of the same kind twice is refused over the stacks of an app, and leaves the other kind free", () => {
  const app = Testing.app();
  const [stack, other] = [newStack("one", app), newStack("two", app)];
  make({ ...minimal, logs: [LoadBalancerLog.ACCESS] }, stack);
  expect(validationProblemsOf(() => make(minimal, other))).toMatchObject([
    {
      code: "NAME_DUPLICATE",
      path: "two/logs",
      what: "Another construct keeps the access log of the load balancer already: one/logs",
    },
  ]);
  expect(resourcesOf(other, "oci_logging_log_group")).toEqual({});
  make({ ...minimal, logs: [LoadBalancerLog.ERROR] }, other);
  make({ ...minimal, loadBalancerId: `${BALANCER}2` }, newStack("three", app));
});

test("a network load balancer is refused with its reason", () => {
  const loadBalancerId = "ocid1.networkloadbalancer.oc1.eu-frankfurt-1.udp";
  const [problem] = validationProblemsOf(() => make({ ...minimal, loadBalancerId }));
  expect([problem?.code, problem?.what]).toEqual([
    "LOAD_BALANCER_INVALID",
    expect.stringContaining("have no access logs"),
  ]);
});
