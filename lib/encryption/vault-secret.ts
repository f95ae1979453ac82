import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { ImportedVaultSecret } from "./private/imported-vault-secret";
import { SecretReaders } from "./private/secret-readers";
import { checkVaultSecret } from "./private/check-vault-secret";
import { SecretContent } from "./secret-content";
import { MAX_VERSION_LIFE_LENGTH, SecretExpiry } from "./secret-expiry";
import { type ISecretReader } from "./secret-reader";
import { type SecretRotation } from "./secret-rotation";
import { type IVaultSecret, type VaultSecretAttributes, type VaultSecretProps } from "./vault-secret-props";
import { checked } from "../core/checked";
import { checkRegionWhenWritten, regionOf } from "../core/region-of-ocid";
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
 * it (`prevent_destroy`), because the value exists nowhere else. Terraform ignores versions that a rotation or a person writes.
 *
 * @see https://docs.oracle.com/iaas/Content/secret-management/Concepts/secret-rules.htm
 */
@checked
export class VaultSecret extends ResourceConstruct implements IVaultSecret {
  /**
   * Imports an existing secret.
   *
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, ATTRIBUTE_MISSING, VALUE_INVALID, PROVIDER_INVALID
   */
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

  private readonly readers: SecretReaders;

  /**
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, SECRET_INVALID, TAG_INVALID, TEXT_TEMPLATE, PROVIDER_INVALID,
   * ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: VaultSecretProps) {
    checkVaultSecret(scope, id, props);
    super(scope, id);
    const { compartmentId, vaultId, keyId, rotation } = props;
    const content = props.content ?? SecretContent.passphrase();
    const expiry = props.expiry ?? SecretExpiry.after(Duration.days(MAX_VERSION_LIFE_LENGTH));
    this.secretName = props.secretName ?? nameOf(this).replace(/[^A-Za-z0-9_.-]+/g, "-");
    this.vaultId = vaultId;
    this.compartmentId = compartmentId;
    this.region = props.region ?? regionOf(vaultId);
    checkRegionWhenWritten(this, "vaultId", vaultId);
    const secret = new VaultSecretResource(this, "Resource", {
      compartmentId,
      vaultId,
      keyId,
      secretName: this.secretName,
      ...(props.description === undefined ? {} : { description: props.description }),
      enableAutoGeneration: true,
      secretGenerationContext: content._generationContext(),
      secretRules: [
        expiry._rule(rotation?.intervalInDays !== undefined),
        { ruleType: "SECRET_REUSE_RULE", isEnforcedOnDeletedSecretVersions: true },
      ],
      ...(rotation ? { rotationConfig: rotation._config() } : {}),
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
    this.secretId = secret.id;
    if (rotation) this.grantRotation(rotation, props);
    this.readers = new SecretReaders(this, props.homeRegionProvider, tagsOf(this, props));
  }

  public grantRead(reader: ISecretReader): void {
    this.readers.add(reader);
  }

  private grantRotation(rotation: SecretRotation, props: VaultSecretProps): void {
    new IdentityPolicy(this, "RotationPolicy", {
      provider: props.homeRegionProvider,
      compartmentId: rotation._compartmentId(this.compartmentId),
      name: policyNameOf(this, `${nameOf(this)}-rotation`),
      // IAM can't rename a policy.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets one secret rotate itself",
      statements: rotation._statements(this.secretId, this.compartmentId),
      ...tagsOf(this, props),
    });
  }
}
