import { TerraformProvider, TerraformStack, Token } from "cdktf";
import { type IConstruct } from "constructs";
import { computeForFindings, findWhenWritten } from "./program-findings";
import { Problems } from "./validation-error";

// The two regions whose OCIDs contain the region key instead of its name.
const KEYS: { readonly [key: string]: string } = { iad: "us-ashburn-1", phx: "us-phoenix-1" };
const REGION = /^[a-z]{2,3}-[a-z]+-\d+$/;

/**
 * The region in an OCID; undefined if there is none, or if the OCID is a reference.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm
 */
export function regionOf(ocid: unknown): string | undefined {
  if (typeof ocid !== "string" || Token.isUnresolved(ocid)) return undefined;
  const region = ocid.split(".")[3] ?? "";
  const name = KEYS[region] ?? region;
  return REGION.test(name) ? name : undefined;
}

/** Rejects at synthesis an OCID of another region than that of the stack's provider. */
export function checkRegionWhenWritten(construct: IConstruct, name: string, ocid: unknown): void {
  const region = regionOf(ocid);
  if (region === undefined) return;
  findWhenWritten(construct, () => {
    const own = computeForFindings(TerraformStack.of(construct), regionOfProvider);
    if (own === undefined || own === region) return [];
    const problems = new Problems(construct);
    problems.add(
      "OCID_INVALID",
      `${name} is of the region ${region}, and the provider of the stack is for ${own}`,
      `Give ${name} of ${own}, or make the stack with a provider for ${region}`,
    );
    problems.throwIfAny();
    return [];
  });
}

/** The region of the only provider without an alias of a stack; undefined if it is not a literal. */
export function regionOfProvider(stack: IConstruct): string | undefined {
  const all = stack.node
    .findAll()
    .filter((one): one is TerraformProvider => TerraformProvider.isTerraformProvider(one))
    .filter((one) => one.terraformResourceType === "oci" && !one.alias);
  const [only] = all;
  const region = all.length === 1 ? (only as unknown as { region?: unknown }).region : undefined;
  return typeof region === "string" && !Token.isUnresolved(region) ? region : undefined;
}
