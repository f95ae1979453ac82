import { type TerraformProvider } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { SecretContent } from "./secret-content";
import { MAX_VERSION_LIFE, SecretExpiry, SecretRotation } from "./secret-lifecycle";
import { type ISecretReader, SecretReaders } from "./secret-readers";
import { checkEncryptionKey, checkKeyInVault } from "./vault-key";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
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
} from "../core/readers";
import {
  checkHomeRegionProvider,
  regionName,
  checkRegionWhenWritten,
  regionOf,
  terraformProvider,
} from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { checkText } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";
import { VaultSecret as VaultSecretResource } from "../oci/vault-secret";

/** A secret in OCI Vault. */
export interface IVaultSecret extends IConstruct {
  /** The name of the secret, unique in the vault. */
  readonly secretName: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /** The region of the vault, if it is known. */
  readonly region?: string;

  /**
   * Allows a workload to read this secret with its own service account, by one IAM statement.
   *
   * `workload.mountSecret` includes this call.
   *
   * @param reader the workload, such as a HardenedDeployment, whose chart is added to a cluster
   */
  grantRead(reader: ISecretReader): void;
}

/** Props for VaultSecret. */
export interface VaultSecretProps extends TaggingProps {
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the AES key that encrypts the secret; it must be in the same vault. */
  readonly keyId: string;
  /**
   * The name of the secret, unique in the vault: letters, digits, `-`, `_`, and `.`. A change replaces the secret.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly secretName?: string;
  /** The purpose of the secret. @default - none */
  readonly description?: string;
  /**
   * The value that the vault generates.
   *
   * @default SecretContent.passphrase()
   */
  readonly content?: SecretContent;
  /**
   * The expiry of the secret.
   *
   * @default - each version expires after 90 days, the maximum of OCI Vault
   */
  readonly expiry?: SecretExpiry;
  /**
   * The rotation of the secret.
   *
   * @default - none; you write each new version before the current one expires
   */
  readonly rotation?: SecretRotation;
  /**
   * The region of the vault, such as `eu-frankfurt-1`; only External Secrets needs it.
   *
   * @default - the region in the OCID of the vault, if that is a literal
   */
  readonly region?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/** The attributes of an existing secret. */
export interface VaultSecretAttributes {
  /** The name of the secret, unique in the vault. */
  readonly secretName: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /**
   * The region of the vault, such as `eu-frankfurt-1`; only External Secrets needs it.
   *
   * @default - the region in the OCID of the vault, if that is a literal
   */
  readonly region?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

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

/** Adds a problem for a value: it would be in the program, the plan, and the state. */
function checkValue(problems: Problems, props: object): void {
  const all = props as { readonly [name: string]: unknown };
  for (const name of VALUES.filter((candidate) => typeof all[candidate] === "string")) {
    problems.add(
      "SECRET_INVALID",
      `${name} is a text, but the vault generates the value of the secret`,
      "Leave the value out. For a value that exists already, create the secret with the OCI console or command line, and import it: " +
        "VaultSecret.fromVaultSecretAttributes(scope, id, { secretName, vaultId, compartmentId })",
    );
  }
}

/** Adds a problem if a version expires before the next rotation. */
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
    `rotation is every ${every} days, but a version expires after ${life} days`,
    `Rotate more often, for example SecretRotation.byFunction(functionId, { every: Duration.days(${example}) })`,
  );
}

export class ImportedVaultSecret extends Construct implements IVaultSecret {
  public readonly secretName: string;
  public readonly vaultId: string;
  public readonly compartmentId: string;
  public readonly region?: string;
  private readonly readers: SecretReaders;

  constructor(scope: Construct, id: string, attributes: VaultSecretAttributes) {
    const { secretName, vaultId, compartmentId, region, homeRegionProvider } = readImportedSecret(
      scope,
      id,
      attributes,
    );
    super(scope, id);
    this.secretName = secretName;
    this.vaultId = vaultId;
    this.compartmentId = compartmentId;
    this.region = region ?? regionOf(vaultId);
    this.readers = new SecretReaders(this, homeRegionProvider, {});
  }

  public grantRead(reader: ISecretReader): void {
    this.readers.add(reader);
  }
}

/**
 * A secret whose value OCI Vault generates, so that it is in no program, plan, or state.
 *
 * It always has an expiry rule and a rule against reusing old values, including those of deleted versions. Terraform refuses to destroy
 * it while the program has it (`prevent_destroy`), because the value exists nowhere else. Terraform ignores versions that a rotation or a person writes.
 *
 * @see https://docs.oracle.com/iaas/Content/secret-management/Concepts/secret-rules.htm
 */
@checked
export class VaultSecret extends ResourceConstruct implements IVaultSecret {
  /** Imports an existing secret. */
  public static fromVaultSecretAttributes(
    scope: Construct,
    id: string,
    attributes: VaultSecretAttributes,
  ): IVaultSecret {
    return new ImportedVaultSecret(scope, id, attributes);
  }

  public readonly secretName: string;
  public readonly vaultId: string;
  public readonly compartmentId: string;
  public readonly region?: string;
  /** The OCID of the secret. */
  public readonly secretId: string;
  /** The expiry of the secret. */
  public readonly expiry: SecretExpiry;
  /** The rotation of the secret, if it has one. */
  public readonly rotation?: SecretRotation;

  private readonly readers: SecretReaders;

  constructor(scope: Construct, id: string, props: VaultSecretProps) {
    const read = readVaultSecret(scope, id, props);
    const { compartmentId, vaultId, keyId, content, expiry, rotation, description } = read;
    super(scope, id);
    this.secretName = read.secretName ?? nameOf(this).replace(/[^A-Za-z0-9_.-]+/g, "-");
    this.expiry = expiry;
    this.rotation = rotation;
    this.vaultId = vaultId;
    this.compartmentId = compartmentId;
    this.region = read.region ?? regionOf(vaultId);
    checkRegionWhenWritten(this, "vaultId", vaultId);
    const secret = new VaultSecretResource(this, "Resource", {
      compartmentId,
      vaultId,
      keyId,
      secretName: this.secretName,
      ...(description === undefined ? {} : { description }),
      enableAutoGeneration: true,
      secretGenerationContext: content._generationContext(),
      secretRules: [
        expiry._rule(rotation?.interval !== undefined),
        { ruleType: "SECRET_REUSE_RULE", isEnforcedOnDeletedSecretVersions: true },
      ],
      ...(rotation ? { rotationConfig: rotation._config() } : {}),
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, read),
    });
    this.secretId = secret.id;
    if (rotation) this.grantRotation(rotation, read);
    this.readers = new SecretReaders(this, read.homeRegionProvider, tagsOf(this, read));
  }

  public grantRead(reader: ISecretReader): void {
    this.readers.add(reader);
  }

  private grantRotation(rotation: SecretRotation, secret: ResolvedVaultSecret): void {
    new IdentityPolicy(this, "RotationPolicy", {
      provider: secret.homeRegionProvider,
      compartmentId: rotation._compartmentId(this.compartmentId),
      name: policyNameOf(this, `${nameOf(this)}-rotation`),
      // IAM can't rename a policy.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets one secret rotate itself",
      statements: rotation._statements(this.secretId, this.compartmentId),
      ...tagsOf(this, secret),
    });
  }
}
