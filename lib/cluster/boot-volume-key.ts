import { checked } from "../core/checked";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { Problems } from "../core/validation-error";

/** Options for BootVolumeKey.of. */
export interface BootVolumeKeyOptions {
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
}

/**
 * An OCI Vault key that encrypts the boot volumes of nodes, and the traffic between nodes and their volumes.
 *
 * The cluster is granted a policy by which its node pools may use this key only. OCI can't change the key and the placement of a pool in
 * one update: change one after the other.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 */
@checked
export class BootVolumeKey {
  /**
   * A boot volume key, which must be an AES key: OCI encrypts volumes with no other kind.
   *
   * @param keyId the OCID of the key, such as `cluster.encryption.keyId`
   * @throws OCID_INVALID, ATTRIBUTE_MISSING
   */
  public static of(keyId: string, options: BootVolumeKeyOptions = {}): BootVolumeKey {
    const problems = new Problems("BootVolumeKey.of");
    checkOcid(problems, "keyId", keyId, "key");
    checkOcidIfGiven(problems, "compartmentId", options?.compartmentId, "compartment", "tenancy");
    problems.throwIfAny();
    return new BootVolumeKey(keyId, options?.compartmentId);
  }

  private constructor(
    /** The OCID of the key. */
    public readonly keyId: string,
    /** The OCID of the compartment of the key, if it was given. */
    public readonly compartmentId?: string,
  ) {}
}
