import { matching, type Reader } from "../../core/readers";

/**
 * Reads the name of a repository, or a reference to a Terraform value.
 *
 * The name is a path without the host and the namespace of the registry, as in image references.
 */
export function repositoryName(): Reader<string> {
  return matching(
    /^(?=.{1,255}$)[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/,
    'Give lower-case letters and digits, joined by ".", "_", "-" and "/", without the host and the namespace of the registry, for example "shop/web"',
    { references: true },
  );
}
