import { type IConstruct } from "constructs";
import { type Duration } from "cdk8s";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { epoch } from "../core/dates";
import { readArgument, ocid, checkedBy, duration, reasonFor, uniqueListOf } from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";
import { type KmsKeyKeyShape } from "../oci/kms-key";

/** The algorithm of a key in OCI Vault. */
export enum KeyAlgorithm {
  /** Symmetric: encrypts Secrets, volumes, file systems, and buckets. */
  AES = "AES",
  /** Asymmetric: signs images and certificates. */
  RSA = "RSA",
  /** Asymmetric: signs messages. OCI accepts it neither for encryption nor for signed images. */
  ECDSA = "ECDSA",
}

const BITS_IN_BYTE = 8;

/**
 * The algorithm and the length of a key in OCI Vault; neither can be changed later.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Concepts/keyoverview.htm
 */
@checked
export class KeyShape {
  /** AES with 128 bits. */
  public static readonly AES_128 = new KeyShape(KeyAlgorithm.AES, 128);
  /** AES with 192 bits. */
  public static readonly AES_192 = new KeyShape(KeyAlgorithm.AES, 192);
  /** AES with 256 bits, the default of every key that encrypts. */
  public static readonly AES_256 = new KeyShape(KeyAlgorithm.AES, 256);
  /** RSA with 2048 bits. */
  public static readonly RSA_2048 = new KeyShape(KeyAlgorithm.RSA, 2048);
  /** RSA with 3072 bits. */
  public static readonly RSA_3072 = new KeyShape(KeyAlgorithm.RSA, 3072);
  /** RSA with 4096 bits, the default of every key that signs. */
  public static readonly RSA_4096 = new KeyShape(KeyAlgorithm.RSA, 4096);
  /** ECDSA on the curve NIST P-256. */
  public static readonly ECDSA_P256 = new KeyShape(KeyAlgorithm.ECDSA, 256, "NIST_P256");
  /** ECDSA on the curve NIST P-384. */
  public static readonly ECDSA_P384 = new KeyShape(KeyAlgorithm.ECDSA, 384, "NIST_P384");
  /** ECDSA on the curve NIST P-521. */
  public static readonly ECDSA_P521 = new KeyShape(KeyAlgorithm.ECDSA, 521, "NIST_P521");

  private constructor(
    /** The algorithm. */
    public readonly algorithm: KeyAlgorithm,
    /** The length of the key in bits. */
    public readonly bits: number,
    private readonly curveId?: string,
  ) {}

  /** A short name for messages, such as `AES-256`. @internal */
  public get _label(): string {
    return this.curveId === undefined ? `${this.algorithm}-${this.bits}` : `ECDSA P-${this.bits}`;
  }

  /** The shape in the format of the provider: the length in bytes, rounded up. @internal */
  public _keyShape(): KmsKeyKeyShape {
    const { algorithm, curveId } = this;
    const length = Math.ceil(this.bits / BITS_IN_BYTE);
    return { algorithm, length, ...(curveId === undefined ? {} : { curveId }) };
  }
}

/**
 * The protection mode of a key, which decides where it is kept and used; it can't be changed later.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Concepts/keyoverview.htm
 */
@checked
export class KeyProtection {
  /** The key is kept in a hardware security module (HSM) and never leaves it. */
  public static hsm(): KeyProtection {
    return new KeyProtection("HSM");
  }

  /**
   * The key is kept on a server, encrypted at rest by a root key in an HSM. It can be exported, and it is free of charge.
   */
  public static software(choice: ReasonedChoice): KeyProtection {
    const { reason } = readArgument("KeyProtection.software", "choice", choice, OUTSIDE_HSM);
    return new KeyProtection("SOFTWARE", reason);
  }

  private constructor(
    /** The protection mode as OCI names it: `HSM` or `SOFTWARE`. */
    public readonly mode: string,
    /** The reason for keeping the key outside of an HSM, if it is. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    const what = "a key outside of a hardware security module";
    Acknowledgements._record(scope, "credential-exposure", what, this.reason);
  }
}

const OUTSIDE_HSM = choiceOf(reasonFor("A key outside of a hardware security module"));

const MIN_DAYS = 60;
const MAX_DAYS = 365;

/**
 * The rotation of a key in OCI Vault.
 *
 * The OCID of the key stays the same, so nothing that uses the key changes or is replaced. Data that was encrypted before stays encrypted
 * under the old version until it is rewritten: never delete an old version before that.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Tasks/managingkeys_topic-To_rotate_a_master_encryption_key.htm
 */
@checked
export class KeyRotation {
  /**
   * OCI rotates the key at a fixed interval. Only virtual private vaults support it.
   *
   * @param interval the interval in whole days, 60 to 365
   */
  public static every(interval: Duration): KeyRotation {
    return new KeyRotation([], readArgument("KeyRotation.every", "interval", interval, INTERVAL));
  }

  /**
   * The key is rotated with each epoch that is added to the list: it has one version for each epoch, in addition to its first version.
   * This works in every vault.
   *
   * Only add epochs. Destroying the resource of a version deletes the version, and all data that is encrypted under it is lost; Terraform
   * refuses a plan that removes one (`prevent_destroy`).
   *
   * @param epochs the names such as `2026-11`: 1 to 64 letters, digits, `.`, `_` and `-`; the order does not matter
   */
  public static epochs(epochs: string[]): KeyRotation {
    return new KeyRotation([...readArgument("KeyRotation.epochs", "epochs", epochs, EPOCHS)].sort());
  }

  private constructor(
    /** The epochs, sorted; empty if OCI rotates the key itself. */
    public readonly epochNames: string[],
    /** The interval of automatic rotation; undefined if the epochs rotate the key. */
    public readonly interval?: Duration,
  ) {}
}

const INTERVAL = duration("days", { least: MIN_DAYS, most: MAX_DAYS, example: "Duration.days(90)" });

const EPOCHS = checkedBy(
  uniqueListOf(epoch(), 'a list, for example ["2026-11"]', {
    fix: "Give each rotation its own epoch",
  }),
  (problems, name, epochs) => {
    if (epochs.length > 0) return;
    problems.add("COUNT_INVALID", `${name} is empty`, 'Write ["2026-11"], or leave the rotation out');
  },
);

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
    return new KeySource(readArgument("KeySource.existing", "keyId", keyId, ocid("key")));
  }

  private constructor(
    /** The OCID of the existing key. */
    public readonly keyId?: string,
    /** Whether it is the key of the Secrets. */
    public readonly isSameAsSecrets = false,
  ) {}
}
