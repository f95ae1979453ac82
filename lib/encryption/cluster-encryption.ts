import { Token, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { checkHomeRegionProvider } from "../core/home-region";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkMembers } from "../core/required";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { ResourceConstruct } from "../core/resource-construct";
import { checkDisplayName, nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { type KeyProtection } from "./key-protection";
import { type KeyRotation } from "./key-rotation";
import { KeyShape } from "./key-shape";
import { type KeySource } from "./key-source";
import { VaultType, type IKeyVault } from "./key-vault";
import { CreatedVault } from "./private/created-vault";
import {
  dataStatements,
  FILE_STORAGE_SERVICE,
  secretsStatement,
  type DataKind,
} from "./private/key-statements";
import { checkProtection, checkRotationKind, checkVault } from "./private/value-kinds";
import { addKey, addVersions, checkRotation } from "./private/vault-keys";
import { VaultKey, type IVaultKey } from "./vault-key";
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
const REGION = /^[a-z]+-[a-z]+-\d+$/;
const SERVICE = /^[A-Za-z][A-Za-z0-9-]*$/;

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

  /**
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, VALUE_INVALID, ATTRIBUTE_MISSING, PROVIDER_INVALID
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterEncryptionProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { compartmentId, existingKeyId } = props;
    const name = props.displayName ?? nameOf(this);
    checkRegionWhenWritten(this, "existingKeyId", existingKeyId);
    this.vault = this.vaultFor(name);
    this.keyId = existingKeyId ?? this.secretsKey(name);
    // An existing key can be rotated only if its vault was given.
    const vault = existingKeyId === undefined ? this.vault : props.vault;
    if (vault) addVersions(this, this.keyId, vault.managementEndpoint, props.rotation);
    this.clusterCompartmentId = props.clusterCompartmentId ?? compartmentId;
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
    const { vault, existingKeyId } = this.props;
    if (vault) return vault;
    const isNeeded = existingKeyId === undefined || KINDS.some((kind) => isNew(this.props[kind]));
    return isNeeded ? this.newVault(name) : undefined;
  }

  private newVault(name: string): IKeyVault {
    const { compartmentId } = this.props;
    const vault = new KmsVault(this, "Vault", {
      compartmentId,
      displayName: name,
      vaultType: VaultType.DEFAULT,
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, this.props),
    });
    return new CreatedVault(this, "KeyVault", vault, compartmentId);
  }

  private secretsKey(name: string): string {
    return addKey(this, "Resource", {
      compartmentId: this.props.compartmentId,
      displayName: `${stemOf(name)}-etcd`,
      managementEndpoint: (this.vault as IKeyVault).managementEndpoint,
      shape: KeyShape.AES_256,
      protection: this.props.protection,
      rotation: this.props.rotation,
      tags: tagsOf(this, this.props),
    }).id;
  }

  private dataKey(kind: DataKind, name: string): string | undefined {
    const source = this.props[kind];
    if (!source) return undefined;
    if (source.isSameAsSecrets) return this.keyId;
    checkRegionWhenWritten(this, kind, source.keyId);
    return source.keyId ?? this.newKey(kind, name, KeyShape.AES_256).keyId;
  }

  private keyOfSignatures(name: string): IVaultKey | undefined {
    const { imageSigning: source, compartmentId } = this.props;
    if (!source) return undefined;
    const { keyId } = source;
    if (keyId === undefined) return this.newKey("imageSigning", name, KeyShape.RSA_4096);
    return VaultKey.fromVaultKeyAttributes(this, "imageSigning", {
      keyId,
      compartmentId,
      vault: this.props.vault,
    });
  }

  private newKey(kind: (typeof KINDS)[number], name: string, shape: KeyShape): VaultKey {
    const { compartmentId, protection, rotation, freeformTags, definedTags } = this.props;
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
    const { compartmentId, region, fileStorageService = FILE_STORAGE_SERVICE } = this.props;
    const { clusterCompartmentId } = this;
    const what = SUFFIXES[kind].replace("-", " ");
    return this.addPolicy(`${kind}Policy`, `${name}-${SUFFIXES[kind]}-key`, `encrypt ${what} with one key`, [
      ...dataStatements(kind, { keyId, compartmentId, clusterCompartmentId, region, fileStorageService }),
    ]);
  }

  private addPolicy(id: string, name: string, what: string, statements: string[]): IdentityPolicy {
    const { homeRegionProvider, compartmentId } = this.props;
    return new IdentityPolicy(this, id, {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, name),
      // The cluster must never be without the right to its key, not even while a policy is replaced.
      lifecycle: { ignoreChanges: ["name"], createBeforeDestroy: true },
      description: `Lets the cluster ${what}`,
      statements,
      ...tagsOf(this, this.props),
    });
  }
}

function isNew(source: KeySource | undefined): boolean {
  return source !== undefined && source.keyId === undefined && !source.isSameAsSecrets;
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function check(scope: Construct, id: string, given: ClusterEncryptionProps): void {
  const props: Partial<ClusterEncryptionProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "clusterCompartmentId", props.clusterCompartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "existingKeyId", props.existingKeyId, "key");
  if (checkVault(problems, props.vault)) problems.collect(() => props.vault?.managementEndpoint);
  checkProtection(problems, props.protection);
  if (checkRotationKind(problems, props.rotation)) checkKeyRotation(problems, props);
  checkSources(problems, props);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkKeyRotation(problems: Problems, props: Partial<ClusterEncryptionProps>): void {
  const { rotation, vault, existingKeyId } = props;
  checkRotation(problems, rotation, vault ?? { vaultType: VaultType.DEFAULT });
  if (existingKeyId === undefined || vault !== undefined || rotation?.intervalInDays !== undefined) return;
  problems.add(
    "ATTRIBUTE_MISSING",
    "rotation was given with existingKeyId, and vault was not given",
    "Give the vault of the key: KeyVault.fromKeyVaultAttributes(scope, id, { vaultId, managementEndpoint })",
  );
}

function checkSources(problems: Problems, props: Partial<ClusterEncryptionProps>): void {
  const { buckets, region, imageSigning, fileStorageService } = props;
  for (const kind of KINDS) {
    const instead = "KeySource.newKey(), KeySource.existing(keyId) or KeySource.sameAsSecrets()";
    checkMembers(problems, kind, props[kind], ["isSameAsSecrets"], instead);
  }
  if (imageSigning?.isSameAsSecrets) {
    problems.add(
      "VALUE_INVALID",
      "imageSigning is the key of the Secrets, an AES key, and images are signed with RSA keys",
      "Give KeySource.newKey(), or KeySource.existing(keyId) for an RSA key",
    );
  }
  if (buckets !== undefined && region === undefined) {
    const fix = 'Give the region of the buckets, for example "eu-frankfurt-1"';
    problems.add("ATTRIBUTE_MISSING", "region was not given, and buckets was", fix);
  }
  const words = [
    ["region", region, REGION, 'Give the identifier of a region, for example "eu-frankfurt-1"'],
    [
      "fileStorageService",
      fileStorageService,
      SERVICE,
      `Give the name in IAM, for example "${FILE_STORAGE_SERVICE}"`,
    ],
  ] as const;
  for (const [name, value, form, fix] of words) {
    if (value === undefined || value === null) continue;
    if (typeof value === "string" && !Token.isUnresolved(value) && form.test(value)) continue;
    problems.add("NAME_INVALID", `${name} is ${shown(value)}`, fix);
  }
}
