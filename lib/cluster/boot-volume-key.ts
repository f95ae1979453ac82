import { checked } from "../core/checked";
import { ocid, optional, type PropsSchema, readProps } from "../core/readers";
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

const KEY_ID = ocid("key");
const OPTIONS = {
  compartmentId: optional(ocid("compartment", "tenancy")),
} satisfies PropsSchema<BootVolumeKeyOptions>;

/**
 * An OCI Vault key that encrypts the boot volumes of one node pool, and the traffic between its nodes and their volumes.
 *
 * To encrypt the boot volumes of all pools with one key, use `bootVolumes` of `ClusterEncryptionProps` instead: it creates the key with its
 * policy, and pools use it by default. A `BootVolumeKey` is for an existing key, for a pool with a key that differs from the other
 * pools', and for pools of an imported cluster, whose encryption the program doesn't know.
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
   */
  public static of(keyId: string, options: BootVolumeKeyOptions = {}): BootVolumeKey {
    const problems = new Problems("BootVolumeKey.of");
    KEY_ID(problems, "keyId", keyId);
    const { compartmentId } = readProps(problems, options, OPTIONS);
    problems.throwIfAny();
    return new BootVolumeKey(keyId, compartmentId);
  }

  private constructor(
    /** The OCID of the key. */
    public readonly keyId: string,
    /** The OCID of the compartment of the key, if it was given. */
    public readonly compartmentId?: string,
  ) {}
}
