import { TerraformStack, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { checkMembers } from "../core/required";
import { type Problems } from "../core/validation-error";

/** Adds a problem where the home region's provider was given and can't be used in the scope's stack. */
export function checkHomeRegionProvider(
  problems: Problems,
  scope: Construct,
  provider: TerraformProvider | undefined,
): void {
  const example = 'new oci.provider.OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" })';
  if (!checkMembers(problems, "homeRegionProvider", provider, ["node", "alias"], example)) return;
  const [own, theirs] = [TerraformStack.of(scope), TerraformStack.of(provider as TerraformProvider)];
  if (own === theirs) return;
  problems.add(
    "PROVIDER_INVALID",
    `homeRegionProvider is of the stack ${theirs.node.path}, and not of ${own.node.path}`,
    `Make one in the stack ${own.node.path}, with the alias "home"`,
  );
}
