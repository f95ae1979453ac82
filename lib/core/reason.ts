import { Token } from "cdktf";
import { checkText } from "./terraform-text";
import { type Problems } from "./validation-error";

/** A way out of a practice, which needs a reason. */
export interface ReasonedChoice {
  /**
   * Why this is right here: one sentence for the next reader, shown in reports.
   *
   * Must not be blank.
   */
  readonly reason: string;
}

/** Adds a problem where the reason is blank. */
export function checkReason(problems: Problems, choice: string, reason: string | undefined): void {
  if (typeof reason === "string" && reason.trim() !== "") return;
  problems.add(
    "REASON_MISSING",
    `${choice} has no reason`,
    `Say why in one sentence, for example { reason: "Partners connect from the internet until the VPN is there" }`,
  );
}

const LONGEST_DESCRIPTION = 255;

/** Adds a problem where the reason is blank, or can't be the description of a security rule. */
export function checkRuleReason(problems: Problems, choice: string, reason: string | undefined): void {
  checkReason(problems, choice, reason);
  checkText(problems, "The reason", reason);
  const length = String(reason).length;
  if (length <= LONGEST_DESCRIPTION || Token.isUnresolved(reason)) return;
  problems.add(
    "RULE_REASON_LENGTH",
    `The reason has ${length} characters`,
    `Say it in at most ${LONGEST_DESCRIPTION}`,
  );
}
