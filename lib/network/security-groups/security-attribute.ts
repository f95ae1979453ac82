import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  checkedBy,
  matching,
  type PropsSchema,
  readArguments,
  type Reader,
  readProps,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { checkText } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";

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

const NAME = matching(/^[A-Za-z0-9_-]{1,100}$/, "Give up to 100 letters, digits, dashes and underscores");

const SECURITY_ATTRIBUTE = {
  namespace: withDefault(NAME, "oracle-zpr"),
  key: NAME,
  value: checkedBy(text(), checkValue),
} satisfies PropsSchema<SecurityAttributeProps>;

/**
 * A security attribute by which Zero Trust Packet Routing policies identify a VCN, or resources in it.
 *
 * @see https://docs.oracle.com/iaas/Content/zero-trust-packet-routing/zpr-artifacts.htm
 */
@checked
export class SecurityAttribute {
  /** A security attribute of a namespace that exists in the tenancy. */
  public static of(props: SecurityAttributeProps): SecurityAttribute {
    const { namespace, key, value } = readArguments("SecurityAttribute.of", props, SECURITY_ATTRIBUTE);
    return new SecurityAttribute(namespace, key, value);
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

/** Reads a security attribute; again with its members, because a program without types can pass any object. */
export function securityAttribute(): Reader<SecurityAttribute> {
  return checkedBy(valueOf(SecurityAttribute), (problems, name, attribute) => {
    readProps(problems, attribute, SECURITY_ATTRIBUTE, name);
  });
}

function checkValue(problems: Problems, name: string, value: unknown): void {
  const isText = typeof value === "string" && value.trim() === value && /^[\x20-\x7e]+$/.test(value);
  if (!isText || value.length > MAX_VALUE_LENGTH) {
    const fix = `Give 1 to ${MAX_VALUE_LENGTH} printable characters without blanks around them, as a literal`;
    problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, fix);
  } else checkText(problems, name, value);
}
