import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** How long a generated RSA key is. */
export enum SigningKeySize {
  /** 2048 bits. */
  RSA_2048 = "RSA_2048",
  /** 3072 bits. */
  RSA_3072 = "RSA_3072",
  /** 4096 bits. */
  RSA_4096 = "RSA_4096",
}

/** How a key is generated. */
export interface GeneratedSigningKeyOptions {
  /**
   * What tells the key from others that one ImageSigning generates, such as `2027`: up to 40 letters, digits, `-` and `_`.
   *
   * Another name is another key.
   *
   * @default - none; only one key can have none
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
   * @default - that of a new vault
   */
  readonly managementEndpoint?: string;
}

/** What is known of a key that exists already. */
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
   * @default - the algorithm of the key is known only where this program makes the key
   */
  readonly managementEndpoint?: string;
  /**
   * The OCID of the version of the key that signs.
   *
   * @default - with `managementEndpoint`, the current one; otherwise the signing command reads it from `KEY_VERSION_ID`
   */
  readonly keyVersionId?: string;
}

/** @internal */
export interface SigningKeyDetails extends GeneratedSigningKeyOptions, ExistingSigningKeyOptions {
  readonly keyId?: string;
}

const NAME = /^[A-Za-z0-9_-]{1,40}$/;
const ENDPOINT = /^https:\/\/[a-z0-9.-]+$/;

/**
 * A key of OCI Vault that signs images: RSA, as the registry and clusters verify no other signatures.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrysigningimages_topic.htm
 */
@checked
export class SigningKey {
  /**
   * A new RSA key, protected by a hardware security module, in a vault of its own or a given one.
   *
   * @throws VALUE_INVALID
   */
  public static generated(options: GeneratedSigningKeyOptions = {}): SigningKey {
    const problems = new Problems("SigningKey.generated");
    const { name, size = SigningKeySize.RSA_4096, managementEndpoint } = options;
    if (name !== undefined && !(typeof name === "string" && NAME.test(name))) {
      problems.add(
        "NAME_INVALID",
        `name is ${shown(name)}`,
        'Give 1 to 40 letters, digits, "-" and "_", as a literal, or leave it out',
      );
    }
    const sizes: readonly unknown[] = Object.values(SigningKeySize);
    if (!sizes.includes(size)) {
      problems.add(
        "SIGNING_KEY_INVALID",
        `size is ${shown(size)}, which is no RSA key`,
        "Write one of SigningKeySize; AES and ECDSA keys sign no images",
      );
    }
    checkEndpoint(problems, managementEndpoint);
    problems.throwIfAny();
    return new SigningKey({ name, size, managementEndpoint });
  }

  /**
   * An RSA key that exists already, or that another construct makes.
   *
   * A key that this program makes with another algorithm is refused at synthesis, and any other one by Terraform where
   * `managementEndpoint` is given.
   *
   * @param keyId the OCID of the key
   * @throws OCID_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static existing(keyId: string, options: ExistingSigningKeyOptions = {}): SigningKey {
    const problems = new Problems("SigningKey.existing");
    checkOcid(problems, "keyId", keyId, "key");
    checkOcidIfGiven(problems, "compartmentId", options.compartmentId, "compartment", "tenancy");
    checkOcidIfGiven(problems, "keyVersionId", options.keyVersionId, "keyversion");
    checkEndpoint(problems, options.managementEndpoint);
    problems.throwIfAny();
    return new SigningKey({ ...options, keyId });
  }

  private constructor(
    /** @internal */
    public readonly _details: SigningKeyDetails,
  ) {}

  /** The OCID of the key; none where ImageSigning makes it. */
  public get existingKeyId(): string | undefined {
    return this._details.keyId;
  }
}

function checkEndpoint(problems: Problems, endpoint: string | undefined): void {
  if (endpoint === undefined || Token.isUnresolved(endpoint)) return;
  if (typeof endpoint === "string" && ENDPOINT.test(endpoint)) return;
  problems.add(
    "VALUE_INVALID",
    `managementEndpoint is ${shown(endpoint)}`,
    'Give the managementEndpoint of the vault, such as "https://example-management.kms.eu-frankfurt-1.oraclecloud.com"',
  );
}
