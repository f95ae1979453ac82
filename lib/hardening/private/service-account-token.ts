import { entriesOf, type Fields, fieldsOf, isReference, isUnsaid } from "./fields";
import { type Place } from "./hardening-notes";
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
  readonly needing: readonly Account[];
  /** The accounts that the tree creates; other accounts are unknown. */
  readonly made: readonly Account[];
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
  const [of, account] = name.slice(USER.length).split(":");
  return [{ name: account, namespace: of }];
}

/** The service accounts in the objects of a tree, as plain data. */
export function accountsOf(objects: readonly unknown[]): Accounts {
  const needing: Account[] = [];
  const made: Account[] = [];
  for (const { object } of objects.flatMap(objectsIn)) {
    const { name, namespace } = fieldsOf(object.metadata) ?? {};
    if (object.kind === "ServiceAccount") {
      made.push({ name, namespace });
      if (object.automountServiceAccountToken === true) needing.push({ name, namespace });
    }
    if (!/^(?:Cluster)?RoleBinding$/.test(String(object.kind))) continue;
    needing.push(...entriesOf(object.subjects).flatMap((subject) => accountOf(subject, namespace)));
  }
  return { needing, made };
}

function isSame(one: Account, name: unknown, namespace: unknown): boolean {
  const isNear = isUnsaid(one.namespace) || isUnsaid(namespace) || one.namespace === namespace;
  return (one.name === undefined || one.name === name) && isNear;
}

/** Finds projected tokens for the API server, which have no audience. */
function findProjected(spec: Place): void {
  for (const { name, projected } of entriesOf(spec.fields.volumes)) {
    const source = fieldsOf(projected);
    const sources = entriesOf(source?.sources);
    const isToken = (one: Fields) => {
      const token = fieldsOf(one.serviceAccountToken);
      return token !== undefined && (isUnsaid(token.audience) || token.audience === "");
    };
    if (!source || !sources.some(isToken)) continue;
    spec.found(HardeningConflict.TOKEN_AUTOMOUNT, {
      field: `volumes[${String(name)}].projected.sources`,
      value: source.sources,
      mend: () => (source.sources = sources.filter((one) => !isToken(one))),
    });
  }
}

/** The reason why a pod may need the token of its account without declaring so; undefined if it needs none. */
function needOf(account: unknown, namespace: unknown, { needing, made }: Accounts): string | undefined {
  const isIn = (all: readonly Account[]) => all.some((one) => isSame(one, account, namespace));
  if (isReference(account)) return "The account is a reference to a Terraform value";
  if (isIn(needing)) return `The account ${String(account)} has roles or mounts its token`;
  // The default account of a namespace has no roles by itself.
  if (account === "default" || isIn(made)) return undefined;
  return `The account ${String(account)} is made elsewhere, so its roles are not known`;
}

/** Disables unrequested tokens and unused Service variables. */
export function hardenToken(pod: Pod, accounts: Accounts): void {
  const { spec } = pod;
  const { fields } = spec;
  const key = "automountServiceAccountToken";
  const asked = pod.labels[TOKEN_LABEL.key] === TOKEN_LABEL.value;
  const named = [fields.serviceAccountName, fields.serviceAccount].find(
    (one) => !isUnsaid(one) && one !== "",
  );
  const account = named ?? "default";
  const need = isUnsaid(fields[key]) ? needOf(account, pod.namespace, accounts) : undefined;
  const mend = () => (fields[key] = false);
  if (!asked && (fields[key] === true || need !== undefined)) {
    spec.found(HardeningConflict.TOKEN_AUTOMOUNT, {
      field: key,
      value: fields[key],
      mend,
      ...(need === undefined ? {} : { title: need }),
    });
  }
  if (!asked) findProjected(spec);
  if (need === undefined && !asked) spec.fill(key, false, "access-tokens");
  spec.fill("enableServiceLinks", false, "least-privilege");
  if (fields.enableServiceLinks !== true) return;
  spec.found(HardeningConflict.SERVICE_LINKS, {
    field: "enableServiceLinks",
    value: true,
    mend: () => (fields.enableServiceLinks = false),
  });
}
