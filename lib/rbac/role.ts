import { ApiObject, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { type RbacResource } from "./rbac-resource";
import { isOfGatewayApi, knownResources } from "./rbac-verb";
import { checkRules, RoleRule, rulesOf } from "./role-rule";
import { Subject } from "./subject";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { MarkOn } from "../core/construct-state";
import { checkObjectName } from "../core/kubernetes-names";
import { complete, type PropsSchema, readProps, type Resolved, valueOf, withDefault } from "../core/readers";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { nonEmptyListOf } from "../core/value-readers";
import { addWarning } from "../core/warnings";
import { apiObjectsIn, chartOf, checkUnused, dataOf, removeNamespace } from "../synthesis/chart-objects";
import { whenAdded } from "../synthesis/chart-scopes";
import { guardStaticSynthesis } from "../synthesis/chart-guards";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";

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
const SUBJECTS = complete(
  nonEmptyListOf(valueOf(Subject), 'role.grantTo(Subject.iamGroup("ocid1.group.oc1..example"))'),
);
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
    const read = SUBJECTS(problems, "subjects", subjects) ?? [];
    const ids = read.map((subject) => this.idOf(problems, subject));
    if (ids.some((id, index) => id !== undefined && (this.subjectIds.has(id) || ids.indexOf(id) < index))) {
      problems.add(
        "NAME_DUPLICATE",
        "subjects contains a subject that already has the role",
        "Grant the role to each subject once",
      );
    }
    problems.throwIfAny();
    read.forEach((subject, index) => this.bind(subject, ids[index] ?? ""));
  }

  private idOf(problems: Problems, subject: Subject): string | undefined {
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

interface Binding {
  readonly metadata?: { readonly name?: string };
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly { readonly kind?: string; readonly name?: string }[];
}

/** The built-in ClusterRoles that allow reading Secrets, running commands, or everything. */
const WIDE_ROLES = ["admin", "cluster-admin", "edit"];
/** Subjects that stand for arbitrary callers, and one that no rule restricts. */
const WIDE_SUBJECTS = [
  "system:anonymous",
  "system:authenticated",
  "system:masters",
  "system:serviceaccounts",
  "system:unauthenticated",
];

const guarded = new MarkOn<Chart>();
const exempted = new MarkOn<ApiObject>();

/** Lets a binding with a reason and an expiry date grant cluster-admin. */
export function exemptBinding(binding: ApiObject): void {
  exempted.once(binding);
}

/**
 * Refuses bindings of a chart that grant more than any role of this library could, including patched ones.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 */
export function guardBindings(chart: Chart): void {
  if (!guarded.once(chart)) return;
  // At synthesis, so that the order of construction and patching does not matter.
  checkAtSynthesis(chart, () => {
    const problems = new Problems(chart);
    for (const binding of apiObjectsIn(chart).filter(isBinding))
      problems.collect(() => checkBinding(binding));
    problems.throwIfAny();
  });
}

function isBinding({ apiGroup, kind }: ApiObject): boolean {
  return apiGroup === "rbac.authorization.k8s.io" && kind.endsWith("Binding");
}

function checkBinding(object: ApiObject): void {
  const problems = new Problems(object);
  const { metadata, roleRef, subjects = [] } = dataOf(object) as Binding;
  const binding = `The ${object.kind} ${metadata?.name}`;
  if (!exempted.has(object) && roleRef?.kind === "ClusterRole" && WIDE_ROLES.includes(roleRef.name ?? "")) {
    problems.add(
      "PERMISSION_TOO_WIDE",
      `${binding} grants ${roleRef.name}, which allows reading Secrets and running commands in containers`,
      "Grant a role with the needed permissions only: new LeastPrivilegeRole(chart, id, { allow })",
    );
  }
  for (const { kind, name = "" } of subjects) {
    if (kind === "ServiceAccount" || !WIDE_SUBJECTS.includes(name)) continue;
    problems.add(
      "PERMISSION_TOO_WIDE",
      `${binding} is for the ${kind} ${name}, which stands for all callers or for administrators`,
      'Grant the role to a service account or an IAM group: Subject.iamGroup("ocid1.group.oc1..example")',
    );
  }
  problems.throwIfAny();
}
