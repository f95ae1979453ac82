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
