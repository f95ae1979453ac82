import { type Duration, type Size, type SizeRoundingBehavior } from "cdk8s";
import { shown } from "./display-value";
import { type ErrorCode } from "./error-codes";
import { missingFix } from "./missing-values";
import { type Problems } from "./validation-error";
import { type Reader } from "./value-readers";

/** The allowed range of an amount, in its unit. */
export interface WholeRange {
  readonly least: number;
  /** @default - no upper limit */
  readonly most?: number;
  /** A value in the range, as a program writes it. @default - a value of the unit near the lower limit */
  readonly example?: string;
}

/** The unit that a duration must be a whole number of. */
export type WholeUnit = "days" | "hours" | "minutes" | "seconds";

/** The unit that a size must be a whole number of. */
export type WholeSizeUnit = "gibibytes" | "kibibytes" | "mebibytes";

// SizeRoundingBehavior.NONE of cdk8s, which programs without charts need not load.
const EXACT = 2 as SizeRoundingBehavior;

/** A class of cdk8s whose values are amounts of units. */
interface AmountClass {
  readonly name: "Duration" | "Size";
  readonly code: ErrorCode;
  /** The method that converts a value to each unit. */
  readonly methods: { readonly [unit: string]: string };
  /** How messages write each unit. */
  readonly symbols: { readonly [unit: string]: string };
  readonly options: object;
  readonly textOf: (value: unknown) => string;
}

const DURATION: AmountClass = {
  name: "Duration",
  code: "DURATION_INVALID",
  methods: { days: "toDays", hours: "toHours", minutes: "toMinutes", seconds: "toSeconds" },
  symbols: { days: "days", hours: "hours", minutes: "minutes", seconds: "seconds" },
  options: { integral: false },
  textOf: (value) => (value as Duration).toHumanString(),
};

const SIZE: AmountClass = {
  name: "Size",
  code: "SIZE_INVALID",
  methods: { gibibytes: "toGibibytes", kibibytes: "toKibibytes", mebibytes: "toMebibytes" },
  symbols: { gibibytes: "GiB", kibibytes: "KiB", mebibytes: "MiB" },
  options: { rounding: EXACT },
  textOf: (value) => (value as Size).asString(),
};

/** A range in words, such as `1,800 to 10,800` or `1 or more`. */
function rangeText({ least, most }: WholeRange): string {
  const text = (amount: number) => amount.toLocaleString("en");
  if (most === undefined) return `${text(least)} or more`;
  return most === least ? text(least) : `${text(least)} to ${text(most)}`;
}

/** Whether an amount is a whole number in a range. */
function isInRange(amount: number, { least, most = Infinity }: WholeRange): boolean {
  return Number.isInteger(amount) && amount >= least && amount <= most;
}

/** A round amount in a range, for examples. */
function exampleIn({ least, most = Infinity }: WholeRange): number {
  return Math.max(least, Math.min(30, most));
}

/** The number of units in a value; undefined, with a problem, if it is not a whole number in the range. */
function readUnits(
  { name: className, code, methods, symbols, options, textOf }: AmountClass,
  unit: string,
  range: WholeRange,
): Reader<number> {
  return (problems, name, value) => {
    const example = range.example ?? `${className}.${unit}(${exampleIn(range)})`;
    // Only for problems: formatting the limits takes longer than checking them.
    const fix = () => `Give ${rangeText(range)} ${symbols[unit]}, for example ${example}`;
    if (value === undefined || value === null) {
      problems.add("ATTRIBUTE_MISSING", `${name} was not given`, missingFix(name, example));
      return undefined;
    }
    // Its class is not checked, as it may come from another copy of cdk8s.
    const convert = (value as { readonly [method: string]: unknown })[methods[unit] ?? ""];
    if (typeof convert !== "function") {
      problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, fix());
      return undefined;
    }
    const amount = convert.call(value, options) as number;
    if (isInRange(amount, range)) return amount;
    const whole = Number.isInteger(amount) ? "" : `, which is not a whole number of ${unit}`;
    problems.add(code, `${name} is ${textOf(value)}${whole}`, fix());
    return undefined;
  };
}

/** A reader that returns the value itself, if the number of its units is valid. */
function unchanged<T>(units: Reader<number>): Reader<T> {
  return (problems, name, value) => (units(problems, name, value) === undefined ? undefined : (value as T));
}

/**
 * The number of days, hours, minutes, or seconds in a duration; adds a problem and returns 0 if it is not a whole number in the range.
 */
export function wholeDurationOf(
  problems: Problems,
  name: string,
  value: Duration | undefined,
  unit: WholeUnit,
  range: WholeRange,
): number {
  return wholeDuration(unit, range)(problems, name, value) ?? 0;
}

/** Reads a `Duration` of cdk8s as a whole number of a unit. */
export function wholeDuration(unit: WholeUnit, range: WholeRange): Reader<number> {
  return readUnits(DURATION, unit, range);
}

/** Reads a `Duration` of cdk8s that is a whole number of a unit. */
export function duration(unit: WholeUnit, range: WholeRange): Reader<Duration> {
  return unchanged(wholeDuration(unit, range));
}

/** Reads a `Size` of cdk8s as a whole number of a unit. */
export function wholeSize(unit: WholeSizeUnit, range: WholeRange): Reader<number> {
  return readUnits(SIZE, unit, range);
}

/** Reads a `Size` of cdk8s that is a whole number of a unit. */
export function size(unit: WholeSizeUnit, range: WholeRange): Reader<Size> {
  return unchanged(wholeSize(unit, range));
}
