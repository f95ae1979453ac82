import { Token } from "cdktf";
import { checkText } from "./terraform-text";
import { Problems } from "./validation-error";
import { isOfKind, passing, type Reader, refuseKind } from "./value-readers";

/** The reason for an exception to a practice. */
export interface ReasonedChoice {
  /**
   * Why the exception is right here: one sentence for the next reader, shown in reports.
   *
   * Must contain a letter or a digit, of any script.
   */
  readonly reason: string;
}

// trim() keeps zero-width spaces, and punctuation alone is not a reason.
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/** Adds a problem if the reason contains no letter and no digit. */
export function checkReason(
  problems: Problems,
  choice: string,
  reason: string | undefined,
  property = "reason",
): void {
  if (typeof reason === "string" && SAYS_SOMETHING.test(reason)) return;
  problems.add(
    "REASON_MISSING",
    `${choice} has no reason`,
    `Give the reason in one sentence, for example { ${property.split(".").at(-1)}: "Needed until the migration ends in March" }`,
    property,
  );
}

/**
 * Reads the reason for an exception.
 *
 * @param choice the exception, as the beginning of a sentence, such as `A public API endpoint`
 */
export function reasonFor(choice: string): Reader<string> {
  return passing<string>((problems, name, reason) => {
    checkReason(problems, choice, reason, name);
  });
}

/**
 * Reads the reason of a choice that consists of nothing else.
 *
 * @returns an empty text if there is no reason, with a problem
 */
export function readReason(
  problems: Problems,
  exception: string,
  choice: Partial<ReasonedChoice> | undefined,
): string {
  return reasonFor(exception)(problems, "reason", choice?.reason) ?? "";
}

/**
 * A reader of the parameter `choice` of a factory, which consists of a reason.
 *
 * A problem names the property `reason`, which is what programs write.
 */
export function choiceOf(reason: Reader<string>): Reader<ReasonedChoice> {
  return (problems, name, choice) => {
    if (choice !== undefined && choice !== null && !isOfKind(choice, [])) {
      refuseKind(problems, name, choice, '{ reason: "…" }');
      return undefined;
    }
    const read = reason(problems, "reason", (choice as Partial<ReasonedChoice> | undefined)?.reason);
    return read === undefined ? undefined : { reason: read };
  };
}

/** Reads the reason of a factory that checks nothing else; throws its problem. */
export function readChoice(
  factory: string,
  exception: string,
  choice: Partial<ReasonedChoice> | undefined,
): string {
  const problems = new Problems(factory);
  const reason = readReason(problems, exception, choice);
  problems.throwIfAny();
  return reason;
}

/** Reads the reason for an exception that becomes the description of a security rule. */
export function ruleReasonFor(choice: string): Reader<string> {
  return passing<string>((problems, name, reason) => {
    checkRuleReason(problems, choice, reason, name);
  });
}

const MAX_DESCRIPTION_LENGTH = 255;

/** Adds a problem if the reason is empty, or is not valid as the description of a security rule. */
export function checkRuleReason(
  problems: Problems,
  choice: string,
  reason: string | undefined,
  property = "reason",
): void {
  checkReason(problems, choice, reason, property);
  checkText(problems, property, reason);
  const length = String(reason).length;
  if (length <= MAX_DESCRIPTION_LENGTH || Token.isUnresolved(reason)) return;
  problems.add(
    "RULE_REASON_LENGTH",
    `${property} has ${length} characters`,
    `Shorten it to at most ${MAX_DESCRIPTION_LENGTH} characters`,
  );
}
