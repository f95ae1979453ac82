import { entriesOf, type Fields, fieldsOf, isMissing, isReference, type Place } from "./manifest-fields";
import { objectsIn, type Pod } from "./pods";
import { TOKEN_LABEL } from "../../core/guardrail-catalogue";
import { HardeningConflict } from "../conflict";

/**
 * A service account, as an object refers to it; without a namespace, it is in the namespace in which the
 * chart is applied.
 */
export interface Account {
  readonly name: unknown;
  readonly namespace: unknown;
}

/** The service accounts of a tree. */
export interface Accounts {
  /** The accounts that call the API server: with roles, or with a token. */
  readonly usingApi: readonly Account[];
  /** The accounts that the tree creates; other accounts are unknown. */
  readonly created: readonly Account[];
}

const EVERY_ACCOUNT = ["system:authenticated", "system:serviceaccounts"];
const GROUP = "system:serviceaccounts:";
const USER = "system:serviceaccount:";

/** The account of a binding's subject; without a name if it is every account of a namespace. */
function accountOf(subject: Fields, namespace: unknown): Account[] {
  const { kind, name } = subject;
  if (kind === "ServiceAccount") return [{ name, namespace: subject.namespace ?? namespace }];
  if (typeof name !== "string") return [];
  if (kind === "Group" && EVERY_ACCOUNT.includes(name)) return [{ name: undefined, namespace: undefined }];
  if (kind === "Group" && name.startsWith(GROUP))
    return [{ name: undefined, namespace: name.slice(GROUP.length) }];
  if (kind !== "User" || !name.startsWith(USER)) return [];
  const [accountNamespace, account] = name.slice(USER.length).split(":");
  return [{ name: account, namespace: accountNamespace }];
}

/** The service accounts in the objects of a tree, as plain data. */
export function accountsOf(objects: readonly unknown[]): Accounts {
  const usingApi: Account[] = [];
  const created: Account[] = [];
  for (const { object } of objects.flatMap(objectsIn)) {
    const { name, namespace } = fieldsOf(object.metadata) ?? {};
    if (object.kind === "ServiceAccount") {
      created.push({ name, namespace });
      if (object.automountServiceAccountToken === true) usingApi.push({ name, namespace });
    }
    if (!/^(?:Cluster)?RoleBinding$/.test(String(object.kind))) continue;
    usingApi.push(...entriesOf(object.subjects).flatMap((subject) => accountOf(subject, namespace)));
  }
  return { usingApi, created };
}

function matchesAccount(account: Account, name: unknown, namespace: unknown): boolean {
  const isInNamespace =
    isMissing(account.namespace) || isMissing(namespace) || account.namespace === namespace;
  return (account.name === undefined || account.name === name) && isInNamespace;
}

/** Finds projected tokens for the API server, which have no audience. */
function findProjected(spec: Place): void {
  for (const { name, projected } of entriesOf(spec.fields.volumes)) {
    const source = fieldsOf(projected);
    const sources = entriesOf(source?.sources);
    const isToken = (entry: Fields) => {
      const token = fieldsOf(entry.serviceAccountToken);
      return token !== undefined && (isMissing(token.audience) || token.audience === "");
    };
    if (!source || !sources.some(isToken)) continue;
    spec.found(HardeningConflict.TOKEN_AUTOMOUNT, {
      field: `volumes[${String(name)}].projected.sources`,
      value: source.sources,
      override: () => (source.sources = sources.filter((entry) => !isToken(entry))),
    });
  }
}

/** The reason why a pod may need the token of its account without declaring so; undefined if it needs none. */
function tokenNeedOf(
  account: unknown,
  namespace: unknown,
  { usingApi, created }: Accounts,
): string | undefined {
  const isIn = (all: readonly Account[]) =>
    all.some((candidate) => matchesAccount(candidate, account, namespace));
  if (isReference(account)) return "The service account is a reference to a Terraform value";
  if (isIn(usingApi)) return `The service account ${String(account)} has roles or mounts its token`;
  // The default account of a namespace has no roles by itself.
  if (account === "default" || isIn(created)) return undefined;
  return `The service account ${String(account)} is created elsewhere, so its roles are unknown`;
}

/** Disables unrequested tokens and unused Service variables. */
export function hardenToken(pod: Pod, accounts: Accounts): void {
  const { spec } = pod;
  const { fields } = spec;
  const key = "automountServiceAccountToken";
  const isRequested = pod.labels[TOKEN_LABEL.key] === TOKEN_LABEL.value;
  const account =
    [fields.serviceAccountName, fields.serviceAccount].find((name) => !isMissing(name) && name !== "") ??
    "default";
  const need = isMissing(fields[key]) ? tokenNeedOf(account, pod.namespace, accounts) : undefined;
  const override = () => (fields[key] = false);
  if (!isRequested && (fields[key] === true || need !== undefined)) {
    spec.found(HardeningConflict.TOKEN_AUTOMOUNT, {
      field: key,
      value: fields[key],
      override,
      ...(need === undefined ? {} : { title: need }),
    });
  }
  if (!isRequested) findProjected(spec);
  if (need === undefined && !isRequested) spec.fill(key, false, "access-tokens");
  spec.fill("enableServiceLinks", false, "least-privilege");
  if (fields.enableServiceLinks !== true) return;
  spec.found(HardeningConflict.SERVICE_LINKS, {
    field: "enableServiceLinks",
    value: true,
    override: () => (fields.enableServiceLinks = false),
  });
}
