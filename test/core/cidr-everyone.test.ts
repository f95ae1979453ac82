import { BastionClients, Egress, LoadBalancerAccess, NetworkPeer, Port, EndpointAccess } from "../../lib";

const reason = "Tried out";
const fixOf = (call: () => unknown): string => {
  try {
    call();
    return "";
  } catch (error) {
    return /Instead: (.*)/.exec(String(error))?.[1] ?? "";
  }
};

test("the fix for 0.0.0.0/0 names the factory that allows every address, where one exists", () => {
  expect(fixOf(() => LoadBalancerAccess.publicFrom(["0.0.0.0/0"], { reason }))).toMatch(
    /write LoadBalancerAccess\.publicFromAnywhere\(\{ reason \}\)$/,
  );
  expect(fixOf(() => NetworkPeer.cidr("0.0.0.0/0"))).toMatch(/write NetworkPeer\.anywhere\(\{ reason \}\)$/);
  expect(fixOf(() => Egress.to("0.0.0.0/0", Port.tcp(443), { reason }))).toContain("Egress.toAnywhere");
});

test("the fix for 0.0.0.0/0 names no factory where every address is never allowed", () => {
  const narrow = "Name the ranges that need access, such as those of a VCN, an office, or a VPN";
  expect(fixOf(() => BastionClients.from(["0.0.0.0/0"]))).toBe(narrow);
  expect(fixOf(() => EndpointAccess.publicFrom(["0.0.0.0/0"], { reason }))).toBe(narrow);
  expect(fixOf(() => LoadBalancerAccess.internalFrom(["0.0.0.0/0"]))).toBe(narrow);
});
