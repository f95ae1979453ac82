import { createHash } from "node:crypto";
import { type IConstruct } from "constructs";

const LONGEST_DISPLAY_NAME = 255;
const LONGEST_POLICY_NAME = 100;

/** The name of what a construct makes where the user gave none: its path, joined by dashes. */
export function nameOf(scope: IConstruct): string {
  return shortened(scope.node.path.split("/").join("-"), LONGEST_DISPLAY_NAME - 40);
}

/**
 * A name that IAM takes for a policy; display names may have characters that it refuses.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policymgmt/managingpolicies_topic-To_create_a_policy.htm
 */
export function policyNameOf(text: string): string {
  return shortened(text.replace(/[^A-Za-z0-9._-]+/g, "-"), LONGEST_POLICY_NAME);
}

/** The beginning of a text that is too long, and a hash that tells it from others that begin alike. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${text.slice(0, most - hash.length - 1)}-${hash}`;
}
