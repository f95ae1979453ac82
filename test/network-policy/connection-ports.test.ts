import { ApiObject, JsonPatch } from "cdk8s";
import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import { Port, IpProtocol } from "../../lib/core/port";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedJob } from "../../lib/workload/hardened-job";
import { IMAGE, newChart, problemsAtSynthesis } from "../workload/support";

function pair(target: object = { port: 8080 }) {
  const chart = newChart();
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const api = new HardenedDeployment(chart, "api", { image: IMAGE, ...target });
  return { chart, web, api };
}

/** The ports that are refused of a connection to a workload, by either end. */
function refusedOf(port: Port, target?: object): string[] {
  const codes = [];
  for (const declare of [
    ({ web, api }: ReturnType<typeof pair>) => web.connections.allowTo(api, port),
    ({ web, api }: ReturnType<typeof pair>) => api.connections.allowFrom(web, port),
  ]) {
    const all = pair(target);
    declare(all);
    codes.push(...problemsAtSynthesis(all.chart).map(({ code }) => code));
  }
  return codes;
}

const STATSD = { name: "statsd", port: 8125, transport: IpProtocol.UDP };
const REFUSED = ["PORT_NOT_LISTENED", "PORT_NOT_LISTENED"];

describe("a connection to a workload", () => {
  test.each<[string, Port, object | undefined]>([
    ["its port", Port.tcp(8080), undefined],
    ["a named port", Port.tcp(9090), { port: 8080, ports: [{ name: "metrics", port: 9090 }] }],
    ["a port of a sidecar", Port.tcp(9000), { sidecars: [{ name: "proxy", image: IMAGE, port: 9000 }] }],
    ["a range with its port", Port.tcpRange(8000, 9000), undefined],
    ["a UDP port that it names", Port.udp(8125), { port: 8080, ports: [STATSD] }],
  ])("may target %s", (_, port, target) => {
    expect(refusedOf(port, target)).toEqual([]);
  });

  test.each<[string, Port, object | undefined]>([
    ["another port", Port.tcp(443), undefined],
    ["a range beside its port", Port.tcpRange(8081, 8090), undefined],
    ["a workload without a port", Port.tcp(8080), {}],
    ["UDP on the number of a TCP port", Port.udp(8080), undefined],
    ["TCP on the number of a UDP port", Port.tcp(8125), { port: 8080, ports: [STATSD] }],
  ])("is rejected for %s, from either end", (_, port, target) => {
    expect(refusedOf(port, target)).toEqual(REFUSED);
  });

  test("names the port and the listening ports", () => {
    const { chart, web, api } = pair();
    web.connections.allowTo(api, Port.tcp(80));
    expect(problemsAtSynthesis(chart)).toMatchObject([
      {
        path: "shop/web",
        what: "A connection targets tcp-80 of shop/api, which listens on tcp-8080 only",
        fix: expect.stringContaining("Port.tcp(8080)"),
      },
    ]);
  });

  test("is rejected from a range too", () => {
    const { chart, api } = pair();
    api.connections.allowFrom(NetworkPolicyIpBlock.ipv4(chart, "office", "198.51.100.0/24"), Port.tcp(80));
    expect(problemsAtSynthesis(chart).map(({ code }) => code)).toEqual(["PORT_NOT_LISTENED"]);
  });

  test("may target a port that a patch adds, and any port of a job", () => {
    const { chart, web, api } = pair();
    web.connections.allowTo(api, Port.udp(5353));
    web.connections.allowTo(new HardenedJob(chart, "job", { image: IMAGE }), Port.tcp(9999));
    ApiObject.of(api).addJsonPatch(
      JsonPatch.add("/spec/template/spec/containers/0/ports/-", { containerPort: 5353, protocol: "UDP" }),
    );
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });
});
