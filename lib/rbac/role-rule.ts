import { RbacVerb, VERBS, NAMELESS } from "./rbac-verb";
import { RbacResource } from "./rbac-resource";
import { checked } from "../core/checked";
import { any, checkedBy, type Reader, valueOf } from "../core/readers";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { byKey } from "../core/stable-order";
import { Token } from "cdktf";
import { readVerbsOf, risksOf, type RoleRisk } from "./private/role-risks";
import { shown } from "../core/display-value";

const CHANGING = [RbacVerb.CREATE, RbacVerb.UPDATE, RbacVerb.PATCH, RbacVerb.DELETE];
const ESCALATING = ["bind", "escalate", "impersonate"];

const RESOURCE = valueOf(RbacResource);

interface RuleParts {
  readonly resource: RbacResource;
  readonly verbs: readonly RbacVerb[];
  readonly names: readonly string[];
  readonly reason?: string;
  /** Whether the verbs were listed one by one, so that none may be dropped. */
  readonly isExact: boolean;
}

/**
 * A permission: verbs on a kind of objects.
 *
 * A role refuses permissions that grant more than their verbs say, see `acknowledged`.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/
 */
@checked
export class RoleRule {
  /**
   * Allows reading: get, list and watch, as far as Kubernetes serves them; for Secrets only get.
   */
  public static read(resource: RbacResource): RoleRule {
    return makeRule("RoleRule.read", resource, readVerbsOf);
  }

  /**
   * Allows writing, without reading: create, update, patch and delete, as far as Kubernetes serves them.
   *
   * `kubectl apply` also needs `RoleRule.read`. With object names, create is left out: Kubernetes can't restrict
   * it by name.
   */
  public static write(resource: RbacResource): RoleRule {
    return makeRule("RoleRule.write", resource, (read) => servedVerbs(read, CHANGING));
  }

  /**
   * Allows single verbs that Kubernetes serves for the resource; never `bind`, `escalate`, or `impersonate`.
   */
  public static verbs(resource: RbacResource, ...verbs: RbacVerb[]): RoleRule {
    return makeRule("RoleRule.verbs", resource, (read, problems) => readVerbs(problems, read, verbs), true);
  }

  /** @internal */
  public static _of(parts: RuleParts): RoleRule {
    return new RoleRule(parts);
  }

  private constructor(private readonly parts: RuleParts) {}

  /** The resource. */
  public get resource(): RbacResource {
    return this.parts.resource;
  }

  /** The names of the objects; empty for all objects. */
  public get names(): string[] {
    return [...this.parts.names];
  }

  /**
   * Returns the same permission, restricted to objects with these names.
   *
   * A list or watch is allowed only if the request itself selects one name (`kubectl get configmaps
   * web-config --watch`).
   */
  public named(...names: string[]): RoleRule {
    const problems = new Problems(`RoleRule of ${this.resource.toString()}`);
    const unnameable = this.resource.subresource === undefined ? NAMELESS : [RbacVerb.DELETE_COLLECTION];
    const dropped = this.parts.verbs.filter((verb) => unnameable.includes(verb));
    if (names.length === 0) {
      problems.add(
        "PERMISSION_INVALID",
        "names is empty, which means every object in Kubernetes",
        'Give at least one name, for example .named("web-config")',
      );
    }
    if (this.parts.isExact && dropped.length > 0) {
      problems.add(
        "PERMISSION_INVALID",
        `names can't restrict ${dropped.join(" and ")} of ${this.resource.toString()}, so the rule would never apply`,
        `Put it into a rule without names: RoleRule.verbs(resource, RbacVerb.${dropped[0] === RbacVerb.CREATE ? "CREATE" : "DELETE_COLLECTION"})`,
      );
    }
    names.forEach((name, index) => OBJECT_NAME(problems, `names[${index}]`, name));
    problems.throwIfAny();
    const verbs = this.parts.verbs.filter((verb) => !dropped.includes(verb));
    return new RoleRule({ ...this.parts, names: [...new Set(names)].sort(), verbs });
  }

  /**
   * Returns the same permission, with a reason for granting more than its verbs say.
   *
   * The reason is recorded as an acknowledgement of the role. Some permissions are always refused, such as
   * changing roles.
   */
  public acknowledged(choice: ReasonedChoice): RoleRule {
    const reason = readChoice(
      `RoleRule of ${this.resource.toString()}`,
      "A permission that allows more than its verbs say",
      choice,
    );
    return new RoleRule({ ...this.parts, reason });
  }

  /** @internal */
  public _verbs(): readonly RbacVerb[] {
    return this.parts.verbs;
  }

  /** @internal */
  public _reason(): string | undefined {
    return this.parts.reason;
  }

  /** @internal */
  public _risks(): RoleRisk[] {
    return risksOf(this.resource, this.parts.verbs, this.parts.names.length > 0);
  }
}

function makeRule(
  factory: string,
  resource: RbacResource,
  verbsOf: (resource: RbacResource, problems: Problems) => RbacVerb[],
  isExact = false,
): RoleRule {
  const problems = new Problems(factory);
  const read = RESOURCE(problems, "resource", resource);
  const verbs = read ? verbsOf(read, problems) : [];
  if (!problems.any && verbs.length === 0) {
    const served = resource._verbs().map(constantOf).join(", ");
    problems.add(
      "PERMISSION_INVALID",
      `resource is ${resource.toString()}, and no verb applies to it`,
      `Write RoleRule.verbs(resource, …) with one or more of ${served}`,
    );
  }
  problems.throwIfAny();
  return RoleRule._of({ resource, verbs, names: [], isExact });
}

