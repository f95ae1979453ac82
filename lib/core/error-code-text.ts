/** The explanation of an error code. */
export interface ErrorCodeText {
  /** A short description of the problem. */
  readonly title: string;
  /** The reason why it matters. */
  readonly why: string;
}
