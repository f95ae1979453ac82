import { createHash } from "node:crypto";
import { TerraformStack, Token } from "cdktf";
import { type IConstruct } from "constructs";
import { checkText, literalText, resolveReference } from "./terraform-text";
import { type Problems } from "./validation-error";
import { passing, type Reader } from "./value-readers";

/** The longest name that OCI shows. */
export const MAX_DISPLAY_NAME_LENGTH = 255;

/**
 * Adds a problem for a blank or too long name; a reference to a Terraform value passes.
 *
 * @param most the maximum length, if a suffix is appended
 */
export function checkDisplayName(
  problems: Problems,
  name: string,
  value: string | undefined,
  most = MAX_DISPLAY_NAME_LENGTH,
): void {
  if (value === undefined) return;
  checkText(problems, name, value);
  if (Token.isUnresolved(value)) return;
  if (typeof value === "string" && value.trim() !== "" && value.length <= most) return;
  const what =
    typeof value !== "string" ? "no text" : value.trim() === "" ? "blank" : `${value.length} characters long`;
  problems.add("NAME_INVALID", `${name} is ${what}`, `Give 1 to ${most} characters, or leave it out`);
}

/** Reads a display name. */
export function displayName(most = MAX_DISPLAY_NAME_LENGTH): Reader<string> {
  return passing<string>((problems, name, value) => {
    checkDisplayName(problems, name, value, most);
  });
}

// The resources of a construct append a word of their own.
const MAX_STEM_LENGTH = MAX_DISPLAY_NAME_LENGTH - 40;
const MAX_POLICY_NAME_LENGTH = 100;

/** The default name of the resources of a construct: its path, joined by dashes. */
export function nameOf(scope: IConstruct): string {
  return stemOf(literalText(scope.node.path.split("/").join("-")));
}

/** A name as a prefix, short enough for another word. */
export function stemOf(name: string): string {
  return Token.isUnresolved(name) ? name : shortened(name, MAX_STEM_LENGTH);
}

/**
 * A name for a policy: of characters that IAM accepts, and unique in the compartment.
 *
 * Display names may have other characters and may be equal, so each name ends in a hash of the construct's path and of the text. IAM
 * can't rename a policy, so the name must not depend on other policies.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policymgmt/managingpolicies_topic-Working_with_Policies.htm
 */
export function policyNameOf(scope: IConstruct, text: string): string {
  // The placeholder of a reference is not stable, and not valid in a name.
  const literal = Token.isUnresolved(text) ? scope.node.path : text;
  const hash = shortHash(`${scope.node.path}\n${literal}`);
  const words = literal.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, MAX_POLICY_NAME_LENGTH - hash.length - 1);
  return `${words}-${hash}`;
}

/** The beginning of a long text, and a hash that distinguishes it from other texts with the same beginning. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const hash = shortHash(text);
  return `${text.slice(0, most - hash.length - 1)}-${hash}`;
}

/** The name of an output of a construct: its path in the stack and a suffix. */
export function outputNameOf({ node }: IConstruct, suffix: string): string {
  const stack = node.scopes.find((construct): construct is TerraformStack =>
    TerraformStack.isStack(construct),
  );
  const inStack = node.scopes.slice(stack ? stack.node.scopes.length : 0);
  const path = inStack.map((scope) => scope.node.id.replace(/[^A-Za-z0-9_-]+/g, "-"));
  return [...path, suffix].join("_");
}

/** A few hexadecimal digits that tell a text from others, for names and ids that can't hold the text itself. */
export function shortHash(text: string, digits = 8): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}

/**
 * A text that can stand in a construct's id in the place of a value.
 *
 * A reference is a placeholder with a running number, which moves when something is added before it; a hash of what it
 * refers to stays.
 */
export function idPartOf(scope: IConstruct, value: string): string {
  if (!Token.isUnresolved(value)) return value.replace(/[^A-Za-z0-9_-]/g, "-");
  // A Lazy may produce nothing, which is reported when the stack is written.
  return shortHash(String(resolveReference(scope, value)));
}
