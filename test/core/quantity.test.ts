import fc from "fast-check";
import { parseQuantity, readBytes, readCpu } from "../../lib/core/quantity";
import { Problems } from "../../lib/core/validation-error";
import { refusedCodes } from "../support/stack";

const NANO = 10n ** 9n;

function codes(read: typeof readCpu, text: string): string[] {
  return refusedCodes(() => {
    const problems = new Problems("test");
    read(problems, "it", text);
    problems.throwIfAny();
  });
}

describe("a quantity", () => {
  test.each([
    ["1", NANO],
    ["0.5", NANO / 2n],
    ["250m", NANO / 4n],
    ["1k", 1000n * NANO],
    ["1Ki", 1024n * NANO],
    ["1.5Gi", 1_610_612_736n * NANO],
    ["1e3", 1000n * NANO],
    ["2E", 2n * 10n ** 18n * NANO],
  ])("%s is %d billionths", (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  test.each(["", "abc", "12XB", "1 Gi", "-1", "1KB", "Gi", "1.", ".5", "1,5", "1gi", "0x10"])(
    "is not %j",
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

  test("of a unit is 1024 of the one below", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom(["Ki", ""], ["Mi", "Ki"], ["Gi", "Mi"], ["Ti", "Gi"]),
        (n, [large, small]) => parseQuantity(`${n}${large}`) === parseQuantity(`${n * 1024}${small}`),
      ),
    );
  });

  test("keeps the order of numbers", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        (a, b) => a < b === parseQuantity(`${a}Mi`)! < parseQuantity(`${b}Mi`)!,
      ),
    );
  });
});

describe("processors", () => {
  test.each(["1", "0.1", "1m", "2500m", "16"])("may be %s", (text) => {
    expect(readCpu(new Problems("test"), "cpu", text)).toBe(parseQuantity(text));
  });

  test.each(["0", "0m", "0.5m", "0.0001", "500Mi", "1k", "x", ""])("may not be %j", (text) => {
    expect(codes(readCpu, text)).toEqual(["QUANTITY_INVALID"]);
  });
});

describe("memory and disk", () => {
  test.each(["1Mi", "256Mi", "1.5Gi", "1073741824", "1G", "2e9"])("may be %s", (text) => {
    expect(readBytes(new Problems("test"), "memory", text)).toBe(parseQuantity(text));
  });

  test.each(["1m", "100m", "5n", "0", "256", "1Ki", "12XB", "1 Gi", ""])("may not be %j", (text) => {
    expect(codes(readBytes, text)).toEqual(["QUANTITY_INVALID"]);
  });
});
