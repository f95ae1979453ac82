import { ApiObject, App } from "cdk8s";
import * as plus from "cdk8s-plus-27";
import fc from "fast-check";
import { Port } from "../../lib/core/port";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart, objectOf, problemCodesOf } from "../workload/support";

const selects = (name: string, namespace = "shop") => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  podSelector: { matchLabels: { "app.kubernetes.io/instance": name, "app.kubernetes.io/name": name } },
});

function policyOf(chart: any, name: string): any {
  return objectOf(chart, "NetworkPolicy", name).spec;
}

/** The rules of a policy's egress without the one for DNS, which is always first. */
function egressOf(chart: any, name: string): any[] {
  const [dns, ...others] = policyOf(chart, name).egress;
  expect(dns.ports).toEqual([
    { port: 53, protocol: "TCP" },
    { port: 53, protocol: "UDP" },
  ]);
  return others;
}

function shop(namespace?: string) {
  const chart = newChart(namespace);
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8080 });
  return { chart, web, api };
}

describe("connections", () => {
  test("allow only DNS by default", () => {
    const { chart } = shop();
    expect(policyOf(chart, "web")).toMatchObject({ policyTypes: ["Egress", "Ingress"], ingress: [] });
    expect(egressOf(chart, "web")).toEqual([]);
  });

  test.each([
    ["to", (a: HardenedDeployment, b: HardenedDeployment) => a.connections.allowTo(b, Port.tcp(8080))],
    ["from", (a: HardenedDeployment, b: HardenedDeployment) => b.connections.allowFrom(a, Port.tcp(8080))],
  ])("between two workloads are declared once, %s either end", (_, declare) => {
    const { chart, web, api } = shop();
    declare(web, api);
    const ports = [{ port: 8080, protocol: "TCP" }];
    expect(egressOf(chart, "web")).toEqual([{ to: [selects("api")], ports }]);
    expect(policyOf(chart, "api").ingress).toEqual([{ from: [selects("web")], ports }]);
    expect(policyOf(chart, "web").ingress).toEqual([]);
    expect(egressOf(chart, "api")).toEqual([]);
  });

  test("declared at both ends are written once", () => {
    const { chart, web, api } = shop();
    web.connections.allowTo(api, Port.tcp(8080));
    api.connections.allowFrom(web, Port.tcp(8080));
    expect(egressOf(chart, "web")).toHaveLength(1);
    expect(policyOf(chart, "api").ingress).toHaveLength(1);
  });

  test("work across charts and namespaces", () => {
    const app = new App();
    const front = newChart("front", app, "front");
    const back = newChart("back", app, "back");
    const web = new HardenedDeployment(front, "web", { image: IMAGE, port: 8080 });
    const api = new HardenedDeployment(back, "api", { image: IMAGE, port: 8080 });
    web.connections.allowTo(api, Port.tcp(8080));
    expect(egressOf(front, "web")[0].to).toEqual([selects("api", "back")]);
    expect(policyOf(back, "api").ingress[0].from).toEqual([selects("web", "front")]);
  });

  test("in a chart without a namespace stay in the namespace", () => {
    const { chart, web, api } = shop("");
    web.connections.allowTo(api, Port.tcp(8080));
    const { podSelector } = selects("api");
    expect(egressOf(chart, "web")[0].to).toEqual([{ podSelector }]);
  });

  test("are rejected if only one workload has a namespace", () => {
    const named = shop();
    const nameless = shop("");
    expect(problemCodesOf(() => named.web.connections.allowTo(nameless.api, Port.tcp(1)))).toEqual([
      "NAME_INVALID",
    ]);
    expect(problemCodesOf(() => nameless.web.connections.allowFrom(named.api, Port.tcp(1)))).toEqual([
      "NAME_INVALID",
    ]);
  });

  test("accept every peer of cdk8s-plus", () => {
    const { chart, web } = shop();
    const deployment = new plus.Deployment(chart, "plus", { containers: [{ image: "x" }] });
    web.connections.allowTo(
      plus.NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24", ["10.0.9.1/32"]),
      Port.tcp(5432),
    );
    web.connections.allowTo(
      plus.Pods.select(chart, "pods", { labels: { a: "b" } }),
      Port.udpRange(1000, 2000),
    );
    web.connections.allowTo(
      plus.Namespaces.select(chart, "namespaces", { names: ["x", "y"] }),
      Port.allTraffic(),
    );
    web.connections.allowFrom(deployment, Port.tcp(8080));
    const name = (value: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": value } },
      podSelector: {},
    });
    expect(egressOf(chart, "web")).toEqual([
      {
        to: [{ ipBlock: { cidr: "10.0.9.0/24", except: ["10.0.9.1/32"] } }],
        ports: [{ port: 5432, protocol: "TCP" }],
      },
      { to: [name("x")] },
      { to: [name("y")] },
      {
        to: [{ podSelector: { matchLabels: { a: "b" } } }],
        ports: [{ port: 1000, endPort: 2000, protocol: "UDP" }],
      },
    ]);
    expect(policyOf(chart, "web").ingress[0].from[0].podSelector.matchLabels).toHaveProperty([
      "cdk8s.io/metadata.addr",
    ]);
  });

  test("include later additions to a cdk8s-plus object", () => {
    const { chart, web } = shop();
    const pods = new plus.Deployment(chart, "plus", { containers: [{ image: "x" }], select: false });
    web.connections.allowTo(pods, Port.tcp(1));
    pods.select(plus.LabelSelector.of({ labels: { late: "yes" } }));
    expect(JSON.stringify(objectOf(chart, "Deployment", ApiObject.of(pods).name).spec.selector)).toContain(
      "late",
    );
    expect(egressOf(chart, "web")).toHaveLength(1);
  });

  test("over ICMP are rejected", () => {
    const { web, api } = shop();
    expect(problemCodesOf(() => web.connections.allowTo(api, Port.pathMtuDiscovery()))).toEqual([
      "PORT_INVALID",
    ]);
  });

  test("have the same output in any order, and a further one moves no other", () => {
    const peer = fc.record({
      cidr: fc.constantFrom("10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"),
      port: fc.constantFrom(80, 443, 5432),
    });
    const rules = (peers: { cidr: string; port: number }[]) => {
      const { chart, web } = shop();
      peers.forEach(({ cidr, port }, index) => {
        web.connections.allowTo(plus.NetworkPolicyIpBlock.ipv4(chart, `peer-${index}`, cidr), Port.tcp(port));
      });
      return egressOf(chart, "web").map((rule) => JSON.stringify(rule));
    };
    fc.assert(
      fc.property(fc.array(peer, { maxLength: 6 }), peer, (peers, one) => {
        const before = rules(peers);
        const after = rules([...peers, one]);
        expect(rules([...peers].reverse())).toEqual(before);
        expect(new Set(before).size).toBe(before.length);
        expect(after.filter((rule) => before.includes(rule))).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });
});

describe("a workload in objects of cdk8s-plus", () => {
  test("as the peer and as the subject of a policy", () => {
    const { chart, web, api } = shop();
    const policy = new plus.NetworkPolicy(chart, "extra", {
      selector: api,
      ingress: { rules: [{ peer: web }] },
    });
    const { spec, metadata } = ApiObject.of(policy).toJson();
    expect(metadata.namespace).toBe("shop");
    expect(spec.podSelector).toEqual(selects("api").podSelector);
    expect(spec.ingress[0].from).toEqual([selects("web")]);
  });

  test("as the target of a Service", () => {
    const { chart, web } = shop();
    const service = new plus.Service(chart, "service", {
      selector: web,
      ports: [{ port: 80, targetPort: 8080 }],
    });
    expect(ApiObject.of(service).toJson().spec.selector).toEqual(selects("web").podSelector.matchLabels);
  });

  test("as the peer of a pod's own connections", () => {
    const { chart, api } = shop();
    const pods = new plus.Deployment(chart, "plus", { containers: [{ image: "x" }] });
    pods.connections.allowTo(api, {
      isolation: plus.PodConnectionsIsolation.POD,
      ports: [plus.NetworkPolicyPort.tcp(8080)],
    });
    expect(JSON.stringify(chart.toJson())).toContain('"ports":[{"port":8080,"protocol":"TCP"}],"to":[');
  });
});
