import {
  DefaultTokenResolver,
  type IResolvable,
  StringConcat,
  TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import { type IConstruct } from "constructs";
import { shortHash } from "./short-hash";

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

/**
 * A text that can stand in a construct's id in the place of a value.
 *
 * A reference is a placeholder with a running number, which moves when something is added before it; a hash of what it
 * refers to stays.
 */
export function idPartOf(scope: IConstruct, value: string): string {
  if (!Token.isUnresolved(value)) return value.replace(/[^A-Za-z0-9_-]/g, "-");
  return shortHash(resolveReference(scope, value));
}
