import { shown } from "./display-value";
import { type Problems } from "./validation-error";
import { passing, type Reader } from "./value-readers";

const PATTERN = /^(\d+)(?:\.(\d{1,9}))?([numkMGTPE]|[KMGTPE]i|[eE]\d{1,2})?$/;
const NANO = 1_000_000_000n;
const SMALLEST_BYTES = 1024n * 1024n * NANO;
const DECIMAL = ["k", "M", "G", "T", "P", "E"];
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const SMALL: { readonly [suffix: string]: bigint } = { n: 1n, u: 1000n, m: 1_000_000n };

/** The number of billionths in a unit. */
function scaleOf(suffix: string): bigint {
  if (suffix === "") return NANO;
  if (DECIMAL.includes(suffix)) return NANO * 1000n ** BigInt(DECIMAL.indexOf(suffix) + 1);
  if (BINARY.includes(suffix)) return NANO * 1024n ** BigInt(BINARY.indexOf(suffix) + 1);
  return SMALL[suffix] ?? NANO * 10n ** BigInt(suffix.slice(1));
}

/**
 * A Kubernetes quantity in billionths of its unit, for exact comparison; undefined for an invalid text.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string): bigint | undefined {
  const match = typeof text === "string" ? PATTERN.exec(text) : null;
  if (!match) return undefined;
  const [, whole = "", fraction = "", suffix = ""] = match;
  const scale = scaleOf(suffix);
  return BigInt(whole) * scale + (BigInt(fraction || "0") * scale) / 10n ** BigInt(fraction.length);
}

function refuse(problems: Problems, what: string, fix: string): undefined {
  problems.add("QUANTITY_INVALID", what, fix);
  return undefined;
}

/** The last member of a place such as `resources.memory.limit`, which is the key that a program writes. */
function keyIn(name: string): string {
  return name.split(".").at(-1) ?? name;
}

/** The positive number that a text begins with, such as 512 in `512MB`; undefined if there is none. */
function numberIn(text: unknown): string | undefined {
  const [, number] = /^\s*(\d{1,9}(?:\.\d{1,9})?)/.exec(String(text)) ?? [];
  return number !== undefined && Number(number) > 0 ? number : undefined;
}

const SMALL_CPU = 1_000_000n;
const GIVEN_CPU = /^\s*[\d.]+\s*(?:m|mcpu|millis?|millicores?)\b/i;

/** The suggestion for an invalid CPU quantity. */
function cpuInstead(text: unknown): string {
  const number = numberIn(text);
  if (number === undefined) return "250m";
  const value = Number(number);
  // A number of thousandths in another notation; more than 64 processors is unlikely.
  if (GIVEN_CPU.test(String(text)) || value > 64) return `${Math.max(1, Math.round(value))}m`;
  return value < 0.001 ? "1m" : `${Math.round(value * 1000)}m`;
}

/** Reads a number of processors, in billionths; adds a problem if it is invalid. */
export function readCpu(problems: Problems, name: string, text: string): bigint | undefined {
  const fix =
    `Write ${keyIn(name)}: "${cpuInstead(text)}", in thousandths of a processor, or processors such as "1.5"; ` +
    'the smallest is "1m"';
  const value = parseQuantity(text);
  const unit = /[a-zA-Z]+$/.exec(text)?.[0] ?? "";
  if (value === undefined || (unit !== "" && unit !== "m")) {
    return refuse(problems, `${name} is ${shown(text)}, which is not a number of processors`, fix);
  }
  if (value === 0n || value % SMALL_CPU !== 0n) {
    return refuse(problems, `${name} is ${shown(text)}, not a multiple of a thousandth`, fix);
  }
  return value;
}

/** The most likely binary unit for a text. */
function unitIn(text: unknown): string {
  const [, letter = "m"] = /([kmgtpe])(?:i?b?|ib)?\s*$/i.exec(String(text)) ?? [];
  return letter.toLowerCase() === "k" ? "Ki" : `${letter.toUpperCase()}i`;
}

/** Whether text is at least one mebibyte, in whole bytes. */
function isEnough(text: string): boolean {
  const value = parseQuantity(text) ?? 0n;
  return value >= SMALLEST_BYTES && value % NANO === 0n;
}

/** The suggestion for an invalid number of bytes, such as 512Mi for 512m. */
function bytesInstead(text: unknown): string {
  const number = numberIn(text);
  if (number === undefined) return "256Mi";
  const all = [`${number}${unitIn(text)}`, `${number}Mi`, "1Mi"];
  return all.find(isEnough) ?? "256Mi";
}

/** Reads a number of bytes, in billionths; adds a problem if it is invalid. */
export function readBytes(problems: Problems, name: string, text: string): bigint | undefined {
  const instead = bytesInstead(text);
  const fix = `Write ${keyIn(name)}: "${instead}", a number with a unit of bytes: Mi, Gi or Ti`;
  const value = parseQuantity(text);
  if (value === undefined) {
    return refuse(problems, `${name} is ${shown(text)}, which is not a quantity`, fix);
  }
  if (/\d[num]$/.test(text)) {
    return refuse(problems, `${name} is ${shown(text)}, which is a fraction of a byte`, fix);
  }
  // A forgotten unit: "256" would be 256 bytes, in which no container starts.
  if (!isEnough(text)) {
    return refuse(
      problems,
      `${name} is ${shown(text)}, ${Number(value) / 1e9} bytes`,
      `${fix}; at least "1Mi"`,
    );
  }
  return value;
}

/** Reads a number of processors, as text. */
export function cpuQuantity(): Reader<string> {
  return passing((problems, name, text: string) => {
    readCpu(problems, name, text);
  });
}

/** Reads a number of bytes, as text. */
export function byteQuantity(): Reader<string> {
  return passing((problems, name, text: string) => {
    readBytes(problems, name, text);
  });
}

/** Adds a problem if a quantity is below another one, both of them valid. */
export function checkQuantityOrder(
  problems: Problems,
  [lowName, low]: readonly [string, string],
  [highName, high]: readonly [string, string],
): void {
  if ((parseQuantity(low) ?? 0n) <= (parseQuantity(high) ?? 0n)) return;
  problems.add(
    "RESOURCES_INVALID",
    `${highName} is ${high}, below ${lowName}, which is ${low}`,
    `Raise ${highName} to ${low} or more, or lower ${lowName}`,
  );
}
