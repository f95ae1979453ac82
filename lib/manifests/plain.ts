// Parts of what cdktf writes for a reference into a string, a list or a map, and what it leaves of one that was lost.
const TRACE = /TfToken\[|<unresolved-/;
// A reference in a number, or one that was put into a string with all its digits.
const LARGE = 1e200;
const LARGE_IN_TEXT = /e\+\d{3}/;

// Of data that is not changed any more; it is asked for by each step of the writing.
const known = new WeakMap<object, boolean>();

/** Whether an object, which nothing changes any more, holds no trace of a reference. */
export function isPlainObject(object: unknown): boolean {
  if (typeof object !== "object" || object === null) return isPlain(object);
  const before = known.get(object);
  if (before !== undefined) return before;
  const answer = isPlain(object);
  known.set(object, answer);
  return answer;
}

/**
 * Whether plain data holds no trace of a reference, so that it is written as it is; a quick look, as most objects hold none.
 *
 * Data of which that is not certain is none: numbers so large that they may be references, and values that JSON lacks.
 */
export function isPlain(value: unknown): boolean {
  if (typeof value === "string") return !TRACE.test(value) && !LARGE_IN_TEXT.test(value);
  if (typeof value === "number") return Math.abs(value) < LARGE;
  if (typeof value === "boolean" || value === null) return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const key of Object.keys(value)) {
    if (!isPlain(key) || !isPlain((value as { readonly [key: string]: unknown })[key])) return false;
  }
  return true;
}
