import { Token } from "cdktf";
import { checkText } from "./terraform-text";
import { type Problems } from "./validation-error";

/** The longest name that OCI shows. */
export const LONGEST_DISPLAY_NAME = 255;

/**
 * Adds a problem where a name that was given is blank or too long; a reference to a Terraform value passes.
 *
 * @param most how long it may be, where more is put behind it
 */
export function checkDisplayName(
  problems: Problems,
  name: string,
  value: string | undefined,
  most = LONGEST_DISPLAY_NAME,
): void {
  if (value === undefined) return;
  checkText(problems, name, value);
  if (Token.isUnresolved(value)) return;
  if (typeof value === "string" && value.trim() !== "" && value.length <= most) return;
  const what =
    typeof value !== "string" ? "no text" : value.trim() === "" ? "blank" : `${value.length} characters long`;
  problems.add("NAME_INVALID", `${name} is ${what}`, `Give 1 to ${most} characters, or leave it out`);
}
