import { App, Chart } from "cdk8s";
import { Testing } from "cdktf";
import { ValidationErrors } from "../../lib/core/validation-errors";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HostAccess } from "../../lib/workload/host-access/host-access";
import { newStack } from "../support/stack";
import { IMAGE, problemsAtSynthesis } from "./support";
import { existingCluster } from "../exposure/load-balancer-support";

const network = (...ports: number[]) =>
  HostAccess.network({ ports, reason: "Its metrics are those of the node" });

function agent(app: App, id: string, ports: number[], nodeSelector?: { [label: string]: string }): Chart {
  const chart = new Chart(app, id, { namespace: id });
  new HardenedDaemonSet(chart, "agent", { image: IMAGE, hostAccess: [network(...ports)], nodeSelector });
  return chart;
}
const problemTexts = (chart: Chart) =>
  problemsAtSynthesis(chart).map(({ code, path, what }) => `${code} ${path}: ${what}`);
const expected = "PORT_INVALID b/agent: The DaemonSet agent uses the port 9100 of the same nodes as a/agent";

describe("two daemon sets with a port of the same nodes", () => {
  test("are refused in one App, once", () => {
    const app = new App();
    agent(app, "a", [9100, 9200]);
    expect(problemTexts(agent(app, "b", [9100, 9300]))).toEqual([expected]);
  });

  test("are refused if a node can have the labels of both", () => {
    const app = new App();
    agent(app, "a", [9100], { pool: "one" });
    expect(problemTexts(agent(app, "b", [9100], { disk: "fast" }))).toEqual([expected]);
  });

  test("are accepted with different ports or different nodes", () => {
    const [ports, nodes] = [new App(), new App()];
    agent(ports, "a", [9100]);
    expect(problemTexts(agent(ports, "b", [9101]))).toEqual([]);
    agent(nodes, "a", [9100], { pool: "one" });
    expect(problemTexts(agent(nodes, "b", [9100], { pool: "two" }))).toEqual([]);
  });

  test.each([
    ["one cluster are refused", 1, ["PORT_INVALID"]],
    ["two clusters are taken", 2, []],
  ])("in charts of %s", (_, clusters, codes) => {
    const app = Testing.app();
    const made = ["one", "two"].slice(0, clusters).map((id, index) => {
      const cluster = existingCluster(newStack(id, app));
      return Object.assign(cluster, { clusterId: `ocid1.cluster.oc1..${index}` });
    });
    const charts = new App();
    made[0]!.addCdk8sChart("a", agent(charts, "a", [9100]));
    made.at(-1)!.addCdk8sChart("b", agent(charts, "b", [9100]));
    expect(codesOf(() => app.synth())).toEqual(codes);
  });
});

function codesOf(make: () => void): string[] {
  try {
    make();
    return [];
  } catch (error) {
    const problems = ValidationErrors.problemsOf(error);
    if (problems.length === 0) throw error;
    return problems.map(({ code }) => code);
  }
}