/** A verb as a program writes it. */
function constantOf(verb: RbacVerb): string {
  const [name = verb] = Object.entries(RbacVerb).find(([, value]) => value === verb) ?? [];
  return `RbacVerb.${name}`;
}

function servedVerbs(resource: RbacResource, verbs: readonly RbacVerb[]): RbacVerb[] {
  return verbs.filter((verb) => resource._verbs().includes(verb));
}

/** Reads the verbs of a rule: each once, in the order in which rules are written. */
function readVerbs(problems: Problems, resource: RbacResource, verbs: readonly RbacVerb[]): RbacVerb[] {
  const verbOfResource = servedVerb(resource);
  const read = verbs.map((verb, index) => verbOfResource(problems, `verbs[${index}]`, verb));
  return VERBS.filter((verb) => read.includes(verb));
}

/** Reads a verb that Kubernetes serves for a resource. */
function servedVerb(resource: RbacResource): Reader<RbacVerb> {
  return (problems, name, value) => {
    const verb = value as RbacVerb;
    const text = String(verb);
    if (text.includes("*")) {
      problems.add(
        "PERMISSION_TOO_WIDE",
        `${name} is ${shown(verb)}, a wildcard that also applies to future verbs`,
        "List each verb, for example RbacVerb.GET",
      );
    } else if (ESCALATING.includes(text)) {
      problems.add(
        "PERMISSION_TOO_WIDE",
        `${name} is ${shown(verb)}, which allows using the permissions of others`,
        "Remove it; to grant a role, write role.grantTo(subject)",
      );
    } else if (!VERBS.includes(verb)) {
      problems.add(
        "PERMISSION_INVALID",
        `${name} is ${shown(verb)}, which is not a verb`,
        `Write one of ${VERBS.map(constantOf).join(", ")}`,
      );
    } else if (!resource._verbs().includes(verb)) {
      problems.add(
        "PERMISSION_INVALID",
        `${name} is ${text}, which Kubernetes does not serve for ${resource.toString()}`,
        `Write one of ${resource._verbs().map(constantOf).join(", ")}`,
      );
    } else return verb;
    return undefined;
  };
}

/** Reads the name of an object; a reference would be sorted by the number of its token, which is not stable. */
const OBJECT_NAME = checkedBy(any<string>(), (problems, name, value) => {
  if (typeof value === "string" && value.includes("*")) {
    problems.add(
      "PERMISSION_TOO_WIDE",
      `${name} is ${shown(value)}, and Kubernetes supports no wildcards in names`,
      "List each object; for all objects, remove .named(…)",
    );
    return;
  }
  const isName = typeof value === "string" && /^[^/%]{1,253}$/.test(value) && value !== "." && value !== "..";
  if (isName && !Token.isUnresolved(value)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(value)}, which is not the name of an object`,
    'Write the name that kubectl prints, for example "web-config"',
  );
});

/** One rule of a Role or ClusterRole. */
interface RuleManifest {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: RbacVerb[];
}

/** The verbs of requests without a namespace: a Role can't allow them for namespaces. */
const CLUSTER_VERBS = [RbacVerb.CREATE, RbacVerb.LIST, RbacVerb.WATCH];

/** Adds a problem for each permission that has no effect in a namespace, or grants more than its verbs say. */
export function checkRules(problems: Problems, allow: readonly RoleRule[], isNamespaced: boolean): void {
  allow.forEach((rule, index) => {
    const property = `allow[${index}]`;
    if (isNamespaced) checkNamespaced(problems, property, rule);
    for (const { isAcceptable, verbs, allows, fix } of rule._risks()) {
      if (isAcceptable && rule._reason() !== undefined) continue;
      problems.add(
        "PERMISSION_TOO_WIDE",
        `${property} is ${verbs.join(", ")} of ${rule.resource.toString()}, which allows ${allows}`,
        isAcceptable ? `${fix}; for an exception, append .acknowledged({ reason: "…" })` : fix,
      );
    }
  });
}

function checkNamespaced(problems: Problems, property: string, rule: RoleRule): void {
  const { resource } = rule;
  if (resource.namespaced) return;
  // A request for the namespace itself counts as namespaced.
  const isNamespace = resource.group === "" && resource.plural === "namespaces";
  const verbs = rule._verbs();
  const ineffective = isNamespace ? verbs.filter((verb) => CLUSTER_VERBS.includes(verb)) : verbs;
  if (ineffective.length === 0) return;
  const clusterScope = 'roleScope: RoleScope.cluster({ reason: "…" })';
  problems.add(
    "PERMISSION_INVALID",
    `${property} is ${ineffective.join(", ")} of ${resource.toString()}, which a role in a namespace can't allow`,
    isNamespace
      ? `Write RoleRule.verbs(RbacResource.NAMESPACES, RbacVerb.GET), or give the role ${clusterScope}`
      : `Give the role ${clusterScope}`,
  );
}

/**
 * The rules, each permission once, in an order that does not depend on the input.
 *
 * Permissions on the same objects are merged into one rule, and so are rules with the same verbs in one
 * group.
 */
export function rulesOf(allow: readonly RoleRule[]): RuleManifest[] {
  const byObjects = new Map<
    string,
    { resource: RoleRule["resource"]; names: string[]; verbs: Set<RbacVerb> }
  >();
  for (const rule of allow) {
    const { resource, names } = rule;
    const key = JSON.stringify([resource.group, resource.name, names]);
    const entry = byObjects.get(key) ?? { resource, names, verbs: new Set() };
    for (const verb of rule._verbs()) entry.verbs.add(verb);
    byObjects.set(key, entry);
  }
  const byVerbs = new Map<string, RuleManifest>();
  for (const [, { resource, names, verbs }] of [...byObjects].sort(byKey)) {
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
