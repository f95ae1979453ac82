import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import { Port } from "../../lib/core/port";
import { Fn } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { OracleServiceRanges } from "../../lib/network-policy/external-peer";
import { IMAGE, newChart, objectOf, problemCodesOf } from "../workload/support";

const RANGES = ["134.70.24.0/21", "134.70.32.0/22"];
const reason = { reason: "Backups go to a bucket" };
const ports = [{ port: 443, protocol: "TCP" }];

function shop() {
  const chart = newChart();
  const { connections } = new HardenedDeployment(chart, "web", { image: IMAGE });
  return { chart, connections, egress: () => objectOf(chart, "NetworkPolicy").spec.egress.slice(1) };
}

describe("the ranges of Oracle's services", () => {
  test("are allowed on TCP 443, without a cluster", () => {
    const { chart, connections, egress } = shop();
    connections.allowToOracleServices(OracleServiceRanges.of([...RANGES].reverse()));
    expect(egress()).toEqual(RANGES.map((cidr) => ({ to: [{ ipBlock: { cidr } }], ports })));
    expect(Acknowledgements.of(chart)).toEqual([]);
  });

  test("as every public address hold no private one, and keep the reason", () => {
    const { chart, connections, egress } = shop();
    connections.allowToOracleServices(OracleServiceRanges.everyPublicAddress(reason));
    const except = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];
    expect(egress()).toEqual([{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except } }], ports }]);
    expect(Acknowledgements.of(chart)).toMatchObject([
      expect.objectContaining({ practice: "network-layers", reason: reason.reason, path: "shop/web" }),
    ]);
  });

  test.each([
    ["nothing", undefined, "CIDR_INVALID"],
    ["an empty list", [], "CIDR_LIST_EMPTY"],
    ["what is none", ["oci-fra-objectstorage"], "CIDR_INVALID"],
    ["private addresses", ["10.0.0.0/16"], "EGRESS_INVALID"],
    ["every address", ["0.0.0.0/0"], "CIDR_TOO_WIDE"],
    ["link-local addresses", ["169.254.0.0/16"], "EGRESS_INVALID"],
    ["a loopback", ["127.0.0.0/8"], "EGRESS_INVALID"],
    ["IPv6", ["2603:c000::/32"], "CIDR_IPV6"],
    ["a reference", [Fn.cidrsubnet("134.70.0.0/16", 8, 1)], "CIDR_INVALID"],
  ])("are not %s", (_, cidrs, code) => {
    expect(problemCodesOf(() => OracleServiceRanges.of(cidrs as string[]))).toContain(code);
  });

  test("need a reason for every public address", () => {
    expect(problemCodesOf(() => OracleServiceRanges.everyPublicAddress({ reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(problemCodesOf(() => OracleServiceRanges.everyPublicAddress(undefined as never))).toEqual([
      "REASON_MISSING",
    ]);
    const { connections } = shop();
    expect(
      problemCodesOf(() => connections.allowToOracleServices({ cidrs: ["0.0.0.0/0"] } as never)),
    ).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => connections.allowToOracleServices(undefined as never))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
  });

  test("of many calls may not be too wide together", () => {
    const { connections } = shop();
    connections.allowToOracleServices(OracleServiceRanges.of(["11.0.0.0/8", "12.0.0.0/8"]));
    const more = OracleServiceRanges.of(
      ["13.0.0.0/8", "14.0.0.0/8", "15.0.0.0/8", "130.0.0.0/8"].slice(0, 3),
    );
    expect(problemCodesOf(() => connections.allowToOracleServices(more))).toContain("CIDR_TOO_WIDE");
  });
});

describe("the metadata service", () => {
  test("is reachable with a reason", () => {
    const { chart, connections, egress } = shop();
    connections.allowToMetadataService({ reason: "An agent reads the shape" });
    expect(egress()).toEqual([
      { to: [{ ipBlock: { cidr: "169.254.169.254/32" } }], ports: [{ port: 80, protocol: "TCP" }] },
    ]);
    expect(Acknowledgements.of(chart)).toMatchObject([
      expect.objectContaining({
        what: "connections to the metadata service",
        reason: "An agent reads the shape",
      }),
    ]);
  });

  test.each(["169.254.169.254/32", "169.254.0.0/16", "169.0.0.0/8"])(
    "is not opened by the way, as a part of %s",
    (cidr) => {
      const { chart, connections } = shop();
      const peer = NetworkPolicyIpBlock.ipv4(chart, "peer", cidr);
      expect(problemCodesOf(() => connections.allowTo(peer, Port.tcp(80)))).toEqual(["RULE_TOO_WIDE"]);
    },
  );

  test("does not exclude other link-local addresses, such as NodeLocal DNSCache", () => {
    const { chart, connections } = shop();
    connections.allowTo(NetworkPolicyIpBlock.ipv4(chart, "dns", "169.254.20.10/32"), Port.udp(53));
  });

  test("is rejected without a reason", () => {
    const { connections } = shop();
    expect(problemCodesOf(() => connections.allowToMetadataService({ reason: "" }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(problemCodesOf(() => connections.allowToMetadataService(undefined as never))).toEqual([
      "REASON_MISSING",
    ]);
  });
});
