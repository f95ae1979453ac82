import { type ApiObject, Lazy } from "cdk8s";
import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { checkSubdomainName } from "../../../core/kubernetes-names";
import { checkUnique } from "../../../core/value-readers";
import { type Problems } from "../../../core/validation-error";
import { checkedBy, listOf, type Reader, text } from "../../../core/readers";
import { noteOwnAccount, notePullsWithoutSecrets, pullSecretsOf } from "../../../synthesis/pull-secrets";

/** Reads the names of pull Secrets. */
export function pullSecretNames(): Reader<string[]> {
  return checkedBy(listOf(text(), 'a list of names of Secrets, for example ["ocir"]'), checkPullSecrets);
}

function checkPullSecrets(problems: Problems, property: string, names: readonly string[]): void {
  for (const name of names) {
    // The value of a Terraform reference is unknown.
    if (!Token.isUnresolved(name)) checkSubdomainName(problems, property, name);
  }
  checkUnique(problems, property, names);
}

/**
 * The field `imagePullSecrets` of a ServiceAccount; rendered late, as the namespace may be created after its
 * workloads.
 */
export function pullSecretsField(
  owner: IConstruct,
  namespace: string | undefined,
  own: readonly string[] | undefined,
): object {
  const produce = () => {
    const names = own ?? pullSecretsOf(owner, namespace) ?? [];
    return names.length > 0 ? names.map((name) => ({ name })) : undefined;
  };
  return { imagePullSecrets: Lazy.any({ produce }) as unknown };
}

/**
 * Registers an account that its owner created with that field, and whether the owner declared that its images
 * need no Secret.
 */
export function notePulls(account: ApiObject, own: readonly string[] | undefined): void {
  noteOwnAccount(account);
  if (own?.length === 0) notePullsWithoutSecrets(account);
}
