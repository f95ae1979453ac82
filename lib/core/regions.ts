import { TerraformProvider, TerraformStack, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { shown } from "./display-value";
import { Problems } from "./validation-error";
import { kind, passing, type Reader } from "./value-readers";
import { computeForFindings, findWhenWritten } from "./warnings";

const REGION = /^[a-z]{2,3}-[a-z]+-\d+$/;

/** Reads the name of a region, such as `eu-frankfurt-1`, or a reference to one. */
export function regionName(): Reader<string> {
  return passing<string>((problems, name, region) => {
    if (typeof region === "string" && (Token.isUnresolved(region) || REGION.test(region))) return;
    problems.add(
      "VALUE_INVALID",
      `${name} is ${shown(region)}`,
      "Give the name of a region, for example eu-frankfurt-1",
    );
  });
}

// The two regions whose OCIDs contain the region key instead of its name.
const KEYS: { readonly [key: string]: string } = { iad: "us-ashburn-1", phx: "us-phoenix-1" };

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
    .filter((construct): construct is TerraformProvider => TerraformProvider.isTerraformProvider(construct))
    .filter((provider) => provider.terraformResourceType === "oci" && !provider.alias);
  const [only] = all;
  const region = all.length === 1 ? (only as unknown as { region?: unknown }).region : undefined;
  return typeof region === "string" && !Token.isUnresolved(region) ? region : undefined;
}

/** Reads a provider of Terraform. */
export function terraformProvider(): Reader<TerraformProvider> {
  const example = 'new oci.provider.OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" })';
  return kind<TerraformProvider>(["node", "alias"], example);
}

/** Adds a problem for a provider of the home region that can't be used in the scope's stack. */
export function checkHomeRegionProvider(
  problems: Problems,
  scope: Construct,
  provider: TerraformProvider | undefined,
): void {
  if (!provider) return;
  const [own, theirs] = [TerraformStack.of(scope), TerraformStack.of(provider)];
  if (own !== theirs) {
    problems.add(
      "PROVIDER_INVALID",
      `homeRegionProvider is of the stack ${theirs.node.path}, and not of ${own.node.path}`,
      `Make one in the stack ${own.node.path}, with the alias "home"`,
    );
  } else if (hasDouble(own, provider)) {
    const { alias } = provider;
    problems.add(
      "PROVIDER_INVALID",
      `homeRegionProvider has ${alias === undefined ? "no alias" : `the alias ${shown(alias)}`}, as another provider of the stack`,
      'Give it an alias of its own, such as "home"',
    );
  }
}

/** Terraform distinguishes providers of one type by their aliases. */
function hasDouble(stack: TerraformStack, provider: TerraformProvider): boolean {
  const { terraformResourceType: kind, alias } = provider;
  return stack.node
    .findAll()
    .some(
      (other) =>
        other !== provider &&
        TerraformProvider.isTerraformProvider(other) &&
        other.terraformResourceType === kind &&
        other.alias === alias,
    );
}

/** A key and the policy that lets clusters use it. */
interface WithPolicy extends IConstruct {
  readonly policy: { readonly provider?: TerraformProvider };
}

/** Adds a problem where the key's policy is written through another provider than the cluster's. */
export function checkSameHomeRegion(
  problems: Problems,
  scope: Construct,
  provider: TerraformProvider | undefined,
  encryption: WithPolicy,
): void {
  // Each stack has its own providers, whose regions are unknown.
  if (TerraformStack.of(scope) !== TerraformStack.of(encryption)) return;
  const [own, theirs] = [provider, encryption.policy.provider].map((each) => each?.alias);
  if (own === theirs) return;
  const name = (alias: string | undefined) =>
    alias === undefined ? "the stack's own provider" : `the provider ${shown(alias)}`;
  problems.add(
    "PROVIDER_INVALID",
    `The policy of the key ${encryption.node.path} is written by ${name(theirs)}, those of the cluster by ${name(own)}`,
    "Give both the same homeRegionProvider: policies are written in the tenancy's home region",
  );
}
