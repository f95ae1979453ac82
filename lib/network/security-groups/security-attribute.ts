import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkGiven } from "../../core/required";
import { checkText } from "../../core/terraform-text";
import { Problems as Found, type Problems } from "../../core/validation-error";

const NAME = /^[A-Za-z0-9_-]{1,100}$/;
const MAX_VALUE_LENGTH = 255;
const PLAIN = /^[A-Za-z0-9_-]+$/;

/** Props for SecurityAttribute. */
export interface SecurityAttributeProps {
  /**
   * The security attribute namespace, which must exist in the tenancy: up to 100 letters, digits, dashes and underscores.
   *
   * @default "oracle-zpr"
   */
  readonly namespace?: string;
  /** The name of the attribute, which must exist in the namespace: up to 100 letters, digits, dashes and underscores. */
  readonly key: string;
  /** The value: up to 255 characters, as a literal, because policies are written from it. */
  readonly value: string;
}

/**
 * A security attribute by which Zero Trust Packet Routing policies identify a VCN, or resources in it.
 *
 * @see https://docs.oracle.com/iaas/Content/zero-trust-packet-routing/zpr-artifacts.htm
 */
@checked
export class SecurityAttribute {
  /**
   * A security attribute of a namespace that exists in the tenancy.
   *
   * @throws NAME_INVALID, VALUE_INVALID, TEXT_TEMPLATE, ATTRIBUTE_MISSING
   */
  public static of(props: SecurityAttributeProps): SecurityAttribute {
    const problems = new Found("SecurityAttribute.of");
    if (!checkGiven(problems, { props })) problems.throwIfAny();
    const { namespace = "oracle-zpr", key, value } = props;
    if (checkGiven(problems, { key, value })) check(problems, { namespace, key, value });
    problems.throwIfAny();
    return new SecurityAttribute(namespace, key, value);
  }

  /**
   * Checks that a value was created by the factory: TypeScript accepts any object of the same shape.
   *
   * @internal
   */
  public static _check(problems: Problems, name: string, given: unknown): void {
    if (given === undefined) return;
    const { namespace, key, value } = (given ?? {}) as Partial<SecurityAttribute>;
    if (typeof namespace === "string" && typeof key === "string" && typeof value === "string") {
      check(problems, { namespace, key, value });
      return;
    }
    const fix = 'Write SecurityAttribute.of({ key: "app", value: "shop" })';
    problems.add("VALUE_INVALID", `${name} is ${shown(given)}`, fix);
  }

  private constructor(
    /** The namespace of the attribute. */
    public readonly namespace: string,
    /** The name of the attribute. */
    public readonly key: string,
    /** The value of the attribute. */
    public readonly value: string,
  ) {}

  /** The attribute in the syntax of policies, such as `oracle-zpr.app:shop`. */
  public toString(): string {
    const text = `${this.namespace}.${this.key}:${this.value}`;
    return PLAIN.test(this.value) ? text : `'${text.replace(/'/g, "''")}'`;
  }

  /**
   * The attribute in the format of resources.
   *
   * @internal
   */
  public get _onResource(): { [key: string]: string } {
    const name = `${this.namespace}.${this.key}`;
    return { [`${name}.value`]: this.value, [`${name}.mode`]: "enforce" };
  }
}

function check(
  problems: Problems,
  { namespace, key, value }: { namespace: unknown; key: unknown; value: unknown },
): void {
  for (const [name, text] of Object.entries({ namespace, key })) {
    if (typeof text === "string" && NAME.test(text)) continue;
    const fix = "Give up to 100 letters, digits, dashes and underscores";
    problems.add("NAME_INVALID", `${name} is ${shown(text)}`, fix);
  }
  const isText = typeof value === "string" && value.trim() === value && /^[\x20-\x7e]+$/.test(value);
  if (!isText || value.length > MAX_VALUE_LENGTH) {
    const fix = `Give 1 to ${MAX_VALUE_LENGTH} printable characters without blanks around them, as a literal`;
    problems.add("VALUE_INVALID", `value is ${shown(value)}`, fix);
  } else checkText(problems, "value", value);
}
