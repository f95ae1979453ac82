import { ValidationError, type Problems } from "../core/validation-error";

/** The problems as the text that a validation of a construct answers with; none where there are none. */
export function refusalsOf(problems: Problems): string[] {
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    return ValidationError.isValidationError(error) ? [error.message] : [];
  }
}
