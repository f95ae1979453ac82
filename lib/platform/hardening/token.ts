import { HardeningConflict } from "./conflict";
import { entriesOf, fieldsOf, isUnsaid, type Fields } from "./fields";
import { type Place } from "./place";
import { objectsIn, type Pod } from "./pods";
import { TOKEN_LABEL } from "../../core/guardrail-catalogue";

/** A service account, as an object names it; where no namespace is said, it is that of whoever applies the chart. */
export interface Account {
  readonly name: unknown;
  readonly namespace: unknown;
}

/** Those accounts that objects of a tree, as plain data, make to call the API server: with roles, or with a token. */
export function accountsOf(objects: readonly unknown[]): Account[] {
  return objects.flatMap(objectsIn).flatMap(({ object }) => {
    const { name, namespace } = fieldsOf(object.metadata) ?? {};
    if (object.kind === "ServiceAccount" && object.automountServiceAccountToken === true)
      return [{ name, namespace }];
    if (!/^(?:Cluster)?RoleBinding$/.test(String(object.kind))) return [];
    return entriesOf(object.subjects)
      .filter(({ kind }) => kind === "ServiceAccount")
      .map((subject) => ({ name: subject.name, namespace: subject.namespace ?? namespace }));
  });
}

function isSame(one: Account, name: unknown, namespace: unknown): boolean {
  const isNear = isUnsaid(one.namespace) || isUnsaid(namespace) || one.namespace === namespace;
  return one.name === name && isNear;
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

/** Tokens that nobody asked for, and variables that nobody reads. */
export function hardenToken(pod: Pod, accounts: readonly Account[]): void {
  const { spec } = pod;
  const { fields } = spec;
  const key = "automountServiceAccountToken";
  const asked = pod.labels[TOKEN_LABEL.key] === TOKEN_LABEL.value;
  const account = fields.serviceAccountName ?? fields.serviceAccount ?? "default";
  const isNeeded = isUnsaid(fields[key]) && accounts.some((one) => isSame(one, account, pod.namespace));
  const mend = () => (fields[key] = false);
  if (!asked && (fields[key] === true || isNeeded)) {
    spec.found(HardeningConflict.TOKEN_AUTOMOUNT, {
      field: key,
      value: fields[key],
      mend,
      ...(isNeeded ? { title: `The account ${String(account)} has roles or mounts its token` } : {}),
    });
  }
  if (!asked) findProjected(spec);
  if (!isNeeded && !asked) spec.fill(key, false, "access-tokens");
  spec.fill("enableServiceLinks", false, "least-privilege");
  if (fields.enableServiceLinks !== true) return;
  spec.found(HardeningConflict.SERVICE_LINKS, {
    field: "enableServiceLinks",
    value: true,
    mend: () => (fields.enableServiceLinks = false),
  });
}
