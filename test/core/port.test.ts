import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import { Port } from "../../lib/core/port";
import { newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

describe("a port", () => {
  test.each([0, -1, 65536, 70000, 1.5, NaN])("is refused when it is %p", (port) => {
    expect(problemCodesOf(() => Port.tcp(port))).toEqual(["PORT_INVALID"]);
    expect(problemCodesOf(() => Port.udp(port))).toEqual(["PORT_INVALID"]);
  });

  test("range whose start exceeds its end is rejected, and both ends are checked", () => {
    expect(problemCodesOf(() => Port.tcpRange(443, 80))).toEqual(["PORT_INVALID"]);
    expect(problemCodesOf(() => Port.udpRange(0, 70000))).toEqual(["PORT_INVALID", "PORT_INVALID"]);
  });

  test.each([
    [-1, 0],
    [3, 256],
    [0.5, 0],
  ])("of ICMP is refused when type and code are %p and %p", (type, code) => {
    expect(problemCodesOf(() => Port.icmp(type, code))).toEqual(["PORT_INVALID"]);
  });

  test("that was not given, or that is a reference, is refused in words and never as a placeholder", () => {
    const reference = new TerraformVariable(newStack(), "port", {}).numberValue;
    const whats = (port: any) =>
      [() => Port.tcp(port), () => Port.udpRange(port, port), () => Port.icmp(port, 0)]
        .flatMap((call) => validationProblemsOf(call))
        .map(({ code, what }) => `${code}: ${what}`);
    expect(new Set(whats(undefined))).toEqual(
      new Set(
        ["port", "from", "to", "type"].map((parameter) => `ATTRIBUTE_MISSING: ${parameter} was not given`),
      ),
    );
    expect(new Set(whats(reference))).toEqual(
      new Set(
        ["port", "from", "to", "type"].map(
          (parameter) => `PORT_INVALID: ${parameter} is a reference to a Terraform value`,
        ),
      ),
    );
  });

  test("has different texts for different ports", () => {
    const port = fc.integer({ min: 1, max: 65535 });
    const any = fc.oneof(
      port.map((n) => Port.tcp(n)),
      port.map((n) => Port.udp(n)),
      fc.tuple(port, port).map(([a, b]) => Port.tcpRange(Math.min(a, b), Math.max(a, b))),
      fc.tuple(fc.nat(40), fc.nat(15)).map(([type, code]) => Port.icmp(type, code)),
      fc.constant(Port.allTraffic()),
    );
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(a.toString() === b.toString()).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
