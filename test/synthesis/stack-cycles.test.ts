import { inspect } from "node:util";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { validationProblemsOf } from "../support/stack";
import { configMap, newProgram, newStack } from "./support";

/** Two stacks, of which the second one names the first, and the first one's chart the second. */
function cycle() {
  const program = newProgram();
  const { stack: two } = newStack(program.app, "two");
  const vcn = new CoreVcn(two, "own", { compartmentId: program.vcn.id });
  new NetworkSecurityGroup(two, "group", { compartmentId: "ocid1.compartment.oc1..test", vcnId: vcn.id });
  configMap(program.chart, "config", { data: { vcn: vcn.id } });
  new ChartOutput(program.stack, "shop", program.chart);
  return program.app;
}

test("a cycle of stacks names the object of the chart, its field, the other end, and where to add the chart", () => {
  const [problem, ...others] = validationProblemsOf(() => cycle().synth());
  expect(others).toEqual([]);
  expect(problem).toMatchObject({
    code: "DEPENDENCY_CYCLE",
    what: expect.stringMatching(
      /ConfigMap config of the chart .* refers to the stack two in data\.vcn; two\/own refers to the stack/,
    ),
    fix: expect.stringContaining("SecureOkeCluster.fromClusterAttributes(two, …)"),
  });
});

test("an error that nobody catches shows each problem once", () => {
  let caught: unknown;
  try {
    cycle().synth();
  } catch (error) {
    caught = error;
  }
  expect(inspect(caught).match(/need each other/g)).toHaveLength(1);
});
