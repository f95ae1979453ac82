import { TerraformOutput, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { PrivateRepository } from "./private-repository";
import { SigningKey, type SigningKeyDetails, SigningKeySize } from "./signing-key";
import { createdClusterOf, homeRegionProviderFor, type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import {
  checkedBy,
  listOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { firstApply, ResourceConstruct } from "../core/resource-construct";
import { idPartOf, nameOf, outputNameOf, policyNameOf, stemOf } from "../core/resource-name";
import { setTagOwner, type TaggingProps, tagsOf } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { algorithmOf, createdKey } from "../encryption/vault-key";
import { DataOciKmsKey } from "../oci/data-oci-kms-key";
import { IdentityPolicy } from "../oci/identity-policy";
import { KmsKey } from "../oci/kms-key";
import { KmsVault } from "../oci/kms-vault";
import { isSameCluster } from "../synthesis/chart-scopes";

/** Props for ImageSigning. */
export interface ImageSigningProps extends TaggingProps {
  /** The cluster that runs only signed images; it can have one such construct. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The trusted keys, one to five: an image signed by any of them may run.
   *
   * To rotate a key, add the new one, sign all images with it, and then remove the old one.
   *
   * @default [SigningKey.generated()]
   */
  readonly keys?: SigningKey[];
  /**
   * The repositories of the images, which the cluster is allowed to read to verify signatures.
   *
   * @default - all repositories of the cluster's compartment
   */
  readonly repositories?: PrivateRepository[];
  /**
   * The OCID of the compartment of the vault and the keys.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the one of the cluster; otherwise the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const MAX_KEYS = 5;

const IMAGE_SIGNING = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  keys: withDefault(checkedBy(listOf(valueOf(SigningKey), "a list: [SigningKey.generated()]"), checkKeys), [
    SigningKey.generated(),
  ]),
  repositories: optional(
    checkedBy(listOf(valueOf(PrivateRepository), "a list of PrivateRepository"), (problems, name, list) => {
      if (list.length > 0) return;
      const fix = "Name the repositories, or leave it out for all of the cluster's compartment";
      problems.add("COUNT_INVALID", `${name} is empty, so that the cluster could verify no signature`, fix);
    }),
  ),
  compartmentId: optional(ocid("compartment", "tenancy")),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<ImageSigningProps>;

/** The props of an ImageSigning, with their defaults. */
export type ResolvedSigning = Resolved<typeof IMAGE_SIGNING>;

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
export function readImageSigning(scope: Construct, id: string, props: ImageSigningProps): ResolvedSigning {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, IMAGE_SIGNING);
  const { cluster, keys = [] } = read;
  if (cluster) {
    problems.collect(() => cluster.compartmentId);
    checkOnly(problems, scope, cluster);
  }
  keys.forEach((key, index) => {
    checkAlgorithm(problems, scope, `keys[${index}]`, key);
  });
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedSigning>(read);
}

function checkKeys(problems: Problems, name: string, keys: readonly SigningKey[]): void {
  if (keys.length === 0) {
    problems.add(
      "SIGNING_KEY_INVALID",
      `${name} is empty, so that the cluster would run every image, signed or not`,
      "Give one to five keys, or leave keys out for a new one",
    );
  }
  if (keys.length > MAX_KEYS) {
    problems.add(
      "COUNT_INVALID",
      `${name} has ${keys.length} keys, and a cluster verifies at most ${MAX_KEYS}`,
      `Give at most ${MAX_KEYS} keys, and sign images of other keys again with one of them`,
    );
  }
  const ids = keys.map(({ _details: details }) => details.keyId ?? `generated ${details.name ?? ""}`);
  if (new Set(ids).size === ids.length) return;
  const fix = "Name each key once, and give generated keys names: SigningKey.generated({ name })";
  problems.add("NAME_DUPLICATE", `${name} has a key twice`, fix);
}

function checkAlgorithm(problems: Problems, scope: Construct, name: string, key: SigningKey): void {
  const { keyId } = key._details;
  const algorithm = keyId === undefined ? undefined : algorithmOf(scope, keyId);
  if (algorithm === undefined || algorithm === "RSA") return;
  problems.add(
    "SIGNING_KEY_INVALID",
    `${name} is an ${algorithm} key`,
    'Give an RSA key: keyShape: { algorithm: "RSA", length: 512 }, or SigningKey.generated()',
  );
}

interface Signing extends IConstruct {
  readonly cluster: ISecureOkeCluster;
  readonly keyIds: string[];
}

/** Adds a problem for a second construct, whose policy would replace the first. */
function checkOnly(problems: Problems, scope: Construct, cluster: ISecureOkeCluster): void {
  const isSigning = (construct: IConstruct): construct is Signing =>
    "keyIds" in construct && "cluster" in construct;
  const other = scope.node.root.node
    .findAll()
    .filter(isSigning)
    .find((signing) => isSameCluster(signing.cluster, cluster));
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `cluster is ${cluster.node.path}, which already has the ImageSigning ${other.node.path}`,
    "Add all keys to that ImageSigning",
  );
}

const BYTES: { readonly [size in SigningKeySize]: number } = {
  [SigningKeySize.RSA_2048]: 256,
  [SigningKeySize.RSA_3072]: 384,
  [SigningKeySize.RSA_4096]: 512,
};
const ALGORITHM = "SHA_512_RSA_PKCS_PSS";

/**
 * Restricts a cluster to images of Container Registry that are signed by trusted keys.
 *
 * Images of other registries are not verified, so restrict the registries too (`AllowedRegistries`). Pods
 * with the annotation `oracle.image-policy.k8s.io/break-glass` are not verified either: the guardrail
 * `IMAGE_POLICY_BREAK_GLASS` refuses it. Sign all images before adding this construct to an existing cluster;
 * the output `<path>_sign_command` contains the command. A signature applies to one image: sign again after
 * each push.
 *
 * For an imported cluster, which this program does not configure, the output `<path>_enable_command` contains
 * the command that enables the policy.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengenforcingsignedimagesfromocir.htm
 */
@checked
export class ImageSigning extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** The OCID of the compartment of the vault and the keys. */
  public readonly compartmentId: string;
  /** The OCIDs of the trusted keys. */
  public readonly keyIds: string[];

  private readonly read: ResolvedSigning;

  constructor(scope: Construct, id: string, props: ImageSigningProps) {
    const read = readImageSigning(scope, id, props);
    super(scope, id);
    const { cluster, keys } = read;
    this.read = read;
    this.cluster = cluster;
    this.compartmentId = read.compartmentId ?? cluster.compartmentId;
    setTagOwner(this, cluster);
    const usedKeys = keys.map((key) => this.keyOf(key));
    this.keyIds = usedKeys.map(({ keyId }) => keyId);
    const policies = [...this.keyPolicies(usedKeys), ...this.repositoryPolicies()];
    const created = createdClusterOf(cluster);
    if (created) created._verifySignatures(this.keyIds, policies);
    else
      this.addOutput(
        "EnableCommand",
        "enable_command",
        this.enableCommand(),
        "Enables the verification of signatures in the cluster",
      );
    const [first] = usedKeys;
    if (first) {
      const command = this.signCommand(first);
      this.addOutput(
        "SignCommand",
        "sign_command",
        command,
        "Signs the image $VERSION of the repository $REPOSITORY",
      );
    }
  }

  private keyOf({ _details: details }: SigningKey): UsedKey {
    const compartmentId = details.compartmentId ?? this.compartmentId;
    if (details.keyId === undefined) {
      const key = this.newKey(details);
      return { keyId: key.id, versionId: key.currentKeyVersion, compartmentId };
    }
    const { keyId, keyVersionId, managementEndpoint } = details;
    if (managementEndpoint === undefined) {
      const versionId = keyVersionId ?? createdKey(this, keyId)?.currentKeyVersion;
      return { keyId, versionId, compartmentId };
    }
    const key = new DataOciKmsKey(this, `Existing-${idPartOf(this, keyId)}`, {
      keyId,
      managementEndpoint,
      dependsOn: [firstApply(this)],
      lifecycle: {
        postcondition: [
          {
            condition: '${self.key_shape[0].algorithm == "RSA"}',
            errorMessage: "Images are signed by RSA keys only, and this key has another algorithm.",
          },
        ],
      },
    });
    return { keyId, versionId: keyVersionId ?? key.currentKeyVersion, compartmentId };
  }

  private newKey({ name, size = SigningKeySize.RSA_4096, managementEndpoint }: SigningKeyDetails): KmsKey {
    const suffix = name === undefined ? "" : `-${name}`;
    return new KmsKey(this, `Key${suffix}`, {
      compartmentId: this.compartmentId,
      displayName: `${stemOf(nameOf(this))}-signing${suffix}`,
      managementEndpoint: managementEndpoint ?? this.vault().managementEndpoint,
      protectionMode: "HSM",
      keyShape: { algorithm: "RSA", length: BYTES[size] },
      // Without the key, no image signed with it can start.
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, this.read),
    });
  }

  private vault(): KmsVault {
    const existing = this.node.tryFindChild("Vault") as KmsVault | undefined;
    return (
      existing ??
      new KmsVault(this, "Vault", {
        compartmentId: this.compartmentId,
        displayName: nameOf(this),
        vaultType: "DEFAULT",
        lifecycle: { preventDestroy: true },
        ...tagsOf(this, this.read),
      })
    );
  }

  /**
   * The policies for the keys: a policy may name only the compartment that it is attached to, so each
   * compartment has its own.
   */
  private keyPolicies(keys: readonly UsedKey[]): IdentityPolicy[] {
    const compartments = [...new Set(keys.map(({ compartmentId }) => compartmentId))];
    return compartments.map((compartmentId) =>
      this.addPolicy(
        compartmentId === this.compartmentId ? "KeyPolicy" : `KeyPolicy-${idPartOf(this, compartmentId)}`,
        compartmentId,
        statementsFor(this.cluster.clusterId, compartmentId, {
          keyIds: keys.filter((key) => key.compartmentId === compartmentId).map(({ keyId }) => keyId),
        }),
      ),
    );
  }

  private repositoryPolicies(): IdentityPolicy[] {
    const { clusterId, compartmentId: own } = this.cluster;
    const { repositories } = this.read;
    const compartments = new Set(repositories?.map(({ compartmentId }) => compartmentId) ?? [own]);
    return [...compartments].map((compartmentId) => {
      const names = (repositories ?? [])
        .filter((repository) => repository.compartmentId === compartmentId)
        .map(({ repositoryName }) => repositoryName);
      const statements = statementsFor(clusterId, compartmentId, {
        repositories: [...new Set(names)].sort(),
      });
      const id =
        compartmentId === own ? "RepositoryPolicy" : `RepositoryPolicy-${idPartOf(this, compartmentId)}`;
      return this.addPolicy(id, compartmentId, statements);
    });
  }

  private addPolicy(id: string, compartmentId: string, statements: string[]): IdentityPolicy {
    return new IdentityPolicy(this, id, {
      provider: homeRegionProviderFor(this, this.cluster, this.read.homeRegionProvider),
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}-${id}`),
      description: "Lets the cluster verify the signatures of images",
      statements,
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, this.read),
    });
  }

  private signCommand({ keyId, versionId }: UsedKey): string {
    const compartments = new Set(this.read.repositories?.map((repository) => repository.compartmentId));
    const [own = this.cluster.compartmentId] = compartments;
    const compartmentId = compartments.size > 1 ? '"$COMPARTMENT"' : own;
    const image =
      `oci artifacts container image list --compartment-id ${compartmentId} --repository-name "$REPOSITORY" ` +
      `--image-version "$VERSION" --query 'data.items[0].id' --raw-output`;
    return (
      `oci artifacts container image-signature sign-upload --compartment-id ${compartmentId} --kms-key-id ${keyId} ` +
      `--kms-key-version-id ${versionId ?? '"$KEY_VERSION_ID"'} --signing-algorithm ${ALGORITHM} --image-id "$(${image})"`
    );
  }

  private enableCommand(): string {
    const details = this.keyIds.map((keyId) => `{"kmsKeyId":"${keyId}"}`).join(",");
    const config = `{"isPolicyEnabled":true,"keyDetails":[${details}]}`;
    return `oci ce cluster update --cluster-id ${this.cluster.clusterId} --image-policy-config '${config}'`;
  }

  private addOutput(id: string, word: string, value: string, description: string): void {
    new TerraformOutput(this, id, { description, value }).overrideLogicalId(outputNameOf(this, word));
  }
}

interface UsedKey {
  readonly keyId: string;
  readonly versionId?: string;
  readonly compartmentId: string;
}

/**
 * The statements that a cluster needs to verify signatures; in Oracle's documentation, the cluster is the
 * user of the request.
 */
function statementsFor(
  clusterId: string,
  compartmentId: string,
  {
    keyIds = [],
    repositories,
  }: { readonly keyIds?: readonly string[]; readonly repositories?: readonly string[] },
): string[] {
  const allow = (right: string, condition: string) =>
    `Allow any-user to ${right} in compartment id ${compartmentId} where all {request.user.id = '${clusterId}'${condition}}`;
  const keys = keyIds.map((keyId) => allow("use keys", `, target.key.id = '${keyId}'`));
  if (!repositories) return keys;
  const names = repositories.map((name) => `target.repo.name = '${name}'`).join(", ");
  return [...keys, allow("read repos", names === "" ? "" : `, any {${names}}`)];
}
