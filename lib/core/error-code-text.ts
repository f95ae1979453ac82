/** The explanation of an error code. */
export interface ErrorCodeText {
  /** What is wrong, in a few words. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
}
