import { type ApiObject, type Chart } from "cdk8s";
import { MarkOn } from "../../core/construct-state";
import { Problems } from "../../core/validation-error";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";

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
const excepted = new MarkOn<ApiObject>();

/** Exempts a binding with a reason and an expiry date, which may therefore grant cluster-admin. */
export function exceptBinding(binding: ApiObject): void {
  excepted.once(binding);
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
  if (!excepted.has(object) && roleRef?.kind === "ClusterRole" && WIDE_ROLES.includes(roleRef.name ?? "")) {
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
