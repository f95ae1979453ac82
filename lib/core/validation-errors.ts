import { checked } from "./checked";
import { ValidationError } from "./validation-error";
import { type ValidationProblem } from "./validation-problem";

/**
 * Reads the errors that the constructs throw.
 *
 * The message of such an error has all of it for people; its `name` is `ValidationError`.
 */
@checked
export class ValidationErrors {
  /**
   * What a caught error found wrong, in the order in which it was found; empty where it is another kind of error.
   *
   * @param error whatever was caught
   */
  public static problemsOf(error: unknown): ValidationProblem[] {
    return ValidationError.isValidationError(error) ? [...error.problems] : [];
  }

  private constructor() {}
}
