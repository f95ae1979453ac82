import { type Size, type SizeRoundingBehavior } from "cdk8s";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";
import { missingFix } from "./value-examples";
import { type Reader } from "./value-readers";
import { exampleIn, isInRange, rangeText, type WholeRange } from "./whole-range";

/** The unit that a size must be a whole number of. */
export type WholeSizeUnit = "gibibytes" | "kibibytes" | "mebibytes";

const READ = { gibibytes: "toGibibytes", kibibytes: "toKibibytes", mebibytes: "toMebibytes" } as const;
const SYMBOLS = { gibibytes: "GiB", kibibytes: "KiB", mebibytes: "MiB" } as const;

// SizeRoundingBehavior.NONE of cdk8s, which programs without charts need not load.
const EXACT = 2 as SizeRoundingBehavior;

/** The number of units in a size; undefined, with a problem, if it is not a whole number in the range. */
function readUnits(
  problems: Problems,
  name: string,
  size: unknown,
  unit: WholeSizeUnit,
  range: WholeRange,
): number | undefined {
  const example = range.example ?? `Size.${unit}(${exampleIn(range)})`;
  // Only for problems: formatting the limits takes longer than checking them.
  const fix = () => `Give ${rangeText(range)} ${SYMBOLS[unit]}, for example ${example}`;
  if (size === undefined || size === null) {
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, missingFix(name, example));
    return undefined;
  }
  // Its class is not checked, as it may come from another copy of cdk8s.
  if (typeof (size as Partial<Size>)[READ[unit]] !== "function") {
    problems.add("VALUE_INVALID", `${name} is ${shown(size)}`, fix());
    return undefined;
  }
  const amount = (size as Size)[READ[unit]]({ rounding: EXACT });
  if (isInRange(amount, range)) return amount;
  const whole = Number.isInteger(amount) ? "" : `, which is not a whole number of ${unit}`;
  problems.add("SIZE_INVALID", `${name} is ${(size as Size).asString()}${whole}`, fix());
  return undefined;
}

/** Reads a `Size` of cdk8s as a whole number of a unit. */
export function wholeSize(unit: WholeSizeUnit, range: WholeRange): Reader<number> {
  return (problems, name, value) => readUnits(problems, name, value, unit, range);
}

/** Reads a `Size` of cdk8s that is a whole number of a unit. */
export function size(unit: WholeSizeUnit, range: WholeRange): Reader<Size> {
  return (problems, name, value) =>
    readUnits(problems, name, value, unit, range) === undefined ? undefined : (value as Size);
}
