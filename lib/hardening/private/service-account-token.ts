import { entriesOf, type Fields, fieldsOf, isReference, isUnsaid } from "./fields";
import { type Place } from "./hardening-notes";
import { objectsIn, type Pod } from "./pods";
import { TOKEN_LABEL } from "../../core/guardrail-catalogue";
import { HardeningConflict } from "../conflict";

/** A service account, as an object names it; where no namespace is said, it is that of whoever applies the chart. */
export interface Account {
  readonly name: unknown;
  readonly namespace: unknown;
}

/** What a tree tells of the service accounts. */
export interface Accounts {
  /** Those that call the API server: with roles, or with a token. */
  readonly needing: readonly Account[];
  /** Those that the tree makes; of others nothing is known. */
  readonly made: readonly Account[];
}

const EVERY_ACCOUNT = ["system:authenticated", "system:serviceaccounts"];
const GROUP = "system:serviceaccounts:";
const USER = "system:serviceaccount:";

/** The account that a subject of a binding is; without a name where it is every account of a namespace. */
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

/** What objects of a tree, as plain data, tell of the service accounts. */
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

/** A token that a volume projects is for the API server where it names no audience. */
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

/** Why a pod may need the token of its account, though it does not say so; nothing where it needs none. */
function needOf(account: unknown, namespace: unknown, { needing, made }: Accounts): string | undefined {
  const isIn = (all: readonly Account[]) => all.some((one) => isSame(one, account, namespace));
  if (isReference(account)) return "The account is a reference to a Terraform value";
  if (isIn(needing)) return `The account ${String(account)} has roles or mounts its token`;
  // The one that every namespace has got no roles by itself.
  if (account === "default" || isIn(made)) return undefined;
  return `The account ${String(account)} is made elsewhere, so its roles are not known`;
}

/** Tokens that nobody asked for, and variables that nobody reads. */
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
