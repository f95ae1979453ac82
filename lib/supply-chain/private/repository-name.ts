import { Token } from "cdktf";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";

const NAME = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const LONGEST = 255;

/**
 * Adds a problem for an invalid repository name; a reference to a Terraform value is accepted.
 *
 * The name is a path without the host and the namespace of the registry, as in image references.
 */
export function checkRepositoryName(problems: Problems, name: string, value: unknown): void {
  if (Token.isUnresolved(value)) return;
  if (typeof value === "string" && NAME.test(value) && value.length <= LONGEST) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(value)}`,
    'Write lower-case letters and digits, joined by ".", "_", "-" and "/", without the host and the namespace of the registry, such as "shop/web"',
  );
}
