import { checked } from "../core/checked";
import { checkLiteral } from "../core/credential-literal";
import { shown } from "../core/display-value";
import {
  checkedBy,
  optional,
  type PropsSchema,
  readArguments,
  text,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";

/** Options for a generated passphrase: its length and a template. */
export interface PassphraseOptions {
  /**
   * The number of characters, 16 or more.
   *
   * @default 32
   */
  readonly length?: number;
  /**
   * The stored text, with `%GENERATED_PASSPHRASE%` in the place of the passphrase.
   *
   * For example `{"username":"shop","password":"%GENERATED_PASSPHRASE%"}`.
   *
   * @default - the passphrase alone
   */
  readonly template?: string;
}

/** Options for a generated database password: its length and a template. */
export interface DatabasePasswordOptions {
  /**
   * The number of characters, 12 to 30, as Oracle Database and Autonomous Database accept.
   *
   * @default 30
   */
  readonly length?: number;
  /**
   * The stored text, with `%GENERATED_PASSPHRASE%` in the place of the password.
   *
   * @default - the password alone
   */
  readonly template?: string;
}

interface Generation {
  readonly generationType: string;
  readonly generationTemplate: string;
  readonly passphraseLength?: number;
  readonly secretTemplate?: string;
}

const PLACEHOLDER = "%GENERATED_PASSPHRASE%";
const MIN_PASSPHRASE_LENGTH = 16;
const BYTES = [512, 1024];
const SSH_KEY_BITS = [2048, 3072, 4096];

/**
 * The value of a secret that OCI Vault generates.
 *
 * The value is generated in the vault, so it never enters the program, the plan, or the state.
 *
 * @see https://docs.oracle.com/iaas/Content/secret-management/Tasks/create-secret.htm
 */
@checked
export class SecretContent {
  /** A random passphrase. */
  public static passphrase(options: PassphraseOptions = {}): SecretContent {
    const { length, template } = readArguments("SecretContent.passphrase", options, PASSPHRASE);
    return SecretContent.passphraseOf("SECRETS_DEFAULT_PASSWORD", length, template);
  }

  /** A random password that Oracle databases accept. */
  public static databasePassword(options: DatabasePasswordOptions = {}): SecretContent {
    const { length, template } = readArguments("SecretContent.databasePassword", options, DATABASE_PASSWORD);
    return SecretContent.passphraseOf("DBAAS_DEFAULT_PASSWORD", length, template);
  }

  /**
   * Random bytes, for example for a signing key.
   *
   * @param count 512 or 1024
   */
  public static randomBytes(count = 512): SecretContent {
    const problems = new Problems("SecretContent.randomBytes");
    if (!BYTES.includes(count)) {
      problems.add("COUNT_INVALID", `count is ${shown(count)}`, `Give ${BYTES.join(" or ")}`);
    }
    problems.throwIfAny();
    return new SecretContent({ generationType: "BYTES", generationTemplate: `BYTES_${count}` });
  }

  /**
   * An RSA key pair for SSH.
   *
   * @param bits 2048, 3072, or 4096
   */
  public static sshKey(bits = 4096): SecretContent {
    const problems = new Problems("SecretContent.sshKey");
    if (!SSH_KEY_BITS.includes(bits)) {
      problems.add("COUNT_INVALID", `bits is ${shown(bits)}`, `Give ${SSH_KEY_BITS.join(", ")}`);
    }
    problems.throwIfAny();
    return new SecretContent({ generationType: "SSH_KEY", generationTemplate: `RSA_${bits}` });
  }

  private static passphraseOf(
    generationTemplate: string,
    passphraseLength: number,
    secretTemplate: string | undefined,
  ): SecretContent {
    const template = secretTemplate === undefined ? {} : { secretTemplate };
    return new SecretContent({
      generationType: "PASSPHRASE",
      generationTemplate,
      passphraseLength,
      ...template,
    });
  }

  private constructor(private readonly generation: Generation) {}

  /** @internal */
  public _generationContext(): Generation {
    return this.generation;
  }
}

/** Adds a problem if a template has no valid place for the passphrase, or contains a credential itself. */
function checkTemplate(problems: Problems, name: string, template: string): void {
  if (!template.includes(PLACEHOLDER)) {
    problems.add(
      "SECRET_INVALID",
      `${name} does not contain ${PLACEHOLDER}, so the generated value would not be stored`,
      `Write the placeholder once, for example {"password":"${PLACEHOLDER}"}`,
    );
    return;
  }
  checkText(problems, name, template);
  // With the placeholder in the form of a reference, only the rest of the template is checked.
  checkLiteral(problems, name, name, template.split(PLACEHOLDER).join("${generated}"));
}

const TEMPLATE = optional(checkedBy(text(), checkTemplate));

const PASSPHRASE = {
  length: withDefault(wholeNumber({ least: MIN_PASSPHRASE_LENGTH }), 32),
  template: TEMPLATE,
} satisfies PropsSchema<PassphraseOptions>;

const DATABASE_PASSWORD = {
  length: withDefault(wholeNumber({ least: 12, most: 30 }), 30),
  template: TEMPLATE,
} satisfies PropsSchema<DatabasePasswordOptions>;
