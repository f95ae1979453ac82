import { ApiObject, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { RoleRule } from "./role-rule";
import { isOfGatewayApi } from "./private/gateway-api";
import { guardBindings } from "./private/rbac-bindings";
import { type RbacResource } from "./rbac-resource";
import { knownResources, RbacVerb, VERBS } from "./rbac-verb";
import { type Subject } from "./subject";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { checkObjectName } from "../core/kubernetes-names";
import { nonEmptyListOf } from "../core/value-readers";
import { type PropsSchema, readProps, type Resolved, valueOf, withDefault } from "../core/readers";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/missing-values";
import { Problems } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { byKey } from "../core/stable-order";
import { apiObjectsIn, chartOf, checkUnused, dataOf, removeNamespace } from "../synthesis/chart-objects";
import { whenAdded } from "../synthesis/chart-scopes";
import { guardStaticSynthesis } from "../synthesis/chart-guards";

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
function checkRules(problems: Problems, allow: readonly RoleRule[], isNamespaced: boolean): void {
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
function rulesOf(allow: readonly RoleRule[]): RuleManifest[] {
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

/** The scope of a role: a namespace or the cluster. */
@checked
export class RoleScope {
  /** The namespace of the chart: a Role and RoleBindings. */
  public static namespace(): RoleScope {
    return new RoleScope();
  }

  /**
   * All namespaces, including future ones, and cluster-scoped resources: a ClusterRole and
   * ClusterRoleBindings.
   *
   * The reason is recorded as an acknowledgement of the role.
   */
  public static cluster(choice: ReasonedChoice): RoleScope {
    const reason = readChoice("RoleScope.cluster", "A role for the whole cluster", choice);
    return new RoleScope(reason);
  }

  private constructor(
    /** The reason for a cluster-wide role, if it is one. */
    public readonly reason?: string,
  ) {}
}

interface Definition {
  readonly spec?: { readonly group?: string; readonly names?: { readonly plural?: string } };
}

/**
 * Warns of resources unknown to Kubernetes, the Gateway API and the program's CustomResourceDefinitions: the
 * API server accepts a rule with a misspelt name, and it has no effect. The warning is on the output of the
 * stack, where Terraform shows it.
 */
function warnOfUnknown(role: IConstruct, chart: Chart, resources: readonly RbacResource[]): void {
  const custom = resources.filter(
    (resource) => knownResources(resource.group) === undefined && !isOfGatewayApi(resource),
  );
  if (custom.length === 0) return;
  whenAdded(chart, (scope) => {
    const defined = new Set(definitionsIn(chart.node.root));
    const unknown = new Set(custom.map(({ group, plural }) => `${plural}.${group}`));
    for (const name of [...unknown].sort()) {
      if (defined.has(name)) continue;
      addWarning(
        scope,
        `[role-resource-unknown] ${role.node.path} has a permission for ${name}, which neither Kubernetes nor a ` +
          "CustomResourceDefinition of this program defines: check the spelling, and whether the cluster has its definition",
      );
    }
  });
}

function definitionsIn(root: IConstruct): string[] {
  return apiObjectsIn(root)
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map((object) => (dataOf(object) as Definition).spec)
    .map((spec) => `${spec?.names?.plural}.${spec?.group}`);
}

/** Props for LeastPrivilegeRole. */
export interface LeastPrivilegeRoleProps {
  /** The permissions, at least one, in any order. */
  readonly allow: RoleRule[];
  /**
   * The scope of the role.
   *
   * @default RoleScope.namespace() - in the namespace of the chart
   */
  readonly roleScope?: RoleScope;
}

const API_GROUP = "rbac.authorization.k8s.io";
/** The built-in roles of Kubernetes, which a role with the same name would replace. */
const BUILT_IN = ["admin", "cluster-admin", "edit", "view"];

/**
 * A role with exactly the given permissions, in one namespace by default.
 *
 * It has no wildcard, and no permission that allows privilege escalation unless a reason is given. It is
 * named after the construct's id. Bindings in its chart may not grant cluster-admin, admin or edit, nor any
 * role to everybody. A resource unknown to Kubernetes and to the program's CustomResourceDefinitions causes a
 * warning when the chart is added to a cluster.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
@checked
export class LeastPrivilegeRole extends Construct {
  /** The name of the Role, or ClusterRole. */
  public readonly name: string;
  /** The namespace; undefined for a cluster-wide role. */
  public readonly namespace?: string;
  /** The permissions. */
  public readonly allow: RoleRule[];

  private readonly subjectIds = new Set<string>();

  /** @param id also the name of the Role: up to 63 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: LeastPrivilegeRoleProps) {
    const { allow, roleScope } = readRole(scope, id, props);
    super(scope, id);
    const chart = Chart.of(this);
    guardStaticSynthesis(chart);
    guardBindings(chart);
    this.name = id;
    this.allow = [...allow];
    this.namespace = roleScope.reason === undefined ? chart.namespace : undefined;
    this.node.defaultChild = this.add("Resource", "Role", id, { rules: rulesOf(allow) });
    if (roleScope.reason !== undefined) {
      Acknowledgements._record(this, "least-privilege", "a role for the whole cluster", roleScope.reason);
    }
    this.acknowledgeRisks();
    warnOfUnknown(
      this,
      chart,
      allow.map(({ resource }) => resource),
    );
  }

  /** Grants the role to subjects, with one binding for each. */
  public grantTo(...subjects: Subject[]): void {
    const problems = new Problems(this);
    const ids = subjects.map((subject) => this.idOf(problems, subject));
    if (subjects.length === 0) {
      problems.add(
        "ATTRIBUTE_MISSING",
        "subjects is empty",
        'Give at least one subject, for example Subject.iamGroup("ocid1.group.oc1..example")',
      );
    }
    if (ids.some((id, index) => id !== undefined && (this.subjectIds.has(id) || ids.indexOf(id) < index))) {
      problems.add(
        "NAME_DUPLICATE",
        "subjects contains a subject that already has the role",
        "Grant the role to each subject once",
      );
    }
    problems.throwIfAny();
    subjects.forEach((subject, index) => this.bind(subject, ids[index] ?? ""));
  }

  private idOf(problems: Problems, subject: Subject): string | undefined {
    if (!checkGiven(problems, { subject })) return undefined;
    if (this.namespace === undefined && subject._needsNamespace()) {
      problems.add(
        "ATTRIBUTE_MISSING",
        `subjects contains the service account ${subject.name} without a namespace, and the role has no namespace either`,
        `Give its namespace: Subject.serviceAccount(${JSON.stringify(subject.name)}, "shop")`,
      );
      return undefined;
    }
    return subject._id(this.namespace);
  }

  private bind(subject: Subject, id: string): void {
    this.subjectIds.add(id);
    this.add(`Binding-${id}`, "RoleBinding", `${this.name}-${id}`, {
      roleRef: { apiGroup: API_GROUP, kind: this.kindOf("Role"), name: this.name },
      subjects: [subject._manifest(this.namespace)],
    });
  }

  /** Acknowledges each risk once per reason, for any number of permissions. */
  private acknowledgeRisks(): void {
    const risks = new Map<string, { allows: string; reason: string; permissions: Set<string> }>();
    for (const rule of this.allow) {
      const [reason = "", names] = [rule._reason(), rule.names.join(", ")];
      const objects = `${rule.resource.toString()}${names === "" ? "" : ` named ${names}`}`;
      for (const { verbs, allows } of rule._risks()) {
        const key = JSON.stringify([allows, reason]);
        const risk = risks.get(key) ?? { allows, reason, permissions: new Set<string>() };
        risk.permissions.add(`${verbs.join(", ")} of ${objects}`);
        risks.set(key, risk);
      }
    }
    for (const { allows, reason, permissions } of risks.values()) {
      const what = `${[...permissions].sort().join("; ")}, which allows ${allows}`;
      Acknowledgements._record(this, "least-privilege", what, reason);
    }
  }

  private kindOf(kind: string): string {
    return this.namespace === undefined ? `Cluster${kind}` : kind;
  }

  private add(id: string, kind: string, name: string, rest: object): ApiObject {
    const object = new ApiObject(this, id, {
      apiVersion: `${API_GROUP}/v1`,
      kind: this.kindOf(kind),
      metadata: { name },
      ...rest,
    });
    if (this.namespace === undefined) removeNamespace(object);
    return object;
  }
}

const ROLE = {
  allow: nonEmptyListOf(valueOf(RoleRule), "[RoleRule.read(RbacResource.PODS)]", "PERMISSION_INVALID"),
  roleScope: withDefault(valueOf(RoleScope), RoleScope.namespace()),
} satisfies PropsSchema<LeastPrivilegeRoleProps>;

/** Validates the props; throws an error that lists every problem. */
function readRole(scope: Construct, id: string, props: LeastPrivilegeRoleProps): Resolved<typeof ROLE> {
  const problems = new Problems(pathOf(scope, id));
  const role = readProps(problems, props, ROLE);
  const isNamespaced = role.roleScope?.reason === undefined;
  checkObjectName(problems, "id", id);
  if (!isNamespaced && BUILT_IN.includes(id)) {
    problems.add(
      "NAME_INVALID",
      `id is ${id}, the name of a built-in ClusterRole, which this role would replace`,
      'Name the role after its permissions, for example "node-reader"',
    );
  }
  checkUnused(problems, scope, [isNamespaced ? "Role" : "ClusterRole"], id);
  const chart = chartOf(scope);
  if (isNamespaced && chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, and the role would be in none",
      'Give the chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
    );
  }
  if (role.allow?.length === props.allow?.length) checkRules(problems, role.allow ?? [], isNamespaced);
  return problems.resolved<Resolved<typeof ROLE>>(role);
}
