import fc from "fast-check";
import { parseQuantity, readBytes, readCpu } from "../../lib/core/quantity";
import { Problems } from "../../lib/core/validation-error";
import { validationProblemsOf, problemCodesOf } from "../support/stack";

const NANO = 10n ** 9n;

function codes(read: typeof readCpu, text: string): string[] {
  return problemCodesOf(() => {
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

describe("a refused quantity", () => {
  const fixOf = (read: typeof readCpu, text: unknown) =>
    validationProblemsOf(() => {
      const problems = new Problems("test");
      read(problems, "resources.memory.limit", text as string);
      problems.throwIfAny();
    })[0]?.fix;

  test.each<[unknown, string]>([
    ["512m", "512Mi"],
    ["512MB", "512Mi"],
    ["512mb", "512Mi"],
    ["2GB", "2Gi"],
    ["1.5 Gi", "1.5Gi"],
    ["4gi", "4Gi"],
    ["1TiB", "1Ti"],
    ["256", "256Mi"],
    [256, "256Mi"],
    ["64Ki", "64Mi"],
    ["0", "256Mi"],
    ["much", "256Mi"],
    ["", "256Mi"],
    [{}, "256Mi"],
  ])("of memory %j names its key and suggests %s", (text, instead) => {
    expect(fixOf(readBytes, text)).toContain(`Write limit: "${instead}", a number with a unit of bytes`);
  });

  test.each<[unknown, string]>([
    ["500Mi", "500m"],
    ["250 m", "250m"],
    ["2 cores", "2000m"],
    ["0.0005", "1m"],
    ["0.5m", "1m"],
    ["1k", "1000m"],
    ["0", "250m"],
    ["x", "250m"],
    [undefined, "250m"],
  ])("of processors %j names its key and suggests %s", (text, instead) => {
    expect(fixOf(readCpu, text)).toContain(`Write limit: "${instead}", in thousandths of a processor`);
  });

  test("suggests a quantity that is accepted, whatever was written", () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,6}(\.\d{1,3})? ?[A-Za-z]{0,3}$/));
    fc.assert(
      fc.property(text, fc.constantFrom(readCpu, readBytes), (given, read) => {
        const problems = new Problems("test");
        if (read(problems, "it", given) !== undefined) return;
        const [, instead = ""] = /"([^"]*)"/.exec(fixOf(read, given) ?? "") ?? [];
        expect([instead, read(new Problems("test"), "it", instead)]).toEqual([
          instead,
          parseQuantity(instead),
        ]);
        expect(parseQuantity(instead)).toBeDefined();
      }),
    );
  });
});
