import {
  DefaultTokenResolver,
  type IResolvable,
  StringConcat,
  TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import { type IConstruct } from "constructs";
import { type Problems } from "./validation-error";

// A placeholder of cdktf, which becomes a reference when the stack is synthesized.
const REFERENCE = /\$\{TfToken\[[A-Za-z0-9:._-]+\]\}/g;
// Replaces a reference; no text of a user contains it.
const MARK = "\u0000";
const BEGINNING = /(?<!\$)\$\{|(?<!%)%\{/;
const ESCAPING = new RegExp(`[$%]${MARK}`);

/**
 * Adds a problem for a text that Terraform would partly read as a template.
 *
 * cdktf does not escape texts: a `${` or `%{` begins a template, which causes an error or a different text. References of cdktf and
 * escaped characters pass.
 *
 * Such a text is rejected instead of escaped, because it is usually a template literal with the wrong quotes.
 *
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings
 */
export function checkText(problems: Problems, name: string, text: string | undefined): void {
  if (typeof text !== "string") return;
  const literal = text.replace(REFERENCE, MARK);
  if (BEGINNING.test(literal)) {
    problems.add(
      "TEXT_TEMPLATE",
      `${name} is ${JSON.stringify(text)}, which has a template of Terraform in it`,
      "Use backquotes for values of the program, a reference of cdktf for values of Terraform, and $${ or %%{ for the characters",
    );
  } else if (ESCAPING.test(literal)) {
    problems.add(
      "TEXT_TEMPLATE",
      `${name} has a $ or % just before a reference to a Terraform value, which makes plain text of the reference`,
      "Put another character between the two",
    );
  }
}

/** A text of the library, such as a path, escaped for Terraform; references are kept. */
export function literalText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)|%\{/g, (beginning) => `${beginning[0]}${beginning}`);
}

/** A reference as Terraform will read it, such as `${oci_core_vcn.network.id}`. */
export function resolveReference(scope: IConstruct, reference: IResolvable | string): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  return Tokenization.resolve(reference, { scope, resolver, preparing: false }) as string;
}

/**
 * What a value is, in one text for all stacks of an app.
 *
 * @param scope what uses the value
 */
export function identityOf(scope: IConstruct, value: string): string {
  if (!Token.isUnresolved(value)) return value;
  const [token] = Tokenization.reverseString(value).tokens;
  // Read from its own stack, where a reference has the same text for everybody.
  const { originStack = TerraformStack.of(scope) } = (token ?? {}) as { originStack?: TerraformStack };
  return `${originStack.node.path} ${resolveReference(originStack, value)}`;
}
