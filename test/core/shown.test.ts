import { shown } from "../../lib/core/display-value";

test.each([
  [3n, "3n"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
  [-0.5, "-0.5"],
  [null, "null"],
  [undefined, "undefined"],
  ["a", '"a"'],
  [[1, "b"], '[1,"b"]'],
  [{ big: 3n }, "an object"],
])("%p is shown as %s", (value, text) => {
  expect(shown(value)).toBe(text);
});
