import { type Construct } from "constructs";
import { KeyShape, type KeySource } from "./key-properties";
import { VaultType, type IKeyVault, CreatedVault } from "./key-vault";
import { addKey, addVersions, VaultKey, type IVaultKey } from "./vault-key";
import { checked } from "../core/checked";
import { checkRegionWhenWritten } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";
import { KmsVault } from "../oci/kms-vault";
import {
  DATA_KINDS,
  type DataKind,
  KINDS,
  type ClusterEncryptionProps,
  readEncryption,
  type ResolvedEncryption,
} from "./cluster-encryption-props";
const SUFFIXES: { readonly [kind in (typeof KINDS)[number]]: string } = {
  bootVolumes: "boot-volumes",
  blockVolumes: "block-volumes",
  fileStorage: "file-storage",
  buckets: "buckets",
  imageSigning: "image-signing",
};

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

  /** The resolved props. @internal */
  public readonly _read: ResolvedEncryption;
  private readonly tags: TaggingProps;

  constructor(scope: Construct, id: string, props: ClusterEncryptionProps) {
    const read = readEncryption(scope, id, props);
    const { compartmentId, existingKeyId } = read;
    super(scope, id);
    this._read = read;
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

  /** The vault of the keys; undefined if every key exists already. */
  private vaultFor(name: string): IKeyVault | undefined {
    const { vault, existingKeyId } = this._read;
    if (vault) return vault;
    const isNeeded = existingKeyId === undefined || KINDS.some((kind) => isNew(this._read[kind]));
    return isNeeded ? this.newVault(name) : undefined;
  }

  private newVault(name: string): IKeyVault {
    const { compartmentId } = this._read;
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
      compartmentId: this._read.compartmentId,
      displayName: `${stemOf(name)}-etcd`,
      managementEndpoint: (this.vault as IKeyVault).managementEndpoint,
      shape: KeyShape.AES_256,
      protection: this._read.protection,
      rotation: this._read.rotation,
      tags: this.tags,
    }).id;
  }

  private dataKey(kind: DataKind, name: string): string | undefined {
    const source = this._read[kind];
    if (!source) return undefined;
    if (source.isSameAsSecrets) return this.keyId;
    checkRegionWhenWritten(this, kind, source.keyId);
    return source.keyId ?? this.newKey(kind, name, KeyShape.AES_256).keyId;
  }

  private keyOfSignatures(name: string): IVaultKey | undefined {
    const { imageSigning: source, compartmentId } = this._read;
    if (!source) return undefined;
    const { keyId } = source;
    if (keyId === undefined) return this.newKey("imageSigning", name, KeyShape.RSA_4096);
    return VaultKey.fromVaultKeyAttributes(this, "imageSigning", {
      keyId,
      compartmentId,
      vault: this._read.vault,
    });
  }

  private newKey(kind: (typeof KINDS)[number], name: string, shape: KeyShape): VaultKey {
    const { compartmentId, protection, rotation, freeformTags, definedTags } = this._read;
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
    const { compartmentId, region, fileStorageService } = this._read;
    const { clusterCompartmentId } = this;
    const what = SUFFIXES[kind].replace("-", " ");
    return this.addPolicy(`${kind}Policy`, `${name}-${SUFFIXES[kind]}-key`, `encrypt ${what} with one key`, [
      ...dataStatements(kind, { keyId, compartmentId, clusterCompartmentId, region, fileStorageService }),
    ]);
  }

  private addPolicy(id: string, name: string, what: string, statements: string[]): IdentityPolicy {
    const { homeRegionProvider, compartmentId } = this._read;
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

interface Grantee {
  readonly keyId: string;
  /** The compartment of the key and of the policy. */
  readonly compartmentId: string;
  /** The compartment of the clusters and the node pools. */
  readonly clusterCompartmentId: string;
  readonly region?: string;
  /** The name of File Storage in IAM, which differs by realm. */
  readonly fileStorageService: string;
}

/**
 * The statement that lets the clusters of a compartment use a key for their Secrets.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengencryptingdata.htm
 */
function secretsStatement(keyId: string, compartmentId: string, clusterCompartmentId: string): string {
  return (
    `Allow any-user to use keys in compartment id ${compartmentId} where all {` +
    `request.principal.type = 'cluster', request.principal.compartment.id = '${clusterCompartmentId}', ` +
    `target.key.id = '${keyId}'}`
  );
}

/**
 * The statements that let the services of OCI use a key for one kind of data, and clusters or node pools create volumes with it.
 *
 * The service of a volume encrypts it. The creator of the volume delegates the key, and needs no right to use it.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 * @see https://docs.oracle.com/iaas/Content/File/Tasks/encrypt-file-system.htm
 * @see https://docs.oracle.com/iaas/Content/Object/Tasks/encryption.htm
 */
function dataStatements(kind: DataKind, grantee: Grantee): string[] {
  const { keyId, compartmentId, clusterCompartmentId, region, fileStorageService } = grantee;
  const service = (name: string) =>
    `Allow service ${name} to use keys in compartment id ${compartmentId} where target.key.id = '${keyId}'`;
  const delegate = (principal: string) =>
    `Allow any-user to use key-delegates in compartment id ${compartmentId} where all {` +
    `request.principal.type = '${principal}', request.principal.compartment.id = '${clusterCompartmentId}', ` +
    `target.key.id = '${keyId}'}`;
  switch (kind) {
    case "bootVolumes":
      return [delegate("nodepool"), service("blockstorage")];
    case "blockVolumes":
      return [delegate("cluster"), service("blockstorage")];
    case "fileStorage":
      return [delegate("cluster"), service(fileStorageService)];
    case "buckets":
      return [service(`objectstorage-${region}`)];
  }
}
