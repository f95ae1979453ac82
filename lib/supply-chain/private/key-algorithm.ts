import { TerraformStack, Token, Tokenization } from "cdktf";
import { type IConstruct } from "constructs";
import { resolveReference } from "../../core/reference";
import { KmsKey } from "../../oci/kms-key";

const KEY_ID = /^\$\{oci_kms_key\.([\w-]+)\.id\}$/;

/** The algorithm of a key that the program creates, such as `AES`; undefined if it is unknown. */
export function algorithmOf(scope: IConstruct, keyId: string): string | undefined {
  if (!Token.isUnresolved(keyId)) return undefined;
  const [token] = Tokenization.reverseString(keyId).tokens;
  const { originStack = TerraformStack.of(scope) } = (token ?? {}) as { originStack?: TerraformStack };
  const [, name] = KEY_ID.exec(resolveReference(originStack, keyId)) ?? [];
  if (name === undefined) return undefined;
  const key = originStack.node
    .findAll()
    .find((one): one is KmsKey => one instanceof KmsKey && one.friendlyUniqueId === name);
  const algorithm = key?.keyShapeInput?.algorithm;
  return Token.isUnresolved(algorithm) ? undefined : algorithm;
}
