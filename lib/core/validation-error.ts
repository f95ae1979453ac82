import { type IConstruct } from "constructs";
import { ERROR_CODES, type ErrorCode } from "./error-codes";
import { propertyOf } from "./public-surface";

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

interface CodedProblem extends ValidationProblem {
  readonly code: ErrorCode;
}

/** A problem with the arguments of a public call, found before the call checks them itself. */
export interface PendingProblem extends CodedProblem {
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
export function withPending(
  found: readonly CodedProblem[],
  pending = calls.at(-1) ?? [],
): readonly CodedProblem[] {
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

/** A problem whose code is one of the error codes. */
export interface Problem extends ValidationProblem {
  readonly code: ErrorCode;
}

function format(problem: Problem): string {
  return [
    `[${problem.code}] ${problem.path}: ${problem.what}`,
    `  Why: ${problem.why}`,
    `  Instead: ${problem.fix}`,
  ].join("\n");
}

/**
 * Invalid input, with all problems of one construct together; at synthesis, of all constructs.
 *
 * Thrown by constructors before anything of the construct is created, and at synthesis before anything is written.
 */
export class ValidationError extends Error {
  /** The code of the first problem. */
  public readonly code!: ErrorCode;
  /** The path of the first problem. */
  public readonly path!: string;
  /** All problems, in the order in which they were found. */
  public readonly problems!: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    if (!first) fail("a ValidationError has no problem");
    const count = problems.length > 1 ? `${problems.length} problems\n` : "";
    super(count + problems.map(format).join("\n"));
    // cdktf would wrap the message of an error that is thrown while it resolves values.
    const { message } = this;
    Object.defineProperty(this, "message", { get: () => message, set: () => undefined, configurable: true });
    // Node prints the enumerable properties of an uncaught error besides the message, which contains everything.
    const hidden = { name: "ValidationError", code: first.code, path: first.path, problems };
    for (const [key, value] of Object.entries(hidden))
      Object.defineProperty(this, key, { value, enumerable: false });
  }

  /** Whether a caught value is a ValidationError, including one of another copy of this library. */
  public static isValidationError(error: unknown): error is ValidationError {
    return error instanceof Error && error.name === "ValidationError" && "problems" in error;
  }
}

/** Collects the problems in the input of one construct, to report them together. */
export class Problems {
  private readonly found: Problem[] = [];
  private readonly path: string;

  /** @param origin the construct, or the name of the factory where there is no construct yet. */
  constructor(origin: IConstruct | string) {
    this.path = typeof origin === "string" ? origin : origin.node.path;
  }

  /** @param property the prop or parameter that is wrong; by default the one that `what` begins with */
  public add(code: ErrorCode, what: string, fix: string, property = propertyOf(what)): void {
    this.found.push({ code, path: this.path, property, what, why: ERROR_CODES[code].why, fix });
  }

  /** Throws the problems that were added, for methods that have nothing to return otherwise. */
  public throwAll(): never {
    this.throwIfAny();
    fail(`${this.path} has no problem to throw`);
  }

  /** Runs a factory and keeps its problems, so that they are reported with the rest; each once, however often it is met. */
  public collect<T>(produce: () => T): T | undefined {
    try {
      // The problems of the call as a whole are not those of a single value.
      return whilePending([], produce);
    } catch (error) {
      if (!ValidationError.isValidationError(error)) throw error;
      for (const problem of error.problems) if (!this.has(problem)) this.found.push(problem);
      return undefined;
    }
  }

  private has({ code, path, what }: Problem): boolean {
    return this.found.some(
      (problem) => problem.code === code && problem.path === path && problem.what === what,
    );
  }

  /** The number of problems so far. */
  public get count(): number {
    return this.found.length;
  }

  /** Whether a problem of this prop or parameter was found. */
  public hasProblemWith(property: string): boolean {
    return this.found.some((problem) => problem.property === property);
  }

  public get any(): boolean {
    return this.found.length > 0;
  }

  public throwIfAny(): void {
    const all = withPending(this.found);
    if (all.length > 0) throw new ValidationError(all);
  }

  /**
   * What the readers of a construct read, complete; throws all problems if there are any.
   *
   * A reader that returns nothing for a required prop has added a problem, so nothing required is missing here.
   */
  public resolved<T extends object>(read: Partial<T>): T {
    this.throwIfAny();
    return read as T;
  }
}
