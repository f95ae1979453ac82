import { checked } from "../core/checked";
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
