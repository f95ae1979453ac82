import { DataResource } from "cdktf";
import { type Construct } from "constructs";

/**
 * What a data source depends on so that it is read when a stack is applied for the first time, and planned from then on.
 *
 * A plan of a new stack then needs no call, and so no account. Not a resource of the provider: whenever one of those is
 * updated, Terraform knows nothing of what depends on it, and replaces whatever can't be updated in place.
 */
export function firstApply(scope: Construct): DataResource {
  return new DataResource(scope, "FirstApply");
}
