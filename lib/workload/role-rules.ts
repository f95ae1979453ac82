import { type Allow } from "./allow";
import { Verb, VERBS } from "./role-verb";
import { type Problems } from "../core/validation-error";

/** One rule of a Role or ClusterRole. */
export interface RuleManifest {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: Verb[];
}

/** Requests that name no namespace of their own, so that no Role holds for them. */
const OUTSIDE = [Verb.CREATE, Verb.LIST, Verb.WATCH];

/** Adds a problem for each permission that grants nothing in a namespace, or leads to more than it says. */
export function checkAllowed(problems: Problems, allow: readonly Allow[], inNamespace: boolean): void {
  for (const one of allow) {
    if (inNamespace) checkNamespaced(problems, one);
    for (const { never, verbs, leadsTo, fix } of one._risks()) {
      if (!never && one._reason() !== undefined) continue;
      problems.add(
        "PERMISSION_TOO_WIDE",
        `${verbs.join(", ")} of ${one.resource.toString()} leads to ${leadsTo}`,
        never ? fix : `${fix}; or take it on purpose: .acknowledged({ reason: "…" })`,
      );
    }
  }
}

function checkNamespaced(problems: Problems, one: Allow): void {
  const { resource } = one;
  if (resource.namespaced) return;
  // A request for a namespace itself counts as one inside of it.
  const own = resource.group === "" && resource.plural === "namespaces";
  const lost = own ? one._verbs().filter((verb) => OUTSIDE.includes(verb)) : one._verbs();
  if (lost.length === 0) return;
  problems.add(
    "PERMISSION_INVALID",
    `${lost.join(", ")} of ${resource.toString()}, which ${own ? "holds" : "belongs to the cluster: it holds"} in no namespace`,
    own
      ? "Take Allow.verbs(Resource.NAMESPACES, Verb.GET), or a role for the whole cluster: RoleScope.cluster({ reason })"
      : 'Make a role for the whole cluster: roleScope: RoleScope.cluster({ reason: "…" })',
  );
}

/**
 * The rules, each permission in one place and in an order that does not depend on theirs.
 *
 * Permissions for the same objects are one rule; rules for the same verbs of one group are one, too.
 */
export function rulesOf(allow: readonly Allow[]): RuleManifest[] {
  const byObjects = new Map<string, { resource: Allow["resource"]; names: string[]; verbs: Set<Verb> }>();
  for (const one of allow) {
    const { resource, names } = one;
    const key = JSON.stringify([resource.group, resource.name, names]);
    const entry = byObjects.get(key) ?? { resource, names, verbs: new Set() };
    for (const verb of one._verbs()) entry.verbs.add(verb);
    byObjects.set(key, entry);
  }
  const byVerbs = new Map<string, RuleManifest>();
  for (const [, { resource, names, verbs }] of [...byObjects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ordered = VERBS.filter((verb) => verbs.has(verb));
    const key = JSON.stringify([resource.group, names, ordered]);
    const rule = byVerbs.get(key) ?? {
      apiGroups: [resource.group],
      resources: [],
      ...(names.length > 0 ? { resourceNames: names } : {}),
      verbs: ordered,
    };
    rule.resources.push(resource.name);
    byVerbs.set(key, rule);
  }
  return [...byVerbs.values()];
}
