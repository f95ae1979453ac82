/** The allowed range of an amount, in its unit. */
export interface WholeRange {
  readonly least: number;
  /** @default - no upper limit */
  readonly most?: number;
  /** A value in the range, as a program writes it. @default - a value of the unit near the lower limit */
  readonly example?: string;
}

/** A range in words, such as `1,800 to 10,800` or `1 or more`. */
export function rangeText({ least, most }: WholeRange): string {
  const text = (amount: number) => amount.toLocaleString("en");
  if (most === undefined) return `${text(least)} or more`;
  return most === least ? text(least) : `${text(least)} to ${text(most)}`;
}

/** Whether an amount is a whole number in a range. */
export function isInRange(amount: number, { least, most = Infinity }: WholeRange): boolean {
  return Number.isInteger(amount) && amount >= least && amount <= most;
}

/** A round amount in a range, for examples. */
export function exampleIn({ least, most = Infinity }: WholeRange): number {
  return Math.max(least, Math.min(30, most));
}
