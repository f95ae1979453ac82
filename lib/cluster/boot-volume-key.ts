import { checked } from "../core/checked";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { Problems } from "../core/validation-error";

/** Where a key is. */
export interface BootVolumeKeyOptions {
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the cluster
   */
  readonly compartmentId?: string;
}

/**
 * A key of OCI Vault that encrypts the boot volumes of nodes, and their traffic to them.
 *
 * The cluster gets the policy by which its node pools use this key and no other. OCI can't change the key and the placement of a pool in one
 * update: change them one after the other.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 */
@checked
export class BootVolumeKey {
  /**
   * One key: AES, as OCI encrypts no volume with another kind.
   *
   * @param keyId its OCID, such as `cluster.encryption.keyId`
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
    /** The OCID of the compartment of the key, where it was given. */
    public readonly compartmentId?: string,
  ) {}
}
