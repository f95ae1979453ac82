import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { Problems } from "../core/validation-error";

/** The source of the key that encrypts one kind of data of a cluster. */
@checked
export class KeySource {
  /** A separate key, created in the vault of the encryption, so that it can be rotated and revoked separately. */
  public static newKey(): KeySource {
    return new KeySource();
  }

  /** The key of the Secrets in etcd. It costs nothing extra, but revoking it stops the whole cluster. */
  public static sameAsSecrets(): KeySource {
    return new KeySource(undefined, true);
  }

  /** An existing key in the compartment of the encryption. */
  public static existing(keyId: string): KeySource {
    const problems = new Problems("KeySource.existing");
    checkOcid(problems, "keyId", keyId, "key");
    problems.throwIfAny();
    return new KeySource(keyId);
  }

  private constructor(
    /** The OCID of the existing key. */
    public readonly keyId?: string,
    /** Whether it is the key of the Secrets. */
    public readonly isSameAsSecrets = false,
  ) {}
}
