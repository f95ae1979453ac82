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

test("who asks for every address is told the choice for it by name, where there is one", () => {
  expect(fixOf(() => LoadBalancerAccess.publicFrom(["0.0.0.0/0"], { reason }))).toMatch(
    /write LoadBalancerAccess\.publicFromAnywhere\(\{ reason \}\)$/,
  );
  expect(fixOf(() => NetworkPeer.cidr("0.0.0.0/0"))).toMatch(/write NetworkPeer\.anywhere\(\{ reason \}\)$/);
  expect(fixOf(() => Egress.to("0.0.0.0/0", Port.tcp(443), { reason }))).toContain("Egress.toAnywhere");
});

test("who asks for every address where nobody may have them is told of no such choice", () => {
  const narrow = "Name the ranges that need access, such as those of a VCN, an office, or a VPN";
  expect(fixOf(() => BastionClients.from(["0.0.0.0/0"]))).toBe(narrow);
  expect(fixOf(() => EndpointAccess.publicFrom(["0.0.0.0/0"], { reason }))).toBe(narrow);
  expect(fixOf(() => LoadBalancerAccess.internalFrom(["0.0.0.0/0"]))).toBe(narrow);
});
