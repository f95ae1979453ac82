import { type ITerraformDependable } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { KeyProtection } from "./key-protection";
import { type KeyRotation } from "./key-rotation";
import { KeyShape } from "./key-shape";
import { type IKeyVault } from "./key-vault";
import { addKey, addVersions, checkRotation } from "./private/vault-keys";
import { checkProtection, checkRotationKind, checkShape, checkVault } from "./private/value-kinds";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { given } from "../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { checkGiven } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { checkDisplayName, nameOf } from "../core/resource-name";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";

/** A key of OCI Vault, created here or imported. */
export interface IVaultKey extends IConstruct, ITerraformDependable {
  /** The OCID of the key. */
  readonly keyId: string;
  /** The OCID of the compartment of the key. */
  readonly compartmentId: string;
  /** The OCID of the current version, which encrypts and signs; it changes with each rotation. */
  readonly currentKeyVersionId: string;
  /** The vault of the key. */
  readonly vault: IKeyVault;
  /** The algorithm and the length; undefined for an imported key whose shape was not given. */
  readonly shape?: KeyShape;
  /** The protection of the key; undefined for an imported key whose protection was not given. */
  readonly protection?: KeyProtection;
}

/** Props for VaultKey. */
export interface VaultKeyProps extends TaggingProps {
  /** The vault of the key. */
  readonly vault: IKeyVault;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the compartment of the vault
   */
  readonly compartmentId?: string;
  /**
   * The algorithm and the length of the key.
   *
   * Keys of Secrets, volumes, file systems and buckets are AES keys. Keys that sign images are RSA keys.
   *
   * @default KeyShape.AES_256
   */
  readonly shape?: KeyShape;
  /**
   * The protection of the key.
   *
   * @default KeyProtection.hsm()
   */
  readonly protection?: KeyProtection;
  /**
   * The rotation of the key.
   *
   * @default - never
   */
  readonly rotation?: KeyRotation;
  /**
   * The name of the key, 1 to 255 characters.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

/** The attributes of an existing key. */
export interface VaultKeyAttributes {
  /** The OCID of the key. */
  readonly keyId: string;
  /** The OCID of its compartment. @default - throws when it is used */
  readonly compartmentId?: string;
  /** The OCID of its current version. @default - throws when it is used */
  readonly currentKeyVersionId?: string;
  /** Its vault. @default - throws when it is used */
  readonly vault?: IKeyVault;
  /** Its algorithm and length. @default - unknown, and nothing is rejected */
  readonly shape?: KeyShape;
  /** Its protection. @default - unknown, and nothing is rejected */
  readonly protection?: KeyProtection;
}

/**
 * A key of OCI Vault: by default AES-256 in a hardware security module.
 *
 * Terraform refuses to destroy it (`prevent_destroy`): without the key, all data that it encrypted is lost.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Tasks/managingkeys.htm
 */
@checked
export class VaultKey extends ResourceConstruct implements IVaultKey {
  /**
   * Imports an existing key; nothing is created or looked up.
   *
   * @throws OCID_INVALID, VALUE_INVALID, NAME_INVALID, NAME_DUPLICATE; ATTRIBUTE_MISSING when an attribute is used that was not given
   */
  public static fromVaultKeyAttributes(
    scope: Construct,
    id: string,
    attributes: VaultKeyAttributes,
  ): IVaultKey {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const all: Partial<VaultKeyAttributes> = attributes ?? {};
    checkOcid(problems, "keyId", all.keyId, "key");
    checkOcidIfGiven(problems, "compartmentId", all.compartmentId, "compartment", "tenancy");
    checkOcidIfGiven(problems, "currentKeyVersionId", all.currentKeyVersionId, "keyversion");
    checkVault(problems, all.vault);
    checkShape(problems, all.shape);
    checkProtection(problems, all.protection);
    problems.throwIfAny();
    return new ImportedKey(scope, id, attributes);
  }

  public readonly keyId: string;
  public readonly compartmentId: string;
  public readonly currentKeyVersionId: string;
  public readonly vault: IKeyVault;
  public readonly shape?: KeyShape;
  public readonly protection?: KeyProtection;
  /** The rotation of the key, if it has one. */
  public readonly rotation?: KeyRotation;

  /**
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  constructor(scope: Construct, id: string, props: VaultKeyProps) {
    check(scope, id, props);
    super(scope, id);
    const { vault, rotation } = props;
    const { managementEndpoint } = vault;
    this.vault = vault;
    this.compartmentId = props.compartmentId ?? vault.compartmentId;
    this.shape = props.shape ?? KeyShape.AES_256;
    this.protection = props.protection ?? KeyProtection.hsm();
    this.rotation = rotation;
    const key = addKey(this, "Resource", {
      compartmentId: this.compartmentId,
      displayName: props.displayName ?? nameOf(this),
      managementEndpoint,
      shape: this.shape,
      protection: this.protection,
      rotation,
      tags: tagsOf(this, props),
    });
    this.keyId = key.id;
    this.currentKeyVersionId = key.currentKeyVersion;
    addVersions(this, this.keyId, managementEndpoint, rotation);
  }
}

class ImportedKey extends ResourceConstruct implements IVaultKey {
  public readonly keyId: string;
  public readonly shape?: KeyShape;
  public readonly protection?: KeyProtection;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: VaultKeyAttributes,
  ) {
    super(scope, id);
    this.keyId = attributes.keyId;
    this.shape = attributes.shape;
    this.protection = attributes.protection;
    checkRegionWhenWritten(this, "keyId", attributes.keyId);
  }

  public get compartmentId(): string {
    return this.given("compartmentId", this.attributes.compartmentId);
  }

  public get currentKeyVersionId(): string {
    return this.given("currentKeyVersionId", this.attributes.currentKeyVersionId);
  }

  public get vault(): IKeyVault {
    return this.given("vault", this.attributes.vault);
  }

  private given<T>(name: string, value: T | undefined): T {
    return given(this, "VaultKey.fromVaultKeyAttributes", name, value);
  }
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function check(scope: Construct, id: string, all: VaultKeyProps): void {
  const props: Partial<VaultKeyProps> = all ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { vault, rotation } = props;
  checkGiven(problems, { vault });
  if (checkVault(problems, vault)) {
    problems.collect(() => vault?.managementEndpoint);
    if (props.compartmentId === undefined) problems.collect(() => vault?.compartmentId);
  }
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkShape(problems, props.shape);
  checkProtection(problems, props.protection);
  if (checkRotationKind(problems, rotation)) checkRotation(problems, rotation, vault);
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props);
  problems.throwIfAny();
}
