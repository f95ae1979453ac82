import { TerraformStack, Token, Tokenization } from "cdktf";
import { type IConstruct } from "constructs";
import { identityOf, resolveReference } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";
import { KmsKey } from "../../oci/kms-key";
import { KmsVault } from "../../oci/kms-vault";

const KEY_ID = /^\$\{oci_kms_key\.([\w-]+)\.id\}$/;

/** The algorithm of a key that the program creates, such as `AES`; undefined if it is unknown. */
export function algorithmOf(scope: IConstruct, keyId: string): string | undefined {
  const algorithm = createdKey(scope, keyId)?.keyShapeInput?.algorithm;
  return Token.isUnresolved(algorithm) ? undefined : algorithm;
}

/** Adds a problem if the program creates a key with another algorithm than AES, which encrypts all data at rest. */
export function checkEncryptionKey(
  problems: Problems,
  scope: IConstruct,
  name: string,
  keyId: string | undefined,
): void {
  const algorithm = keyId === undefined ? undefined : algorithmOf(scope, keyId);
  if (algorithm === undefined || algorithm === "AES") return;
  problems.add(
    "VALUE_INVALID",
    `${name} is an ${algorithm} key, and only AES keys encrypt data at rest`,
    "Give the keyId of a VaultKey with KeyShape.AES_256",
  );
}

/** Adds a problem if the program creates both the vault and the key, and the key is in another vault. */
export function checkKeyInVault(problems: Problems, scope: IConstruct, keyId: string, vaultId: string): void {
  const key = createdKey(scope, keyId);
  const endpoint = key?.managementEndpointInput;
  if (!key || endpoint === undefined || !Token.isUnresolved(vaultId)) return;
  const endpointOfKey = identityOf(key, endpoint);
  const vaultOfKey = key.node.root.node
    .findAll()
    .filter((construct): construct is KmsVault => construct instanceof KmsVault)
    .find((vault) => identityOf(vault, vault.managementEndpoint) === endpointOfKey);
  if (!vaultOfKey || identityOf(vaultOfKey, vaultOfKey.id) === identityOf(scope, vaultId)) return;
  problems.add(
    "VALUE_INVALID",
    `keyId is the key ${key.node.path} in the vault ${vaultOfKey.node.path}, and vaultId is another vault`,
    "Give a key and the vaultId of the same vault",
    "keyId",
  );
}

/** The key that an OCID refers to, if the program creates it. */
export function createdKey(scope: IConstruct, keyId: string): KmsKey | undefined {
  if (!Token.isUnresolved(keyId)) return undefined;
  const [token] = Tokenization.reverseString(keyId).tokens;
  const { originStack = TerraformStack.of(scope) } = (token ?? {}) as { originStack?: TerraformStack };
  const [, name] = KEY_ID.exec(resolveReference(originStack, keyId)) ?? [];
  if (name === undefined) return undefined;
  return originStack.node
    .findAll()
    .find(
      (construct): construct is KmsKey => construct instanceof KmsKey && construct.friendlyUniqueId === name,
    );
}
