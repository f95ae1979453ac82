import { fail, ValidationError } from "../../lib/core/validation-error";

test("fail asks for a bug report, and is not a ValidationError", () => {
  const error = (() => {
    try {
      return fail("the network has no subnets");
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(Error);
  expect(ValidationError.isValidationError(error)).toBe(false);
  expect((error as Error).message).toMatch(
    /^Bug in secure-oke: the network has no subnets\. Please report .*\/issues$/,
  );
});
