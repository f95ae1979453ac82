import { type ErrorCode } from "./error-codes";

/** One problem in the input of a construct. */
export interface ValidationProblem {
  /** The error code, such as `CIDR_INVALID`; docs/errors.md lists all codes. */
  readonly code: string;
  /** The path of the construct, or the name of the value's factory. */
  readonly path: string;
  /**
   * The invalid prop or parameter, such as `plan.podCidr`.
   *
   * @default - none; the problem concerns the construct or the call as a whole
   */
  readonly property?: string;
  /** The problem, with the invalid values. */
  readonly what: string;
  /** The reason why it matters. */
  readonly why: string;
  /** The fix. */
  readonly fix: string;
}

interface Problem extends ValidationProblem {
  readonly code: ErrorCode;
}

/** A problem with the arguments of a public call, found before the call checks them itself. */
export interface PendingProblem extends Problem {
  /** The prop, if the call itself may not report it; undefined for parameters and nested values. */
  readonly slot?: string;
}

const calls: (readonly PendingProblem[])[] = [];

/** Whether a public call is running: nested calls come from the library itself, whose types the compiler has checked. */
export function isWithinCall(): boolean {
  return calls.length > 0;
}

/** Runs a public call whose arguments have these problems. */
export function whilePending<T>(problems: readonly PendingProblem[], run: () => T): T {
  calls.push(problems);
  try {
    return calls.length > 1 ? run() : withoutCreationStacks(run);
  } finally {
    calls.pop();
  }
}

/**
 * Runs a call of the library without the stack trace that cdktf formats for each token, several for each resource.
 *
 * They would take a third of a synthesis, and name files of the library rather than the line of the program. Errors keep their
 * stacks: the engine records those itself and not through this function.
 */
function withoutCreationStacks<T>(run: () => T): T {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => undefined;
  try {
    return run();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}

/**
 * The problems that a call found itself, with the pending ones that it did not report.
 *
 * A reader often describes a problem more precisely, so its problems of a prop take precedence; and it reads all parameters, and all
 * members of a nested value.
 */
export function withPending(found: readonly Problem[], pending = calls.at(-1) ?? []): readonly Problem[] {
  if (found.length === 0 || pending.length === 0) return [...found, ...pending];
  const reported = found.map(({ what }) => what).join("\n");
  return [
    ...found,
    ...pending.filter(({ slot, what }) => slot !== undefined && !mentions(reported, slot, what)),
  ];
}

function mentions(reported: string, slot: string, what: string): boolean {
  return (
    reported.includes(what) ||
    new RegExp(`(?<![\\w$])${slot.replace(/\W/g, "\\$&")}(?![\\w$])`).test(reported)
  );
}
