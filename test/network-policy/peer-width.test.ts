import { type Chart } from "cdk8s";
import { Namespaces, NetworkPolicyIpBlock, Pods } from "cdk8s-plus-27";
import { type TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { newStack, synthesized } from "../support/stack";
import { IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";

function shop() {
  const chart = newChart();
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const block = (cidr: string) =>
    NetworkPolicyIpBlock[cidr.includes(":") ? "ipv6" : "ipv4"](chart, cidr.replace("/", "-"), cidr);
  return { chart, web, block };
}

const HTTPS = Port.tcp(443);

describe("a connection with a range as wide as the internet", () => {
  test.each(["0.0.0.0/0", "0.0.0.0/1", "8.0.0.0/7"])("is refused without a reason: %s", (cidr) => {
    const { chart, web, block } = shop();
    const peer = block(cidr);
    expect(problemCodesOf(() => web.connections.allowTo(peer, HTTPS))).toEqual(["CIDR_TOO_WIDE"]);
    expect(problemCodesOf(() => web.connections.allowFrom(peer, HTTPS))).toEqual(["CIDR_TOO_WIDE"]);
    expect(problemCodesOf(() => web.connections.allowTo(peer, HTTPS, { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(objectOf(chart, "NetworkPolicy").spec).toMatchObject({ ingress: [], egress: [{}] });
  });

  test("is allowed with a reason, which is an acknowledgement", () => {
    const { chart, web } = shop();
    const everyone = NetworkPolicyIpBlock.anyIpv4(chart, "everyone");
    web.connections.allowTo(everyone, HTTPS, { reason: "Webhooks of customers" });
    web.connections.allowFrom(everyone, Port.tcp(8080), { reason: "A network load balancer" });
    const { egress, ingress } = objectOf(chart, "NetworkPolicy").spec;
    expect(egress[1].to).toEqual([{ ipBlock: { cidr: "0.0.0.0/0" } }]);
    expect(ingress[0].from).toEqual([{ ipBlock: { cidr: "0.0.0.0/0" } }]);
    expect(Acknowledgements.of(chart)).toMatchObject([
      { path: "shop/web", what: "connections from 0.0.0.0/0, tcp-8080", reason: "A network load balancer" },
      { path: "shop/web", what: "connections to 0.0.0.0/0, tcp-443", reason: "Webhooks of customers" },
    ]);
  });

  test("is rejected as several ranges too", () => {
    const { chart, web, block } = shop();
    for (const first of [1, 2, 3, 4]) web.connections.allowTo(block(`${first}.0.0.0/8`), HTTPS);
    const next = block("5.0.0.0/8");
    expect(problemCodesOf(() => web.connections.allowTo(next, HTTPS))).toEqual(["CIDR_TOO_WIDE"]);
    web.connections.allowTo(next, Port.tcp(5432));
    web.connections.allowFrom(next, HTTPS);
    web.connections.allowTo(next, HTTPS, { reason: "A partner" });
    expect(Acknowledgements.of(chart)).toMatchObject([{ reason: "A partner" }]);
  });

  test("is not one if the range is narrow", () => {
    const { chart, web, block } = shop();
    web.connections.allowTo(block("10.0.0.0/8"), HTTPS);
    web.connections.allowTo(block("10.9.0.0/16"), HTTPS, { reason: "The database" });
    expect(Acknowledgements.of(chart)).toEqual([]);
    expect(problemCodesOf(() => web.connections.allowTo(block("10.9.0.1/16"), HTTPS))).toEqual([
      "CIDR_HOST_BITS",
    ]);
  });
});

test("an IPv6 peer is rejected", () => {
  const { web, block } = shop();
  for (const options of [{}, { reason: "Partners" }]) {
    for (const peer of ["fd00::/64", "::/0"]) {
      const { web: other, block: next } = shop();
      expect(problemCodesOf(() => other.connections.allowTo(next(peer), HTTPS, options))).toEqual([
        "CIDR_IPV6",
      ]);
    }
  }
  web.connections.allowTo(block("10.9.0.0/16"), HTTPS);
});

describe("more than half of all ports", () => {
  const WIDE = [Port.allTraffic(), Port.tcpRange(1, 40_000)];
  const anybody = (chart: Chart) => [
    NetworkPolicyIpBlock.ipv4(chart, "range", "10.9.0.0/16"),
    Namespaces.all(chart, "namespaces"),
    Pods.all(chart, "pods", { namespaces: Namespaces.all(chart, "of") }),
  ];

  test("need a reason for an unspecific peer", () => {
    const { chart, web } = shop();
    const peers = anybody(chart);
    for (const port of WIDE) {
      for (const peer of peers) {
        const { connections } = web;
        expect(problemCodesOf(() => connections.allowTo(peer, port))).toEqual(["RULE_TOO_WIDE"]);
        expect(problemCodesOf(() => connections.allowFrom(peer, port))).toEqual(["RULE_TOO_WIDE"]);
        expect(problemCodesOf(() => connections.allowTo(peer, port, { reason: " " }))).toEqual([
          "REASON_MISSING",
        ]);
      }
    }
    expect(Acknowledgements.of(chart)).toEqual([]);
    for (const peer of peers) web.connections.allowTo(peer, Port.allTraffic(), { reason: "A mesh" });
    expect(Acknowledgements.of(chart)).toMatchObject([
      { path: "shop/web", what: "connections to 10.9.0.0/16, all", reason: "A mesh" },
      { what: "connections to shop/namespaces, all" },
      { what: "connections to shop/pods, all" },
    ]);
  });

  test("are free between workloads and to pods and namespaces that are named; fewer are to all", () => {
    const { chart, web } = shop();
    const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8080 });
    const named = [
      api,
      Namespaces.select(chart, "named", { names: ["x"] }),
      Pods.select(chart, "labelled", { labels: { a: "b" } }),
      Pods.all(chart, "own"),
    ];
    for (const port of WIDE) for (const peer of named) web.connections.allowTo(peer, port);
    for (const peer of anybody(chart)) web.connections.allowFrom(peer, Port.tcpRange(8000, 9000));
    expect(Acknowledgements.of(chart)).toEqual([]);
  });
});

test.each([
  { protocol: "TCP", from: 0, to: 99_999 },
  { protocol: "TCP", from: 443 },
  { protocol: "UDP", from: 9, to: 8 },
  { protocol: "SCTP", from: 1, to: 1 },
])("an invalid port is rejected: %j", (port) => {
  const { chart, web } = shop();
  const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8080 });
  expect(problemCodesOf(() => web.connections.allowTo(api, port as never))).toEqual(["VALUE_INVALID"]);
});

describe("workloads whose charts were added", () => {
  const cluster = (scope: Construct, id: string, clusterId: string) =>
    Object.assign(new Construct(scope, id), { clusterId });

  function connected(toOne: (one: Construct, two: Construct) => Construct | undefined): TerraformStack {
    const stack = newStack();
    const [one, two] = [
      cluster(stack, "one", "ocid1.cluster.oc1..a"),
      cluster(stack, "two", "ocid1.cluster.oc1..b"),
    ];
    const { chart, web } = shop();
    const other = newChart("other");
    web.connections.allowTo(
      new HardenedDeployment(other, "api", { image: IMAGE, port: 8080 }),
      Port.tcp(8080),
    );
    new ChartOutput(one, "shop", chart);
    const home = toOne(one, two);
    if (home) new ChartOutput(home, "other", other);
    return stack;
  }

  test("to two clusters can't connect", () => {
    expect(validationProblemsOf(() => synthesized(connected((_, two) => two)))).toMatchObject([
      {
        code: "PEER_ELSEWHERE",
        path: "shop/web",
        what: expect.stringMatching(/stack\/one.*shop\/api to stack\/two/),
      },
    ]);
  });

  test("to one cluster, one that was imported too, or to none yet can", () => {
    for (const home of [
      (one: Construct) => one,
      (one: Construct) => cluster(one, "again", "ocid1.cluster.oc1..a"),
      () => undefined,
    ]) {
      expect(synthesized(connected(home)).output).toHaveProperty("shop_manifests");
    }
  });
});
