import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { LONGEST_DISPLAY_NAME } from "./display-name";
import { shortHash } from "./short-hash";
import { literalText } from "./terraform-text";

// What is made under a name adds a word of its own.
const LONGEST_STEM = LONGEST_DISPLAY_NAME - 40;
const LONGEST_POLICY_NAME = 100;

/** The name of what a construct makes where the user gave none: its path, joined by dashes. */
export function nameOf(scope: IConstruct): string {
  return stemOf(literalText(scope.node.path.split("/").join("-")));
}

/** A name as the beginning of others: short enough for a word behind it. */
export function stemOf(name: string): string {
  return Token.isUnresolved(name) ? name : shortened(name, LONGEST_STEM);
}

/**
 * A name for a policy: of characters that IAM takes, and different from that of every other policy in the compartment.
 *
 * Display names may have other characters and may be the same, so a hash of the construct's path and of the text ends
 * each. IAM has no way to rename a policy, so the name must never depend on what else there is.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policymgmt/managingpolicies_topic-Working_with_Policies.htm
 */
export function policyNameOf(scope: IConstruct, text: string): string {
  // A reference has nothing that could stand in a name, and its placeholder moves.
  const known = Token.isUnresolved(text) ? scope.node.path : text;
  const hash = shortHash(`${scope.node.path}\n${known}`);
  const words = known.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, LONGEST_POLICY_NAME - hash.length - 1);
  return `${words}-${hash}`;
}

/** The beginning of a text that is too long, and a hash that tells it from others that begin alike. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const hash = shortHash(text);
  return `${text.slice(0, most - hash.length - 1)}-${hash}`;
}
