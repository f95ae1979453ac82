import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import {
  cidrAt,
  contains,
  overlaps,
  readCidrs,
  readIpv4Cidr,
  sizeOf,
  type CidrRules,
} from "../../lib/core/cidr";
import { Problems } from "../../lib/core/validation-error";
import { newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

function read(texts: string[], rules?: CidrRules): string[] {
  const problems = new Problems("test");
  const result = readCidrs(problems, "cidrs", texts, rules);
  problems.throwIfAny();
  return result;
}

const block = fc
  .tuple(fc.integer({ min: 8, max: 32 }), fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }))
  .map(([prefix, address]) => {
    const size = 1n << BigInt(32 - prefix);
    return cidrAt((address / size) * size, prefix);
  });

describe("a CIDR block", () => {
  test.each([
    ["no block", "10.0.0.0", "CIDR_INVALID"],
    ["a name", "internet", "CIDR_INVALID"],
    ["an empty text", "", "CIDR_INVALID"],
    ["a prefix beyond 32", "10.0.0.0/33", "CIDR_INVALID"],
    ["an octet beyond 255", "10.0.0.256/32", "CIDR_INVALID"],
    ["a space", " 10.0.0.0/16", "CIDR_INVALID"],
    ["host bits", "10.0.0.1/16", "CIDR_HOST_BITS"],
    ["IPv6 where none is served", "2001:db8::/32", "CIDR_IPV6"],
    ["the internet", "0.0.0.0/0", "CIDR_TOO_WIDE"],
    ["half of the internet", "128.0.0.0/1", "CIDR_TOO_WIDE"],
  ])("is refused when it is %s", (_, text, code) => {
    expect(problemCodesOf(() => read([text]))).toEqual([code]);
  });

  test("with host bits is answered with both blocks that may be meant", () => {
    const [problem] = validationProblemsOf(() => read(["10.0.7.9/16"]));
    expect(problem?.fix).toBe("Write 10.0.0.0/16 for the range, or 10.0.7.9/32 for the one address");
  });

  test("has the size that its prefix says, wherever it lies", () => {
    fc.assert(
      fc.property(block, (cidr) => {
        const problems = new Problems("test");
        const again = readIpv4Cidr(problems, "cidr", cidr.text);
        expect(problems.any).toBe(false);
        expect(again).toEqual(cidr);
        expect(sizeOf(cidr)).toBe(2 ** (32 - cidr.prefix));
      }),
    );
  });

  test("overlaps another exactly when one contains the other", () => {
    fc.assert(
      fc.property(block, block, (a, b) => {
        expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a));
      }),
    );
  });
});

describe("a list of CIDR blocks", () => {
  test("must not be empty", () => {
    expect(problemCodesOf(() => read([]))).toEqual(["CIDR_LIST_EMPTY"]);
  });

  test("is rejected where it is missing or not a list", () => {
    const what = (texts: any) => validationProblemsOf(() => read(texts))[0]?.what;
    expect(what(undefined)).toBe("cidrs was not given");
    expect(what("10.0.0.0/8")).toBe('cidrs is "10.0.0.0/8", not a list of CIDR blocks');
    expect(what([undefined])).toBe("cidrs was not given");
    const list = new TerraformVariable(newStack(), "list", {}).listValue;
    expect(what(list)).toBe("cidrs is a reference to a Terraform value, not a list of CIDR blocks");
  });

  test("may not add up to the internet", () => {
    expect(problemCodesOf(() => read(["0.0.0.0/1", "128.0.0.0/1"]))).toEqual([
      "CIDR_TOO_WIDE",
      "CIDR_TOO_WIDE",
    ]);
    const slices = Array.from({ length: 256 }, (_, i) => `${i}.0.0.0/8`);
    expect(problemCodesOf(() => read(slices))).toEqual(["CIDR_TOO_WIDE"]);
  });

  test("may hold all private ranges", () => {
    expect(read(["192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12"])).toEqual([
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
    ]);
  });

  test("comes out sorted and each once, whatever its order", () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (blocks) => {
        const texts = blocks.map((cidr) => cidr.text);
        expect(read([...texts, ...texts].reverse(), { wide: true })).toEqual([...new Set(texts)].sort());
      }),
    );
  });

  test("reports every block that is wrong, at once", () => {
    expect(problemCodesOf(() => read(["x", "10.0.0.1/8", "::/0"]))).toEqual([
      "CIDR_INVALID",
      "CIDR_HOST_BITS",
      "CIDR_IPV6",
    ]);
  });

  test("keeps IPv6 blocks where they are served, but not all of them", () => {
    expect(read(["2001:db8::/32"], { ipv6: true })).toEqual(["2001:db8::/32"]);
    expect(problemCodesOf(() => read(["::/0"], { ipv6: true }))).toEqual(["CIDR_TOO_WIDE"]);
  });
});
