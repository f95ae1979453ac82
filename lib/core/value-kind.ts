import { Token } from "cdktf";
import { Construct } from "constructs";
import { findCredential, namesSecret } from "./credential-literal";
import { shown } from "./display-value";

const MAX_TEXT_LENGTH = 80;

/**
 * What a value of the wrong kind is, for messages: a short text itself, unless it may be a credential, and never what is
 * in a list or an object.
 *
 * @param place the place of the value, such as `images.web`, whose name may indicate a secret
 */
export function kindOf(place: string, value: unknown): string {
  if (value === undefined) return "not given";
  if (Token.isUnresolved(value)) return shown(value);
  if (typeof value === "string") return mayBeShown(place, value) ? shown(value) : "a text";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null || Construct.isConstruct(value)) return shown(value);
  return "an object of another kind";
}

function mayBeShown(place: string, text: string): boolean {
  return text.length <= MAX_TEXT_LENGTH && !namesSecret(place) && findCredential(text) === undefined;
}
