import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart, objectOf, refusedCodes } from "./support";

function shop() {
  const chart = newChart();
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const block = (cidr: string) =>
    NetworkPolicyIpBlock[cidr.includes(":") ? "ipv6" : "ipv4"](chart, cidr.replace("/", "-"), cidr);
  return { chart, web, block };
}

const HTTPS = Port.tcp(443);

describe("a connection with a range as wide as the internet", () => {
  test.each(["0.0.0.0/0", "0.0.0.0/1", "8.0.0.0/7", "::/0"])("is refused without a reason: %s", (cidr) => {
    const { chart, web, block } = shop();
    const peer = block(cidr);
    expect(refusedCodes(() => web.connections.allowTo(peer, HTTPS))).toEqual(["CIDR_TOO_WIDE"]);
    expect(refusedCodes(() => web.connections.allowFrom(peer, HTTPS))).toEqual(["CIDR_TOO_WIDE"]);
    expect(refusedCodes(() => web.connections.allowTo(peer, HTTPS, { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(objectOf(chart, "NetworkPolicy").spec).toMatchObject({ ingress: [], egress: [{}] });
  });

  test("is written with one, which is kept as an acknowledgement", () => {
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

  test("is refused in pieces too, once they are as much together", () => {
    const { chart, web, block } = shop();
    for (const first of [1, 2, 3, 4]) web.connections.allowTo(block(`${first}.0.0.0/8`), HTTPS);
    const next = block("5.0.0.0/8");
    expect(refusedCodes(() => web.connections.allowTo(next, HTTPS))).toEqual(["CIDR_TOO_WIDE"]);
    web.connections.allowTo(next, Port.tcp(5432));
    web.connections.allowFrom(next, HTTPS);
    web.connections.allowTo(next, HTTPS, { reason: "A partner" });
    expect(Acknowledgements.of(chart)).toMatchObject([{ reason: "A partner" }]);
  });

  test("is none where the range is narrow, with or without a reason", () => {
    const { chart, web, block } = shop();
    web.connections.allowTo(block("10.0.0.0/8"), HTTPS);
    web.connections.allowTo(block("10.9.0.0/16"), HTTPS, { reason: "The database" });
    expect(Acknowledgements.of(chart)).toEqual([]);
    expect(refusedCodes(() => web.connections.allowTo(block("10.9.0.1/16"), HTTPS))).toEqual([
      "CIDR_HOST_BITS",
    ]);
  });
});
