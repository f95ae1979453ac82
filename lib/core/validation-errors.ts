import { checked } from "./checked";
import { propertyOf } from "./public-surface";
import { ValidationError, type ValidationProblem } from "./validation-error";

// The format of a ValidationError's message; the runtime of another language may append a stack trace.
const BEGINNING = /^(?=\[[A-Z][A-Z0-9_]*\] )/m;
const PROBLEM = /^\[(\w+)\] (.*?): (.*)\n {2}Why: (.*)\n {2}Instead: (.*?)(?:\n\s*at .*)?\s*$/s;

/**
 * Reads the errors that constructs throw.
 *
 * The message of such an error contains all details for people; its `name` is `ValidationError`.
 */
@checked
export class ValidationErrors {
  /**
   * The problems in a caught error, in the order in which they were found; empty for other kinds of errors.
   *
   * @param error the caught error, or its message: Python and other languages have their own error types, so there it is
   * `ValidationErrors.problems_of(str(error))`
   */
  public static problemsOf(error: unknown): ValidationProblem[] {
    if (typeof error === "string") return problemsIn(error);
    return ValidationError.isValidationError(error) ? [...error.problems] : [];
  }

  private constructor() {}
}

/** The problems in a message. */
function problemsIn(message: string): ValidationProblem[] {
  return message.split(BEGINNING).flatMap((block) => {
    const [, code, path = "", what = "", why = "", fix = ""] = PROBLEM.exec(block) ?? [];
    return code === undefined ? [] : [{ code, path, property: propertyOf(what), what, why, fix }];
  });
}
