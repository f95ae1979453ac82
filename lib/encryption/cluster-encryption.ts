import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { KeyProtection } from "./key-protection";
import { KeyRotation } from "./key-rotation";
import { KeyShape } from "./key-shape";
import { KeySource } from "./key-source";
import { VaultType, type IKeyVault } from "./key-vault";
import { CreatedVault } from "./private/created-vault";
import {
  dataStatements,
  FILE_STORAGE_SERVICE,
  secretsStatement,
  type DataKind,
} from "./private/key-statements";
import { algorithmOf, checkEncryptionKey } from "./private/key-algorithm";
import { addKey, addVersions, checkRotation } from "./private/vault-keys";
import { VaultKey, type IVaultKey } from "./vault-key";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider, checkRegionWhenWritten, terraformProvider } from "../core/regions";
import {
  displayName,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";
import { KmsVault } from "../oci/kms-vault";

/** Props for ClusterEncryption. */
export interface ClusterEncryptionProps extends TaggingProps {
  /** The OCID of the compartment of the vault, the keys and the policies. */
  readonly compartmentId: string;
  /**
   * The OCID of the compartment of the clusters and node pools that may use the keys.
   *
   * @default - the compartment of the keys
   */
  readonly clusterCompartmentId?: string;
  /**
   * The existing key for the Secrets in etcd: an AES key of 128, 192 or 256 bits.
   *
   * @default - an AES-256 key in the vault
   */
  readonly existingKeyId?: string;
  /**
   * The vault of the keys.
   *
   * @default - its own vault of VaultType.DEFAULT, unless no key is created
   */
  readonly vault?: IKeyVault;
  /**
   * The rotation of the keys. For `existingKeyId` the vault must be given too, and OCI's own schedule is up to the owner of that key.
   *
   * @default - never
   */
  readonly rotation?: KeyRotation;
  /**
   * The protection of new keys. An existing key keeps its protection: a different value has no effect on it, and Terraform refuses to
   * replace it.
   *
   * @default KeyProtection.hsm()
   */
  readonly protection?: KeyProtection;
  /**
   * The key of the nodes' boot volumes, which `PrivateNodePool` uses by default.
   *
   * @default - a key that Oracle manages
   */
  readonly bootVolumes?: KeySource;
  /**
   * The key of block volumes, for `kmsKeyId` of a BlockVolumeClass: `blockVolumesKeyId`.
   *
   * @default - a key that Oracle manages
   */
  readonly blockVolumes?: KeySource;
  /**
   * The key of file systems, for the parameter `kmsKeyOcid` of a StorageClass of File Storage: `fileStorageKeyId`.
   *
   * @default - a key that Oracle manages
   */
  readonly fileStorage?: KeySource;
  /**
   * The key of buckets, for constructs that create one: `bucketsKeyId`.
   *
   * @default - a key that Oracle manages
   */
  readonly buckets?: KeySource;
  /**
   * The key that signs images: RSA-4096 if it is created here; `signingKey`.
   *
   * @default - none
   */
  readonly imageSigning?: KeySource;
  /**
   * The region of the buckets, such as `eu-frankfurt-1`: it is part of the IAM name of the service that uses the key.
   *
   * @default - none; required for `buckets`
   */
  readonly region?: string;
  /**
   * The name of the File Storage service in IAM, which differs by realm.
   *
   * @default "FssOc1Prod", the name in the commercial realm
   */
  readonly fileStorageService?: string;
  /**
   * The provider of the tenancy's home region, in which identity resources are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
  /**
   * The prefix of the names of vault, keys and policies.
   *
   * Vault and keys are renamed in place. A policy keeps its first name: IAM would have to replace it.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const DATA_KINDS: readonly DataKind[] = ["bootVolumes", "blockVolumes", "fileStorage", "buckets"];
const KINDS = [...DATA_KINDS, "imageSigning"] as const;
const SUFFIXES: { readonly [kind in (typeof KINDS)[number]]: string } = {
  bootVolumes: "boot-volumes",
  blockVolumes: "block-volumes",
  fileStorage: "file-storage",
  buckets: "buckets",
  imageSigning: "image-signing",
};

const CLUSTER_ENCRYPTION = {
  compartmentId: ocid("compartment", "tenancy"),
  clusterCompartmentId: optional(ocid("compartment", "tenancy")),
  existingKeyId: optional(ocid("key")),
  vault: optional(valueOf<IKeyVault>("IKeyVault")),
  protection: withDefault(valueOf(KeyProtection), KeyProtection.hsm()),
  rotation: optional(valueOf(KeyRotation)),
  bootVolumes: optional(valueOf(KeySource)),
  blockVolumes: optional(valueOf(KeySource)),
  fileStorage: optional(valueOf(KeySource)),
  buckets: optional(valueOf(KeySource)),
  imageSigning: optional(valueOf(KeySource)),
  region: optional(
    matching(/^[a-z]+-[a-z]+-\d+$/, 'Give the identifier of a region, for example "eu-frankfurt-1"'),
  ),
  fileStorageService: withDefault(
    matching(/^[A-Za-z][A-Za-z0-9-]*$/, `Give the name in IAM, for example "${FILE_STORAGE_SERVICE}"`),
    FILE_STORAGE_SERVICE,
  ),
  homeRegionProvider: optional(terraformProvider()),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<ClusterEncryptionProps>;

type ResolvedEncryption = Resolved<typeof CLUSTER_ENCRYPTION>;

/**
 * Customer-managed keys for a cluster, and the grants that let OCI use each key for its purpose only: for the Secrets in etcd and,
 * optionally, boot volumes, block volumes, file systems, buckets, and image signatures.
 *
 * New keys are kept in a hardware security module, and Terraform refuses to destroy them (`prevent_destroy`): without a key, all data
 * that it encrypted is lost. Disabling or deleting the key of the Secrets makes all Secrets of the cluster unreadable at once.
 *
 * Every grant names one key. It names the compartment of the clusters instead of a cluster, because OCI needs the grant before the
 * cluster exists.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengencryptingdata.htm
 */
@checked
export class ClusterEncryption extends ResourceConstruct {
  /** The OCID of the key of the Secrets in etcd. */
  public readonly keyId: string;
  /** The OCID of the compartment whose clusters may use the keys. */
  public readonly clusterCompartmentId: string;
  /** The grant of the key of the Secrets, which must exist before the cluster. */
  public readonly policy: IdentityPolicy;
  /** The vault in which the keys were created; undefined if none was created. */
  public readonly vault?: IKeyVault;
  /** The OCID of the key of boot volumes, if there is one. */
  public readonly bootVolumesKeyId?: string;
  /** The OCID of the key of block volumes, if there is one. */
  public readonly blockVolumesKeyId?: string;
  /** The OCID of the key of file systems, if there is one. */
  public readonly fileStorageKeyId?: string;
  /** The OCID of the key of buckets, if there is one. */
  public readonly bucketsKeyId?: string;
  /** The key that signs images, if there is one. */
  public readonly signingKey?: IVaultKey;

  /** The policies that a resource must depend on before it is created with a key, by kind of data. @internal */
  public readonly _grants: { readonly [kind in DataKind]?: IdentityPolicy };

  private readonly read: ResolvedEncryption;
  private readonly tags: TaggingProps;

  constructor(scope: Construct, id: string, props: ClusterEncryptionProps) {
    const read = readEncryption(scope, id, props);
    const { compartmentId, existingKeyId } = read;
    super(scope, id);
    this.read = read;
    this.tags = tagsOf(this, read);
    const name = read.displayName ?? nameOf(this);
    checkRegionWhenWritten(this, "existingKeyId", existingKeyId);
    this.vault = this.vaultFor(name);
    this.keyId = existingKeyId ?? this.secretsKey(name);
    // An existing key can be rotated only if its vault was given.
    const vault = existingKeyId === undefined ? this.vault : read.vault;
    if (vault) addVersions(this, this.keyId, vault.managementEndpoint, read.rotation);
    this.clusterCompartmentId = read.clusterCompartmentId ?? compartmentId;
    this.policy = this.addPolicy(
      "Policy",
      `${name}-key`,
      "encrypt and decrypt its Kubernetes secrets with one key",
      [secretsStatement(this.keyId, compartmentId, this.clusterCompartmentId)],
    );
    const keys: { [kind in DataKind]?: string } = {};
    const grants: { [kind in DataKind]?: IdentityPolicy } = {};
    for (const kind of DATA_KINDS) {
      const keyId = this.dataKey(kind, name);
      if (keyId === undefined) continue;
      keys[kind] = keyId;
      grants[kind] = this.grant(kind, keyId, name);
    }
    this.bootVolumesKeyId = keys.bootVolumes;
    this.blockVolumesKeyId = keys.blockVolumes;
    this.fileStorageKeyId = keys.fileStorage;
    this.bucketsKeyId = keys.buckets;
    this._grants = grants;
    this.signingKey = this.keyOfSignatures(name);
  }

  /** Undefined if every key exists already. */
  private vaultFor(name: string): IKeyVault | undefined {
    const { vault, existingKeyId } = this.read;
    if (vault) return vault;
    const isNeeded = existingKeyId === undefined || KINDS.some((kind) => isNew(this.read[kind]));
    return isNeeded ? this.newVault(name) : undefined;
  }

  private newVault(name: string): IKeyVault {
    const { compartmentId } = this.read;
    const vault = new KmsVault(this, "Vault", {
      compartmentId,
      displayName: name,
      vaultType: VaultType.DEFAULT,
      lifecycle: { preventDestroy: true },
      ...this.tags,
    });
    return new CreatedVault(this, "KeyVault", vault, compartmentId);
  }

  private secretsKey(name: string): string {
    return addKey(this, "Resource", {
      compartmentId: this.read.compartmentId,
      displayName: `${stemOf(name)}-etcd`,
      managementEndpoint: (this.vault as IKeyVault).managementEndpoint,
      shape: KeyShape.AES_256,
      protection: this.read.protection,
      rotation: this.read.rotation,
      tags: this.tags,
    }).id;
  }

  private dataKey(kind: DataKind, name: string): string | undefined {
    const source = this.read[kind];
    if (!source) return undefined;
    if (source.isSameAsSecrets) return this.keyId;
    checkRegionWhenWritten(this, kind, source.keyId);
    return source.keyId ?? this.newKey(kind, name, KeyShape.AES_256).keyId;
  }

  private keyOfSignatures(name: string): IVaultKey | undefined {
    const { imageSigning: source, compartmentId } = this.read;
    if (!source) return undefined;
    const { keyId } = source;
    if (keyId === undefined) return this.newKey("imageSigning", name, KeyShape.RSA_4096);
    return VaultKey.fromVaultKeyAttributes(this, "imageSigning", {
      keyId,
      compartmentId,
      vault: this.read.vault,
    });
  }

  private newKey(kind: (typeof KINDS)[number], name: string, shape: KeyShape): VaultKey {
    const { compartmentId, protection, rotation, freeformTags, definedTags } = this.read;
    return new VaultKey(this, kind, {
      vault: this.vault as IKeyVault,
      compartmentId,
      shape,
      protection,
      rotation,
      displayName: `${stemOf(name)}-${SUFFIXES[kind]}`,
      freeformTags,
      definedTags,
    });
  }

  private grant(kind: DataKind, keyId: string, name: string): IdentityPolicy {
    const { compartmentId, region, fileStorageService } = this.read;
    const { clusterCompartmentId } = this;
    const what = SUFFIXES[kind].replace("-", " ");
    return this.addPolicy(`${kind}Policy`, `${name}-${SUFFIXES[kind]}-key`, `encrypt ${what} with one key`, [
      ...dataStatements(kind, { keyId, compartmentId, clusterCompartmentId, region, fileStorageService }),
    ]);
  }

  private addPolicy(id: string, name: string, what: string, statements: string[]): IdentityPolicy {
    const { homeRegionProvider, compartmentId } = this.read;
    return new IdentityPolicy(this, id, {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, name),
      // The cluster must never be without the right to its key, not even while a policy is replaced.
      lifecycle: { ignoreChanges: ["name"], createBeforeDestroy: true },
      description: `Lets the cluster ${what}`,
      statements,
      ...this.tags,
    });
  }
}

function isNew(source: KeySource | undefined): boolean {
  return source !== undefined && source.keyId === undefined && !source.isSameAsSecrets;
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readEncryption(scope: Construct, id: string, props: ClusterEncryptionProps): ResolvedEncryption {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CLUSTER_ENCRYPTION);
  // Reading an attribute that an imported vault lacks throws.
  problems.collect(() => read.vault?.managementEndpoint);
  checkKeyRotation(problems, read);
  checkSources(problems, read);
  checkAlgorithms(problems, scope, read);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved(read);
}

function checkKeyRotation(problems: Problems, read: Partial<ResolvedEncryption>): void {
  const { rotation, vault, existingKeyId } = read;
  if (!rotation) return;
  checkRotation(problems, rotation, vault ?? { vaultType: VaultType.DEFAULT });
  if (existingKeyId === undefined || vault !== undefined || rotation.interval !== undefined) return;
  problems.add(
    "ATTRIBUTE_MISSING",
    "vault was not given, and rotation of existingKeyId needs it",
    "Give the vault of the key: KeyVault.fromKeyVaultAttributes(scope, id, { vaultId, managementEndpoint })",
  );
}

function checkAlgorithms(
  problems: Problems,
  scope: Construct,
  { existingKeyId, imageSigning, ...read }: Partial<ResolvedEncryption>,
): void {
  checkEncryptionKey(problems, scope, "existingKeyId", existingKeyId);
  for (const kind of DATA_KINDS) checkEncryptionKey(problems, scope, kind, read[kind]?.keyId);
  const keyId = imageSigning?.keyId;
  const algorithm = keyId === undefined ? undefined : algorithmOf(scope, keyId);
  if (algorithm === undefined || algorithm === "RSA") return;
  problems.add(
    "VALUE_INVALID",
    `imageSigning is an ${algorithm} key, and images are signed with RSA keys`,
    "Give KeySource.newKey(), or KeySource.existing(keyId) for an RSA key",
  );
}

function checkSources(
  problems: Problems,
  { buckets, region, imageSigning }: Partial<ResolvedEncryption>,
): void {
  if (imageSigning?.isSameAsSecrets) {
    problems.add(
      "VALUE_INVALID",
      "imageSigning is the key of the Secrets, an AES key, and images are signed with RSA keys",
      "Give KeySource.newKey(), or KeySource.existing(keyId) for an RSA key",
    );
  }
  if (buckets !== undefined && region === undefined) {
    const fix = 'Give the region of the buckets, for example "eu-frankfurt-1"';
    problems.add("ATTRIBUTE_MISSING", "region was not given, and buckets needs it", fix);
  }
}
