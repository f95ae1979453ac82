import { Tokenization, Token, type IResolvable } from "cdktf";
import { type Chart } from "cdk8s";

// While the bridge itself reads a chart, references in it are welcome.
let bridging = false;

/** The objects of a chart as plain data; references stand in them as cdktf writes them into strings, numbers and lists. */
export function objectsOf(chart: Chart): unknown[] {
  const before = bridging;
  bridging = true;
  try {
    return chart.toJson() as unknown[];
  } finally {
    bridging = before;
  }
}

/** Whether the bridge is reading a chart right now, as opposed to cdk8s writing it. */
export function isBridging(): boolean {
  return bridging;
}

/** What a scalar or a list is when it stands for one reference as a whole. */
export function referenceOf(value: unknown): IResolvable | undefined {
  if (Array.isArray(value)) {
    return value.length === 1 && Token.isUnresolved(value) ? Tokenization.reverseList(value) : undefined;
  }
  if (typeof value === "number") return Tokenization.reverseNumber(value);
  return undefined;
}

/** Whether there is a reference anywhere in plain data. */
export function holdsReference(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.some(holdsReference);
  if (typeof value === "object") {
    return Object.entries(value).some(([key, entry]) => Token.isUnresolved(key) || holdsReference(entry));
  }
  return Token.isUnresolved(value);
}
