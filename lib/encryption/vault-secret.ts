import { type Construct } from "constructs";
import { ImportedVaultSecret } from "./private/imported-vault-secret";
import { SecretReaders } from "./private/secret-readers";
import { readVaultSecret, type ResolvedVaultSecret } from "./private/read-vault-secret";
import { type SecretExpiry } from "./secret-expiry";
import { type ISecretReader } from "./secret-reader";
import { type SecretRotation } from "./secret-rotation";
import { type IVaultSecret, type VaultSecretAttributes, type VaultSecretProps } from "./vault-secret-props";
import { checked } from "../core/checked";
import { checkRegionWhenWritten, regionOf } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { tagsOf } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";
import { VaultSecret as VaultSecretResource } from "../oci/vault-secret";

export { type IVaultSecret, type VaultSecretAttributes, type VaultSecretProps } from "./vault-secret-props";

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
