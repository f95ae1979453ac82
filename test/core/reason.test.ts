import fc from "fast-check";
import { checkReason } from "../../lib/core/reason";
import { Problems } from "../../lib/core/validation-error";

function isRefused(reason: unknown): boolean {
  const problems = new Problems("test");
  checkReason(problems, "The choice", reason as string);
  if (problems.any) expect(() => problems.throwIfAny()).toThrow(/REASON_MISSING/);
  return problems.any;
}

describe("a reason", () => {
  test.each([
    undefined,
    null,
    7,
    "",
    " \n",
    "\u00a0\u200b",
    "\u200b\u200d\ufeff",
    "\u2060\u00ad",
    "\u0301",
    "...",
    "-",
  ])("is none where it says nothing: %j", (reason) => {
    expect(isRefused(reason)).toBe(true);
  });

  test.each(["Partners connect", "Частные сети", "理由", "سبب", "4711", "\u200b ticket"])(
    "may be %s",
    (reason) => {
      expect(isRefused(reason)).toBe(false);
    },
  );

  test("is any text with a letter or a number, and nothing else is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (reason) => {
        expect(isRefused(reason)).toBe(!/[\p{L}\p{N}]/u.test(reason));
      }),
    );
  });
});
