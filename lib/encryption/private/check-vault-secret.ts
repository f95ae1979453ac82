import { Token } from "cdktf";
import { type Construct } from "constructs";
import { checkHomeRegionProvider } from "../../core/home-region";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkOcid } from "../../core/ocid";
import { checkRegionName } from "../../core/region-name";
import { checkMembers } from "../../core/required";
import { shown } from "../../core/display-value";
import { checkTags } from "../../core/tagging";
import { checkText } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";
import { type SecretExpiry } from "../secret-expiry";
import { type SecretRotation } from "../secret-rotation";
import { type VaultSecretProps } from "../vault-secret-props";

const SECRET_NAME = /^[A-Za-z0-9._-]{1,255}$/;
// What programs without types might call a value that they have already.
const VALUES = ["content", "secretContent", "secretString", "secretValue", "value"];

/** Validates the props of a secret; throws with all that is wrong. */
export function checkVaultSecret(scope: Construct, id: string, given: VaultSecretProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<VaultSecretProps> = given ?? {};
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcid(problems, "vaultId", props.vaultId, "vault");
  checkOcid(problems, "keyId", props.keyId, "key");
  if (props.secretName !== undefined) checkSecretName(problems, "secretName", props.secretName);
  checkText(problems, "description", props.description);
  if (props.region !== undefined) checkRegionName(problems, "region", props.region);
  checkValue(problems, props);
  checkMembers(problems, "content", props.content, ["_generationContext"], "SecretContent.passphrase()");
  checkMembers(problems, "expiry", props.expiry, ["_rule"], "SecretExpiry.after(Duration.days(90))");
  checkMembers(
    problems,
    "rotation",
    props.rotation,
    ["_config"],
    'SecretRotation.byFunction("ocid1.fnfunc.…", { every: Duration.days(30) })',
  );
  checkOrder(problems, props.expiry, props.rotation);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** Adds a problem where a name can't be that of a secret; a reference passes. */
export function checkSecretName(problems: Problems, name: string, value: string): void {
  if (typeof value === "string" && (Token.isUnresolved(value) || SECRET_NAME.test(value))) return;
  problems.add("NAME_INVALID", `${name} is ${shown(value)}`, "Use 1 to 255 letters, digits, -, _, and .");
}

/** A secret is generated, so a value beside that would be in the program, the plan, and the state. */
function checkValue(problems: Problems, props: object): void {
  const all = props as { readonly [name: string]: unknown };
  for (const name of VALUES.filter((one) => typeof all[one] === "string")) {
    problems.add(
      "SECRET_INVALID",
      `The secret is generated in the vault, and ${name} gives it a value too`,
      "Leave the value out. For one that somebody else chose, create the secret with the OCI console or command line, and refer to it: " +
        "VaultSecret.fromVaultSecretAttributes(scope, id, { secretName, vaultId, compartmentId })",
    );
  }
}

/** A version must be replaced before it expires. */
function checkOrder(
  problems: Problems,
  expiry: SecretExpiry | undefined,
  rotation: SecretRotation | undefined,
): void {
  const every = rotation?.intervalInDays;
  // Without an expiry of its own, a version lives as long as OCI Vault lets it.
  const life = expiry === undefined ? 90 : expiry.versionLifeInDays;
  if (every === undefined || life === undefined || every < life) return;
  problems.add(
    "SECRET_INVALID",
    `The secret is rotated every ${every} days, and a version expires after ${life} days`,
    `Rotate it earlier, for example SecretRotation.byFunction(functionId, { every: Duration.days(${Math.max(1, Math.floor(life / 2))}) })`,
  );
}
