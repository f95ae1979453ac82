const ISSUES = "https://github.com/secure-oke/secure-oke/issues";

/**
 * Throws for a state that no input can cause.
 *
 * Bad input is a `ValidationError` instead, by `Problems`.
 *
 * @param message the state, such as `the public subnet has no internet gateway`
 */
export function fail(message: string): never {
  throw new Error(
    `Bug in secure-oke: ${message}. Please report this message with its stack trace at ${ISSUES}`,
  );
}
