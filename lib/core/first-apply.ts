import { TerraformResource } from "cdktf";
import { type Construct } from "constructs";

const ID = "FirstApply";
const TYPE = "terraform_data";

/**
 * What a data source depends on so that it is read when a stack is applied for the first time, and planned from then on.
 *
 * A plan of a new stack then needs no call, and so no account. Not a resource of the provider: whenever one of those is
 * updated, Terraform knows nothing of what depends on it, and replaces whatever can't be updated in place.
 *
 * Not cdktf's own class for it either: that one runs Terraform to ask for its version, while a program must synthesize
 * where there is none.
 *
 * @see https://developer.hashicorp.com/terraform/language/resources/terraform-data
 */
export function firstApply(scope: Construct): TerraformResource {
  return new TerraformResource(scope, ID, { terraformResourceType: TYPE });
}

/** The id of the resource that keeps the Kubernetes versions that OKE offered when a version was applied. */
export const RECORDED_VERSIONS = "RecordedVersions";

/** Whether a resource is one of the library's own markers, which stand for nothing in OCI. */
export function isMarker({ node, terraformResourceType }: TerraformResource): boolean {
  return [ID, RECORDED_VERSIONS].includes(node.id) && terraformResourceType === TYPE;
}
