import { type Construct } from "constructs";
import { checkEncryptionKey, checkKeyInVault } from "./key-algorithm";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { checkHomeRegionProvider, regionName, terraformProvider } from "../../core/regions";
import {
  checkedBy,
  matching,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { checkText } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";
import { SecretContent } from "../secret-content";
import { MAX_VERSION_LIFE, SecretExpiry } from "../secret-expiry";
import { SecretRotation } from "../secret-rotation";
import { type VaultSecretAttributes, type VaultSecretProps } from "../vault-secret-props";

const SECRET_NAME = /^[A-Za-z0-9._-]{1,255}$/;
// The names that programs without types might use for the value of a secret.
const VALUES = ["content", "secretContent", "secretString", "secretValue", "value"];

const secretName = (): Reader<string> =>
  matching(SECRET_NAME, "Use 1 to 255 letters, digits, -, _, and .", { references: true });

const VAULT_SECRET = {
  compartmentId: ocid("compartment", "tenancy"),
  vaultId: ocid("vault"),
  keyId: ocid("key"),
  secretName: optional(secretName()),
  description: optional(checkedBy(text(), checkText)),
  region: optional(regionName()),
  content: withDefault(valueOf(SecretContent), SecretContent.passphrase()),
  expiry: withDefault(valueOf(SecretExpiry), SecretExpiry.after(MAX_VERSION_LIFE)),
  rotation: optional(valueOf(SecretRotation)),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<VaultSecretProps>;

export type ResolvedVaultSecret = Resolved<typeof VAULT_SECRET>;

const IMPORTED_SECRET = {
  secretName: secretName(),
  vaultId: ocid("vault"),
  compartmentId: ocid("compartment", "tenancy"),
  region: optional(regionName()),
  homeRegionProvider: optional(terraformProvider()),
} satisfies PropsSchema<VaultSecretAttributes>;

/** Reads the props of a secret; throws all problems together. */
export function readVaultSecret(scope: Construct, id: string, props: VaultSecretProps): ResolvedVaultSecret {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, VAULT_SECRET);
  checkValue(problems, props ?? {});
  checkOrder(problems, read.expiry, read.rotation);
  const { keyId, vaultId } = read;
  checkEncryptionKey(problems, scope, "keyId", keyId);
  if (keyId !== undefined && vaultId !== undefined) checkKeyInVault(problems, scope, keyId, vaultId);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved(read);
}

/** Reads the attributes of an existing secret; throws all problems together. */
export function readImportedSecret(
  scope: Construct,
  id: string,
  attributes: VaultSecretAttributes,
): Resolved<typeof IMPORTED_SECRET> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, attributes, IMPORTED_SECRET);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved(read);
}

/** A secret is generated, so a value beside that would be in the program, the plan, and the state. */
function checkValue(problems: Problems, props: object): void {
  const all = props as { readonly [name: string]: unknown };
  for (const name of VALUES.filter((candidate) => typeof all[candidate] === "string")) {
    problems.add(
      "SECRET_INVALID",
      `The secret is generated in the vault, and ${name} gives it a value too`,
      "Leave the value out. For a value that exists already, create the secret with the OCI console or command line, and import it: " +
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
  const every = rotation?.interval?.toDays();
  const life = expiry?.versionLife?.toDays();
  if (every === undefined || life === undefined || every < life) return;
  const example = Math.max(1, Math.floor(life / 2));
  problems.add(
    "SECRET_INVALID",
    `rotation is every ${every} days, and a version expires after ${life} days`,
    `Rotate more often, for example SecretRotation.byFunction(functionId, { every: Duration.days(${example}) })`,
  );
}
