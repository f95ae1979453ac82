import { ApiObject, Chart } from "cdk8s";
import { exemptBinding, guardBindings, LeastPrivilegeRole } from "./role";
import { RbacResource } from "./rbac-resource";
import { RbacVerb } from "./rbac-verb";
import { RoleRule } from "./role-rule";
import { Subject } from "./subject";
import { type IKubernetesAccess } from "../cluster/access/kubernetes-access";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { objectName, kind, type PropsSchema, readArgument, readArguments, reasonFor } from "../core/readers";
import { expiry, textOf } from "../core/dates";
import { type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { removeNamespace } from "../synthesis/chart-objects";

/** The resources that viewers read: neither Secrets nor the inside of containers. */
const VIEWED = [
  RbacResource.CONFIG_MAPS,
  RbacResource.CONTROLLER_REVISIONS,
  RbacResource.CRON_JOBS,
  RbacResource.DAEMON_SETS,
  RbacResource.DEPLOYMENTS,
  RbacResource.ENDPOINTS,
  RbacResource.ENDPOINT_SLICES,
  RbacResource.EVENTS,
  RbacResource.EVENTS_V1,
  RbacResource.HORIZONTAL_POD_AUTOSCALERS,
  RbacResource.INGRESSES,
  RbacResource.JOBS,
  RbacResource.LIMIT_RANGES,
  RbacResource.NETWORK_POLICIES,
  RbacResource.PERSISTENT_VOLUME_CLAIMS,
  RbacResource.PODS,
  RbacResource.POD_DISRUPTION_BUDGETS,
  RbacResource.POD_LOGS,
  RbacResource.POD_METRICS,
  RbacResource.REPLICA_SETS,
  RbacResource.RESOURCE_QUOTAS,
  RbacResource.ROLES,
  RbacResource.ROLE_BINDINGS,
  RbacResource.SERVICES,
  RbacResource.SERVICE_ACCOUNTS,
  RbacResource.STATEFUL_SETS,
];

/** The kinds of objects that workloads of this library consist of. */
const DEPLOYED = [
  RbacResource.CONFIG_MAPS,
  RbacResource.CRON_JOBS,
  RbacResource.DEPLOYMENTS,
  RbacResource.HORIZONTAL_POD_AUTOSCALERS,
  RbacResource.INGRESSES,
  RbacResource.JOBS,
  RbacResource.NETWORK_POLICIES,
  RbacResource.PERSISTENT_VOLUME_CLAIMS,
  RbacResource.POD_DISRUPTION_BUDGETS,
  RbacResource.SERVICES,
  RbacResource.SERVICE_ACCOUNTS,
  RbacResource.STATEFUL_SETS,
];

const SCALES = [RbacResource.DEPLOYMENT_SCALES, RbacResource.STATEFUL_SET_SCALES];

/** The rules of viewers of a namespace: read everything except Secrets. */
export function viewerRules(): RoleRule[] {
  return [
    ...VIEWED.map((resource) => RoleRule.read(resource)),
    RoleRule.verbs(RbacResource.NAMESPACES, RbacVerb.GET),
  ];
}

/** The rules of operators of a namespace: scale and restart workloads, and delete jobs. */
export function operatorRules(): RoleRule[] {
  return [
    ...viewerRules(),
    ...SCALES.map((resource) => RoleRule.verbs(resource, RbacVerb.GET, RbacVerb.UPDATE, RbacVerb.PATCH)),
    RoleRule.verbs(RbacResource.PODS, RbacVerb.DELETE),
    RoleRule.verbs(RbacResource.POD_EVICTIONS, RbacVerb.CREATE),
    RoleRule.verbs(RbacResource.JOBS, RbacVerb.DELETE),
  ];
}

/** The rules of editors of a namespace: write workloads and their supporting objects. */
export function editorRules(reason: string): RoleRule[] {
  return [
    ...operatorRules(),
    ...DEPLOYED.map((resource) => RoleRule.write(resource).acknowledged({ reason })),
  ];
}

/** Options for KubernetesAccess.breakGlass. */
export interface BreakGlassOptions extends ReasonedChoice {
  /** The date on which the access ends: in the future, and at most 90 days away. */
  readonly expires: Date;
}

/** A role for one namespace, which all subjects with this access share. */
interface StandardRole {
  /** The name of the factory method. */
  readonly factory: string;
  /** What the role allows, for the description of the access. */
  readonly verb: string;
  readonly name: string;
  readonly allow: () => RoleRule[];
}

/** Creates the binding of an access in a chart. */
type Bind = (chart: Chart, subject: Subject) => void;

const API_GROUP = "rbac.authorization.k8s.io";
const MAX_DAYS = 90;

const ROLE = kind<LeastPrivilegeRole>(["grantTo"], "a LeastPrivilegeRole");

const BREAK_GLASS = {
  reason: reasonFor("Break-glass access"),
  expires: expiry(MAX_DAYS),
} satisfies PropsSchema<BreakGlassOptions>;

/**
 * Access of people or pipelines to the Kubernetes API.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
@checked
export class KubernetesAccess implements IKubernetesAccess {
  /** Read access to all namespaces except Secrets: the ClusterRole `view` of Kubernetes. */
  public static viewer(): KubernetesAccess {
    return new KubernetesAccess("view in all namespaces", undefined, (chart, subject) => {
      bindClusterRole(chart, "access-viewers", "view", subject);
    });
  }

  /**
   * Read access to one namespace except Secrets.
   */
  public static viewerIn(namespace: string): KubernetesAccess {
    return KubernetesAccess.standard(namespace, {
      factory: "viewerIn",
      verb: "view",
      name: "access-viewers",
      allow: viewerRules,
    });
  }

  /**
   * Read access to one namespace, and permission to scale and restart workloads and to delete jobs.
   */
  public static operatorIn(namespace: string): KubernetesAccess {
    return KubernetesAccess.standard(namespace, {
      factory: "operatorIn",
      verb: "operate",
      name: "access-operators",
      allow: operatorRules,
    });
  }

  /**
   * Permission to deploy workloads in one namespace.
   *
   * Anyone who deploys pods can give them every Secret and service account of the namespace. Reading Secrets,
   * running commands in containers and writing roles are not allowed.
   */
  public static editorIn(namespace: string): KubernetesAccess {
    return KubernetesAccess.standard(namespace, {
      factory: "editorIn",
      verb: "edit",
      name: "access-editors",
      allow: () => editorRules("Editors deploy the workloads of the namespace"),
    });
  }

  /**
   * The permissions of your own role, in its namespace or in the whole cluster. The binding is in the role's
   * own chart.
   */
  public static role(role: LeastPrivilegeRole): KubernetesAccess {
    readArgument("KubernetesAccess.role", "role", role, ROLE);
    const where = role.namespace === undefined ? "in all namespaces" : `in ${role.namespace}`;
    const bind: Bind = (_, subject) => role.grantTo(subject);
    return new KubernetesAccess(`${role.name} ${where}`, role.namespace, bind);
  }

  /**
   * Full access for an emergency: cluster-admin, until a date.
   *
   * After the date, IAM denies access to the group, so use a dedicated group, which is empty until it is
   * needed. The binding stays until you remove it from the program and the cluster; a Terraform check reminds
   * you two weeks before.
   */
  public static breakGlass(options: BreakGlassOptions): KubernetesAccess {
    const { reason, expires } = readArguments("KubernetesAccess.breakGlass", options, BREAK_GLASS);
    const bind: Bind = (chart, subject) => {
      const binding = bindClusterRole(chart, "access-break-glass", "cluster-admin", subject);
      exemptBinding(binding);
      Acknowledgements._record(
        binding,
        "least-privilege",
        `cluster-admin for ${subject.name} until ${textOf(expires)}`,
        reason,
      );
    };
    return new KubernetesAccess("break-glass access", undefined, bind, expires);
  }

  private static standard(namespace: string, { factory, verb, name, allow }: StandardRole): KubernetesAccess {
    readArgument(`KubernetesAccess.${factory}`, "namespace", namespace, objectName());
    return new KubernetesAccess(`${verb} in ${namespace}`, namespace, (chart, subject) => {
      const scope = chartFor(chart, namespace);
      const existing = scope.node.tryFindChild(name) as LeastPrivilegeRole | undefined;
      (existing ?? new LeastPrivilegeRole(scope, name, { allow: allow() })).grantTo(subject);
    });
  }

  private constructor(
    public readonly description: string,
    /** The namespace; undefined for access to the whole cluster. */
    public readonly namespace: string | undefined,
    private readonly bind: Bind,
    /** @internal */
    public readonly _expires?: Date,
  ) {}

  /** @internal */
  public _bindGroup(chart: Chart, groupId: string): void {
    this._bind(chart, Subject.iamGroup(groupId));
  }

  /** @internal */
  public _bind(chart: Chart, subject: Subject): void {
    this.bind(chart, subject);
  }
}

/** The chart if it has the namespace, otherwise a nested chart for the namespace. */
export function chartFor(chart: Chart, namespace: string): Chart {
  if (chart.namespace === namespace) return chart;
  const id = `namespace-${namespace}`;
  return (chart.node.tryFindChild(id) as Chart | undefined) ?? new Chart(chart, id, { namespace });
}

function bindClusterRole(chart: Chart, name: string, role: string, subject: Subject): ApiObject {
  guardBindings(chart);
  const id = subject._id();
  if (chart.node.tryFindChild(`${name}-${id}`)) {
    const problems = new Problems(chart);
    problems.add(
      "NAME_DUPLICATE",
      `${subject.name} already has the ClusterRole ${role}`,
      "Grant the access to each subject once",
    );
    problems.throwIfAny();
  }
  const binding = new ApiObject(chart, `${name}-${id}`, {
    apiVersion: `${API_GROUP}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: `${name}-${id}` },
    roleRef: { apiGroup: API_GROUP, kind: "ClusterRole", name: role },
    subjects: [subject._manifest()],
  });
  removeNamespace(binding);
  return binding;
}
