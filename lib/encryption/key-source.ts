import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { Problems } from "../core/validation-error";

/** Which key encrypts one kind of data of a cluster. */
@checked
export class KeySource {
  /** A key of its own, created in the vault of the encryption, so that it can be rotated and revoked alone. */
  public static newKey(): KeySource {
    return new KeySource();
  }

  /** The key of the Secrets in etcd. It costs nothing more, but whoever revokes it stops the whole cluster. */
  public static sameAsSecrets(): KeySource {
    return new KeySource(undefined, true);
  }

  /**
   * A key that exists already, in the compartment of the encryption.
   *
   * @throws OCID_INVALID, ATTRIBUTE_MISSING
   */
  public static existing(keyId: string): KeySource {
    const problems = new Problems("KeySource.existing");
    checkOcid(problems, "keyId", keyId, "key");
    problems.throwIfAny();
    return new KeySource(keyId);
  }

  private constructor(
    /** The OCID of the key that exists already. */
    public readonly keyId?: string,
    /** Whether it is the key of the Secrets. */
    public readonly isSameAsSecrets = false,
  ) {}
}
