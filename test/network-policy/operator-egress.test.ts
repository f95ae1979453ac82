import { Endpoint } from "../../lib/checks/reachability/endpoint";
import { Reachability } from "../../lib/checks/reachability/reachability";
import { Port } from "../../lib/core/port";
import { sharedExample } from "../support/examples";

describe("of the programs of the example operator", () => {
  const outdir = sharedExample("operator");
  const reach = Reachability.fromOutdir(outdir);
  const workload = (name: string) => Endpoint.workload("platform", name);
  const ask = (from: Endpoint, to: Endpoint, port: Port) => reach.ask(from, to, port).verdict;

  test.each([
    ["operator", 6443, "yes"],
    ["cleanup", 6443, "yes"],
    ["monitor", 6443, "no"],
    ["operator", 12250, "no"],
    ["operator", 443, "no"],
  ])("%s reaches the API endpoint on TCP %s: %s", (name, port, verdict) => {
    expect(ask(workload(name), Endpoint.apiEndpoint(), Port.tcp(port))).toBe(verdict);
  });

  test.each([
    [9090, "yes"],
    [8080, "no"],
    [9000, "no"],
  ])("monitor reaches operator on TCP %s: %s", (port, verdict) => {
    expect(ask(workload("monitor"), workload("operator"), Port.tcp(port))).toBe(verdict);
  });

  test("none but operator is reached from nodes, and that on the port of its load balancer alone", () => {
    expect(ask(Endpoint.nodes(), workload("operator"), Port.tcp(9000))).toBe("yes");
    expect(ask(Endpoint.nodes(), workload("operator"), Port.tcp(8080))).toBe("no");
    expect(ask(Endpoint.nodes(), workload("monitor"), Port.tcp(9000))).toBe("no");
  });
});
