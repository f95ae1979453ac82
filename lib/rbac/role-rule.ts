import { Token } from "cdktf";
import { readsOf, risksOf, type RoleRisk } from "./private/role-risks";
import { type RbacResource } from "./rbac-resource";
import { NAMELESS, RbacVerb, VERBS } from "./rbac-verb";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

const CHANGING = [RbacVerb.CREATE, RbacVerb.UPDATE, RbacVerb.PATCH, RbacVerb.DELETE];
const ESCALATING = ["bind", "escalate", "impersonate"];

interface AllowParts {
  readonly resource: RbacResource;
  readonly verbs: readonly RbacVerb[];
  readonly names: readonly string[];
  readonly reason?: string;
  /** Whether the verbs were listed one by one, so that none may be dropped. */
  readonly exact: boolean;
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
   *
   * @throws ATTRIBUTE_MISSING; PERMISSION_INVALID where there is nothing to read
   */
  public static read(resource: RbacResource): RoleRule {
    return made("Allow.read", resource, () => readsOf(resource), false);
  }

  /**
   * Allows writing, without reading: create, update, patch and delete, as far as Kubernetes serves them.
   *
   * `kubectl apply` also needs `Allow.read`. With object names, create is left out: Kubernetes can't restrict
   * it by name.
   *
   * @throws ATTRIBUTE_MISSING; PERMISSION_INVALID where there is nothing to write
   */
  public static write(resource: RbacResource): RoleRule {
    return made("Allow.write", resource, () => served(resource, CHANGING), false);
  }

  /**
   * Allows single verbs.
   *
   * @throws ATTRIBUTE_MISSING; PERMISSION_INVALID for a verb that Kubernetes does not serve for the resource;
   * PERMISSION_TOO_WIDE for a wildcard and for bind, escalate and impersonate
   */
  public static verbs(resource: RbacResource, ...verbs: RbacVerb[]): RoleRule {
    return made("Allow.verbs", resource, (problems) => checkedVerbs(problems, resource, verbs), true);
  }

  /** @internal */
  public static _of(parts: AllowParts): RoleRule {
    return new RoleRule(parts);
  }

  private constructor(private readonly parts: AllowParts) {}

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
   *
   * @throws NAME_INVALID, PERMISSION_TOO_WIDE; PERMISSION_INVALID without names, and for create and deletecollection
   */
  public named(...names: string[]): RoleRule {
    const problems = new Problems(`Allow ${this.resource.toString()}`);
    const { exact } = this.parts;
    const limited = this.resource.subresource === undefined ? NAMELESS : [RbacVerb.DELETE_COLLECTION];
    const lost = this.parts.verbs.filter((verb) => limited.includes(verb));
    if (names.length === 0) {
      problems.add(
        "PERMISSION_INVALID",
        "No name is given, which Kubernetes reads as every name",
        'Name at least one object, for example .named("web-config")',
      );
    }
    if (exact && lost.length > 0) {
      problems.add(
        "PERMISSION_INVALID",
        `Kubernetes can't limit ${lost.join(" and ")} by name, so the rule would never hold`,
        "Give it in a permission of its own, without names",
      );
    }
    for (const name of names) checkName(problems, name);
    problems.throwIfAny();
    const verbs = this.parts.verbs.filter((verb) => !lost.includes(verb));
    return new RoleRule({ ...this.parts, names: [...new Set(names)].sort(), verbs });
  }

  /**
   * Returns the same permission, with a reason for granting more than its verbs say.
   *
   * The reason is recorded as an acknowledgement of the role. Some permissions are always refused, such as
   * changing roles.
   *
   * @throws REASON_MISSING
   */
  public acknowledged(choice: ReasonedChoice): RoleRule {
    const problems = new Problems(`Allow ${this.resource.toString()}`);
    checkReason(problems, "A permission that leads to more than it says", choice.reason);
    problems.throwIfAny();
    return new RoleRule({ ...this.parts, reason: choice.reason });
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

function made(
  factory: string,
  resource: RbacResource,
  verbsOf: (problems: Problems) => RbacVerb[],
  exact: boolean,
): RoleRule {
  const problems = new Problems(factory);
  const verbs = checkGiven(problems, { resource }) ? verbsOf(problems) : [];
  if (!problems.any && verbs.length === 0) {
    problems.add(
      "PERMISSION_INVALID",
      `There is no verb for ${resource.toString()}`,
      `Take Allow.verbs with some of ${resource._verbs().join(", ")}`,
    );
  }
  problems.throwIfAny();
  return RoleRule._of({ resource, verbs, names: [], exact });
}

function served(resource: RbacResource, verbs: readonly RbacVerb[]): RbacVerb[] {
  return verbs.filter((verb) => resource._verbs().includes(verb));
}

function checkedVerbs(problems: Problems, resource: RbacResource, verbs: readonly RbacVerb[]): RbacVerb[] {
  for (const verb of verbs) {
    const text = String(verb);
    if (text.includes("*") || ESCALATING.includes(text)) {
      problems.add(
        "PERMISSION_TOO_WIDE",
        `The verb ${shown(verb)} is ${text.includes("*") ? "a wildcard, which also holds for verbs to come" : "a way to the rights of others"}`,
        "Name each verb that is needed; roles are granted by role.grantTo(subject)",
      );
    } else if (!VERBS.includes(verb)) {
      problems.add("PERMISSION_INVALID", `${shown(verb)} is no verb`, `Take some of ${VERBS.join(", ")}`);
    } else if (!resource._verbs().includes(verb)) {
      problems.add(
        "PERMISSION_INVALID",
        `Kubernetes serves no ${text} of ${resource.toString()}`,
        `Take some of ${resource._verbs().join(", ")}`,
      );
    }
  }
  return VERBS.filter((verb) => verbs.includes(verb));
}

function checkName(problems: Problems, name: string): void {
  if (typeof name === "string" && name.includes("*")) {
    problems.add(
      "PERMISSION_TOO_WIDE",
      `The name ${shown(name)} has a wildcard, which Kubernetes takes for a letter of the name`,
      "Name each object, or leave the names out where all are meant",
    );
    return;
  }
  // A reference would be sorted by its running number, which is not stable.
  const fits =
    !Token.isUnresolved(name) &&
    typeof name === "string" &&
    /^[^/%]{1,253}$/.test(name) &&
    name !== "." &&
    name !== "..";
  if (fits) return;
  problems.add(
    "NAME_INVALID",
    `${shown(name)} is no name of an object`,
    "Write the name as kubectl prints it",
  );
}
