/** One thing that is wrong with what a construct was given. */
export interface ValidationProblem {
  /** Which kind of problem, such as `CIDR_INVALID`; docs/errors.md lists them. */
  readonly code: string;
  /** The path of the construct, or the name of the value's factory. */
  readonly path: string;
  /** What is wrong, with the values. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
}
