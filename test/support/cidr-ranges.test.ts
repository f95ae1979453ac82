import { range } from "../terraform/cidr-ranges";

test("range() parses IPv4 and IPv6 CIDRs, and returns undefined for other strings", () => {
  expect(range("10.0.0.0/8")).toEqual({
    family: 4,
    first: 10n << 24n,
    last: (11n << 24n) - 1n,
    hasHostBits: false,
  });
  expect(range("fd00::/8")!.last).toBe((0xfen << 120n) - 1n);
  expect(range("2001:db8::1/128")!.first).toBe((0x20010db8n << 96n) + 1n);
  expect(range("::/0")).toMatchObject({ first: 0n, hasHostBits: false });
  expect(["10.0.0.0", "10.0.0.0/33", "x/8", ""].map(range)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
