import { checked } from "../core/checked";
import {
  readArguments,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  withDefault,
} from "../core/readers";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** The size of a generated RSA key. */
export enum SigningKeySize {
  /** 2048 bits. */
  RSA_2048 = "RSA_2048",
  /** 3072 bits. */
  RSA_3072 = "RSA_3072",
  /** 4096 bits. */
  RSA_4096 = "RSA_4096",
}

/** Options of a generated key. */
export interface GeneratedSigningKeyOptions {
  /**
   * The name that distinguishes the keys of one ImageSigning, such as `2027`: up to 40 letters, digits, `-`
   * and `_`.
   *
   * A change creates another key.
   *
   * @default - none; only one key can be unnamed
   */
  readonly name?: string;
  /**
   * The size of the key.
   *
   * @default SigningKeySize.RSA_4096
   */
  readonly size?: SigningKeySize;
  /**
   * The management endpoint of the vault, such as `https://example-management.kms.eu-frankfurt-1.oraclecloud.com`.
   *
   * @default - the endpoint of a new vault
   */
  readonly managementEndpoint?: string;
}

/** Options of an existing key. */
export interface ExistingSigningKeyOptions {
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the `compartmentId` of the ImageSigning
   */
  readonly compartmentId?: string;
  /**
   * The management endpoint of the vault of the key. With it, Terraform reads the key and refuses one that is not RSA.
   *
   * @default - none; the algorithm of the key is then checked only if this program creates the key
   */
  readonly managementEndpoint?: string;
  /**
   * The OCID of the key version that signs.
   *
   * @default - the current one of a key of this program, or with `managementEndpoint`; otherwise the signing command reads it from `KEY_VERSION_ID`
   */
  readonly keyVersionId?: string;
}

/** @internal */
export interface SigningKeyDetails extends GeneratedSigningKeyOptions, ExistingSigningKeyOptions {
  readonly keyId?: string;
}

const managementEndpoint = matching(
  /^https:\/\/[a-z0-9.-]+$/,
  'Give the managementEndpoint of the vault, for example "https://example-management.kms.eu-frankfurt-1.oraclecloud.com"',
  { code: "VALUE_INVALID", references: true },
);
const KEY_ID = ocid("key");
const GENERATED = {
  name: optional(
    matching(
      /^[A-Za-z0-9_-]{1,40}$/,
      'Give 1 to 40 letters, digits, "-" and "_" as a literal, or leave it out',
    ),
  ),
  size: withDefault(rsaSize, SigningKeySize.RSA_4096),
  managementEndpoint: optional(managementEndpoint),
} satisfies PropsSchema<GeneratedSigningKeyOptions>;
const EXISTING = {
  compartmentId: optional(ocid("compartment", "tenancy")),
  managementEndpoint: optional(managementEndpoint),
  keyVersionId: optional(ocid("keyversion")),
} satisfies PropsSchema<ExistingSigningKeyOptions>;

function rsaSize(problems: Problems, name: string, value: unknown): SigningKeySize | undefined {
  if (Object.values(SigningKeySize).includes(value as SigningKeySize)) return value as SigningKeySize;
  problems.add(
    "SIGNING_KEY_INVALID",
    `${name} is ${shown(value)}, which is not the size of an RSA key`,
    "Give one of SigningKeySize, for example SigningKeySize.RSA_4096; AES and ECDSA keys can't sign images",
  );
  return undefined;
}

/**
 * An RSA key of OCI Vault that signs images; the registry and clusters verify no other signatures.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrysigningimages_topic.htm
 */
@checked
export class SigningKey {
  /** A new RSA key, protected by a hardware security module, in its own vault or a given one. */
  public static generated(options: GeneratedSigningKeyOptions = {}): SigningKey {
    return new SigningKey(readArguments("SigningKey.generated", options, GENERATED));
  }

  /**
   * An existing RSA key, or one that another construct creates.
   *
   * A key of this program with another algorithm is refused at synthesis, any other such key by Terraform if
   * `managementEndpoint` is given.
   *
   * @param keyId the OCID of the key
   */
  public static existing(keyId: string, options: ExistingSigningKeyOptions = {}): SigningKey {
    const problems = new Problems("SigningKey.existing");
    KEY_ID(problems, "keyId", keyId);
    const read = readProps(problems, options, EXISTING);
    return new SigningKey({ ...problems.resolved<Resolved<typeof EXISTING>>(read), keyId });
  }

  private constructor(
    /** @internal */
    public readonly _details: SigningKeyDetails,
  ) {}

  /** The OCID of the key; undefined if ImageSigning creates it. */
  public get existingKeyId(): string | undefined {
    return this._details.keyId;
  }
}
