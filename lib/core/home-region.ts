import { TerraformProvider, TerraformStack } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { shown } from "./display-value";
import { checkMembers } from "./required";
import { type Problems } from "./validation-error";

/** Adds a problem for a provider of the home region that can't be used in the scope's stack. */
export function checkHomeRegionProvider(
  problems: Problems,
  scope: Construct,
  provider: TerraformProvider | undefined,
): void {
  const example = 'new oci.provider.OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" })';
  if (!checkMembers(problems, "homeRegionProvider", provider, ["node", "alias"], example)) return;
  const [own, theirs] = [TerraformStack.of(scope), TerraformStack.of(provider as TerraformProvider)];
  if (own !== theirs) {
    problems.add(
      "PROVIDER_INVALID",
      `homeRegionProvider is of the stack ${theirs.node.path}, and not of ${own.node.path}`,
      `Make one in the stack ${own.node.path}, with the alias "home"`,
    );
  } else if (hasDouble(own, provider as TerraformProvider)) {
    const { alias } = provider as TerraformProvider;
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
