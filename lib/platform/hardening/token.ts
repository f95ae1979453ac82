import { HardeningConflict } from "./conflict";
import { entriesOf, isUnsaid, valueAt } from "./fields";
import { objectsIn, type Pod } from "./pods";
import { TOKEN_LABEL } from "../../core/guardrail-catalogue";

/** What is known of service accounts: which of them are made to call the API server. */
export interface Accounts {
  /** Names with their namespaces, of accounts that have roles or say that pods get their token. */
  readonly needed: ReadonlySet<string>;
}

const keyOf = (namespace: unknown, name: unknown) => JSON.stringify([namespace ?? null, name]);

/** The accounts that objects of a tree, as plain data, speak of. */
export function accountsOf(objects: readonly unknown[]): Accounts {
  const needed = new Set<string>();
  for (const { object } of objects.flatMap(objectsIn)) {
    const namespace = valueAt(object, "metadata", "namespace");
    if (object.kind === "ServiceAccount" && object.automountServiceAccountToken === true)
      needed.add(keyOf(namespace, valueAt(object, "metadata", "name")));
    if (!/^(?:Cluster)?RoleBinding$/.test(String(object.kind))) continue;
    for (const subject of entriesOf(object.subjects)) {
      if (subject.kind === "ServiceAccount") needed.add(keyOf(subject.namespace ?? namespace, subject.name));
    }
  }
  return { needed };
}

/** Tokens that nobody asked for, and variables that nobody reads. */
export function hardenToken(pod: Pod, accounts: Accounts): void {
  const { spec } = pod;
  const { fields } = spec;
  const key = "automountServiceAccountToken";
  const asked = pod.labels[TOKEN_LABEL.key] === TOKEN_LABEL.value;
  const account = fields.serviceAccountName ?? fields.serviceAccount ?? "default";
  const isNeeded = isUnsaid(fields[key]) && accounts.needed.has(keyOf(pod.namespace, account));
  const mend = () => (fields[key] = false);
  if (!asked && (fields[key] === true || isNeeded)) {
    spec.found(HardeningConflict.TOKEN_AUTOMOUNT, {
      field: key,
      value: fields[key],
      mend,
      ...(isNeeded ? { title: `The account ${String(account)} has roles or mounts its token` } : {}),
    });
  }
  if (!isNeeded && !asked) spec.fill(key, false, "access-tokens");
  spec.fill("enableServiceLinks", false, "least-privilege");
  if (fields.enableServiceLinks !== true) return;
  spec.found(HardeningConflict.SERVICE_LINKS, {
    field: "enableServiceLinks",
    value: true,
    mend: () => (fields.enableServiceLinks = false),
  });
}
