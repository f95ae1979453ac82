import { shown } from "./shown";
import { type Problems } from "./validation-error";

const PATTERN = /^(\d+)(?:\.(\d{1,9}))?([numkMGTPE]|[KMGTPE]i|[eE]\d{1,2})?$/;
const NANO = 1_000_000_000n;
const SMALLEST_BYTES = 1024n * 1024n * NANO;
const DECIMAL = ["k", "M", "G", "T", "P", "E"];
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const SMALL: { readonly [suffix: string]: bigint } = { n: 1n, u: 1000n, m: 1_000_000n };

/** How many billionths one of a unit is. */
function scaleOf(suffix: string): bigint {
  if (suffix === "") return NANO;
  if (DECIMAL.includes(suffix)) return NANO * 1000n ** BigInt(DECIMAL.indexOf(suffix) + 1);
  if (BINARY.includes(suffix)) return NANO * 1024n ** BigInt(BINARY.indexOf(suffix) + 1);
  return SMALL[suffix] ?? NANO * 10n ** BigInt(suffix.slice(1));
}

/**
 * A Kubernetes quantity in billionths of its unit, so that quantities compare exactly; undefined where the text is none.
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

/** Reads a number of processors, in billionths; what is wrong with it goes into the problems. */
export function readCpu(problems: Problems, name: string, text: string): bigint | undefined {
  const fix = 'Write processors or thousandths of one, for example "1.5" or "250m"; the smallest is "1m"';
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

const SMALL_CPU = 1_000_000n;

/** Reads a number of bytes, in billionths; what is wrong with it goes into the problems. */
export function readBytes(problems: Problems, name: string, text: string): bigint | undefined {
  const fix = 'Write a number and its unit, for example "256Mi" or "1Gi"';
  const value = parseQuantity(text);
  if (value === undefined) {
    return refuse(problems, `${name} is ${shown(text)}, which is not a quantity`, fix);
  }
  if (/\d[num]$/.test(text)) {
    return refuse(problems, `${name} is ${shown(text)}, which is a fraction of a byte`, fix);
  }
  // A forgotten unit: "256" would be 256 bytes, in which no container starts.
  if (value < SMALLEST_BYTES || value % NANO !== 0n) {
    return refuse(
      problems,
      `${name} is ${shown(text)}, ${Number(value) / 1e9} bytes`,
      `${fix}; at least "1Mi"`,
    );
  }
  return value;
}
