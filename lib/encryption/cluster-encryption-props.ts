import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { KeyProtection, KeyRotation, KeySource } from "./key-properties";
import { VaultType, type IKeyVault } from "./key-vault";
import { algorithmOf, checkEncryptionKey, checkRotation } from "./vault-key";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
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
import { type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";

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

/** A kind of data, besides the Secrets in etcd, that a key encrypts. */
export type DataKind = "bootVolumes" | "blockVolumes" | "fileStorage" | "buckets";

/** The name of File Storage in the commercial realm. */
export const FILE_STORAGE_SERVICE = "FssOc1Prod";

/** All kinds of data, in the order in which their keys are created. */
export const DATA_KINDS: readonly DataKind[] = ["bootVolumes", "blockVolumes", "fileStorage", "buckets"];
/** The kinds of data, and the signing of images. */
export const KINDS = [...DATA_KINDS, "imageSigning"] as const;
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

/** The props of a ClusterEncryption, with their defaults. */
export type ResolvedEncryption = Resolved<typeof CLUSTER_ENCRYPTION>;

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
export function readEncryption(
  scope: Construct,
  id: string,
  props: ClusterEncryptionProps,
): ResolvedEncryption {
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
