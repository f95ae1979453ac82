import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { ResourceConstruct } from "../core/resource-construct";
import { checkDisplayName, nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { checkTags, type TaggingProps, tagsOf } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";
import { KmsKey } from "../oci/kms-key";
import { KmsVault } from "../oci/kms-vault";

/** The key that encrypts the Kubernetes secrets of a cluster. */
export interface ClusterEncryptionProps extends TaggingProps {
  /** The OCID of the compartment of the vault, the key and the policy. */
  readonly compartmentId: string;
  /**
   * The OCID of the compartment of the clusters that may use the key.
   *
   * @default - the compartment of the key
   */
  readonly clusterCompartmentId?: string;
  /**
   * A key that exists already: an AES key of 128, 192 or 256 bits.
   *
   * @default - a vault and an AES-256 key in it, protected by a hardware security module
   */
  readonly existingKeyId?: string;
  /**
   * The provider of the tenancy's home region, where identity resources are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
  /**
   * The beginning of the names of vault, key and policy.
   *
   * Vault and key are renamed in place. The policy keeps its first name: IAM would have to replace it.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const AES_256_BYTES = 32;

/**
 * A customer-managed key for the Kubernetes secrets in etcd, and the grant that lets the cluster use it.
 *
 * The key can't be destroyed by Terraform: without it the cluster's secrets are lost.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengencryptingdata.htm
 */
@checked
export class ClusterEncryption extends ResourceConstruct {
  /** The OCID of the key. */
  public readonly keyId: string;
  /** The OCID of the compartment whose clusters may use the key. */
  public readonly clusterCompartmentId: string;
  /** The grant, which must exist before the cluster. */
  public readonly policy: IdentityPolicy;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, VALUE_INVALID, ATTRIBUTE_MISSING, PROVIDER_INVALID */
  constructor(scope: Construct, id: string, props: ClusterEncryptionProps) {
    check(scope, id, props);
    super(scope, id);
    const name = props.displayName ?? nameOf(this);
    checkRegionWhenWritten(this, "existingKeyId", props.existingKeyId);
    this.keyId = props.existingKeyId ?? this.newKey(name, props).id;
    this.clusterCompartmentId = props.clusterCompartmentId ?? props.compartmentId;
    this.policy = new IdentityPolicy(this, "Policy", {
      provider: props.homeRegionProvider,
      compartmentId: props.compartmentId,
      name: policyNameOf(this, `${name}-key`),
      // The cluster must never be without the right to its key, not even while a policy takes the place of another.
      lifecycle: { ignoreChanges: ["name"], createBeforeDestroy: true },
      description: "Lets the cluster encrypt and decrypt its Kubernetes secrets with one key",
      statements: [
        `Allow any-user to use keys in compartment id ${props.compartmentId} where all {` +
          `request.principal.type = 'cluster', request.principal.compartment.id = '${this.clusterCompartmentId}', ` +
          `target.key.id = '${this.keyId}'}`,
      ],
      ...tagsOf(this, props),
    });
  }

  private newKey(name: string, props: ClusterEncryptionProps): KmsKey {
    const vault = new KmsVault(this, "Vault", {
      compartmentId: props.compartmentId,
      displayName: name,
      vaultType: "DEFAULT",
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
    return new KmsKey(this, "Resource", {
      compartmentId: props.compartmentId,
      displayName: `${stemOf(name)}-etcd`,
      managementEndpoint: vault.managementEndpoint,
      protectionMode: "HSM",
      keyShape: { algorithm: "AES", length: AES_256_BYTES },
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
  }
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: ClusterEncryptionProps): void {
  const props: Partial<ClusterEncryptionProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "clusterCompartmentId", props.clusterCompartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "existingKeyId", props.existingKeyId, "key");
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props);
  problems.throwIfAny();
}
