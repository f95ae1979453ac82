import { type ITerraformDependable, TerraformStack, Token, Tokenization } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { KeyProtection, KeyRotation, KeyShape } from "./key-properties";
import { type IKeyVault, VaultType } from "./key-vault";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { requiredAttribute } from "../core/missing-values";
import {
  displayName,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkRegionWhenWritten } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { identityOf, resolveReference } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";
import { KmsKey } from "../oci/kms-key";
import { KmsKeyVersion } from "../oci/kms-key-version";
import { KmsVault } from "../oci/kms-vault";

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

const KEY = {
  vault: valueOf<IKeyVault>("IKeyVault"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  shape: withDefault(valueOf(KeyShape), KeyShape.AES_256),
  protection: withDefault(valueOf(KeyProtection), KeyProtection.hsm()),
  rotation: optional(valueOf(KeyRotation)),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<VaultKeyProps>;

const IMPORTED_KEY = {
  keyId: ocid("key"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  currentKeyVersionId: optional(ocid("keyversion")),
  vault: optional(valueOf<IKeyVault>("IKeyVault")),
  shape: optional(valueOf(KeyShape)),
  protection: optional(valueOf(KeyProtection)),
} satisfies PropsSchema<VaultKeyAttributes>;

/**
 * A key of OCI Vault: by default AES-256 in a hardware security module.
 *
 * Terraform refuses to destroy it while the program has it (`prevent_destroy`): without the key, all data that it encrypted is lost.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Tasks/managingkeys.htm
 */
@checked
export class VaultKey extends ResourceConstruct implements IVaultKey {
  /** Imports an existing key; nothing is created or looked up. */
  public static fromVaultKeyAttributes(
    scope: Construct,
    id: string,
    attributes: VaultKeyAttributes,
  ): IVaultKey {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    return new ImportedKey(scope, id, problems.resolved(readProps(problems, attributes, IMPORTED_KEY)));
  }

  public readonly keyId: string;
  public readonly compartmentId: string;
  public readonly currentKeyVersionId: string;
  public readonly vault: IKeyVault;
  public readonly shape?: KeyShape;
  public readonly protection?: KeyProtection;
  /** The rotation of the key, if it has one. */
  public readonly rotation?: KeyRotation;
  /** The name of the key. */
  public readonly displayName: string;

  constructor(scope: Construct, id: string, props: VaultKeyProps) {
    const { vault, compartmentId, shape, protection, rotation, ...read } = readKey(scope, id, props);
    super(scope, id);
    const { managementEndpoint } = vault;
    this.vault = vault;
    this.compartmentId = compartmentId ?? vault.compartmentId;
    this.shape = shape;
    this.protection = protection;
    this.rotation = rotation;
    this.displayName = read.displayName ?? nameOf(this);
    const key = addKey(this, "Resource", {
      compartmentId: this.compartmentId,
      displayName: this.displayName,
      managementEndpoint,
      shape,
      protection,
      rotation,
      tags: tagsOf(this, read),
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
    private readonly attributes: Resolved<typeof IMPORTED_KEY>,
  ) {
    super(scope, id);
    this.keyId = attributes.keyId;
    this.shape = attributes.shape;
    this.protection = attributes.protection;
    checkRegionWhenWritten(this, "keyId", attributes.keyId);
  }

  public get compartmentId(): string {
    return this.attribute("compartmentId", this.attributes.compartmentId);
  }

  public get currentKeyVersionId(): string {
    return this.attribute("currentKeyVersionId", this.attributes.currentKeyVersionId);
  }

  public get vault(): IKeyVault {
    return this.attribute("vault", this.attributes.vault);
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return requiredAttribute(this, "VaultKey.fromVaultKeyAttributes", name, value);
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readKey(scope: Construct, id: string, props: VaultKeyProps): Resolved<typeof KEY> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, KEY);
  const { vault, rotation } = read;
  // Reading an attribute that an imported vault lacks throws.
  problems.collect(() => vault?.managementEndpoint);
  if (props?.compartmentId === undefined) problems.collect(() => vault?.compartmentId);
  checkRotation(problems, rotation, vault);
  return problems.resolved(read);
}

interface KeySettings {
  readonly compartmentId: string;
  readonly displayName: string;
  readonly managementEndpoint: string;
  readonly shape: KeyShape;
  readonly protection?: KeyProtection;
  readonly rotation?: KeyRotation;
  readonly tags: TaggingProps;
}

/** Creates a key with its rotation; Terraform refuses to destroy it. */
export function addKey(scope: Construct, id: string, settings: KeySettings): KmsKey {
  const { compartmentId, displayName, managementEndpoint, rotation } = settings;
  const interval = rotation?.interval;
  const key = new KmsKey(scope, id, {
    compartmentId,
    displayName,
    managementEndpoint,
    protectionMode: settings.protection?.mode ?? "HSM",
    keyShape: settings.shape._keyShape(),
    ...(interval === undefined
      ? {}
      : {
          isAutoRotationEnabled: true,
          autoKeyRotationDetails: { rotationIntervalInDays: interval.toDays() },
        }),
    lifecycle: { preventDestroy: true },
    ...settings.tags,
  });
  settings.protection?._acknowledge(key);
  return key;
}

/**
 * Creates one version for each epoch of a rotation.
 *
 * Destroying the resource of a version deletes the version in OCI, and all data that is encrypted under it is lost. So the versions are
 * instances of one resource, which exists even without epochs: if the program lacks the whole resource, Terraform ignores its
 * `prevent_destroy`, but not if it lacks an instance.
 */
export function addVersions(
  scope: Construct,
  keyId: string,
  managementEndpoint: string,
  rotation: KeyRotation | undefined,
): void {
  const versions = new KmsKeyVersion(scope, "Versions", {
    keyId,
    managementEndpoint,
    lifecycle: { preventDestroy: true },
  });
  versions.addOverride("for_each", `\${toset(${JSON.stringify(rotation?.epochNames ?? [])})}`);
}

/** Adds a problem if OCI can't rotate the keys of a vault automatically; the type of an imported vault may be unknown. */
export function checkRotation(
  problems: Problems,
  rotation: KeyRotation | undefined,
  vault: Pick<IKeyVault, "vaultType"> | undefined,
): void {
  if (rotation?.interval === undefined || vault?.vaultType !== VaultType.DEFAULT) return;
  problems.add(
    "VALUE_INVALID",
    `rotation is every ${rotation.interval.toHumanString()}, and a default vault has no automatic rotation`,
    'Give a vault of VaultType.VIRTUAL_PRIVATE, or rotate with each epoch: KeyRotation.epochs(["2026-11"])',
  );
}

const KEY_ID = /^\$\{oci_kms_key\.([\w-]+)\.id\}$/;

/** The algorithm of a key that the program creates, such as `AES`; undefined if it is unknown. */
export function algorithmOf(scope: IConstruct, keyId: string): string | undefined {
  const algorithm = createdKey(scope, keyId)?.keyShapeInput?.algorithm;
  return Token.isUnresolved(algorithm) ? undefined : algorithm;
}

/** Adds a problem if the program creates a key with another algorithm than AES, which encrypts all data at rest. */
export function checkEncryptionKey(
  problems: Problems,
  scope: IConstruct,
  name: string,
  keyId: string | undefined,
): void {
  const algorithm = keyId === undefined ? undefined : algorithmOf(scope, keyId);
  if (algorithm === undefined || algorithm === "AES") return;
  problems.add(
    "VALUE_INVALID",
    `${name} is an ${algorithm} key, and only AES keys encrypt data at rest`,
    "Give the keyId of a VaultKey with KeyShape.AES_256",
  );
}

/** Adds a problem if the program creates both the vault and the key, and the key is in another vault. */
export function checkKeyInVault(problems: Problems, scope: IConstruct, keyId: string, vaultId: string): void {
  const key = createdKey(scope, keyId);
  const endpoint = key?.managementEndpointInput;
  if (!key || endpoint === undefined || !Token.isUnresolved(vaultId)) return;
  const endpointOfKey = identityOf(key, endpoint);
  const vaultOfKey = key.node.root.node
    .findAll()
    .filter((construct): construct is KmsVault => construct instanceof KmsVault)
    .find((vault) => identityOf(vault, vault.managementEndpoint) === endpointOfKey);
  if (!vaultOfKey || identityOf(vaultOfKey, vaultOfKey.id) === identityOf(scope, vaultId)) return;
  problems.add(
    "VALUE_INVALID",
    `keyId is the key ${key.node.path} in the vault ${vaultOfKey.node.path}, and vaultId is another vault`,
    "Give a key and the vaultId of the same vault",
    "keyId",
  );
}

/** The key that an OCID refers to, if the program creates it. */
export function createdKey(scope: IConstruct, keyId: string): KmsKey | undefined {
  if (!Token.isUnresolved(keyId)) return undefined;
  const [token] = Tokenization.reverseString(keyId).tokens;
  const { originStack = TerraformStack.of(scope) } = (token ?? {}) as { originStack?: TerraformStack };
  const [, name] = KEY_ID.exec(resolveReference(originStack, keyId)) ?? [];
  if (name === undefined) return undefined;
  return originStack.node
    .findAll()
    .find(
      (construct): construct is KmsKey => construct instanceof KmsKey && construct.friendlyUniqueId === name,
    );
}
