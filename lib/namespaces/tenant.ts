import { App, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { type NamespaceLimits, type NamespaceQuota } from "./namespace-resources";
import { checkPeers } from "./private/tenant-peers";
import { SecureNamespace, type SecureNamespaceProps } from "./secure-namespace";
import { type KubernetesVersion } from "../cluster/kubernetes-version";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { StateOfTree } from "../core/construct-state";
import {
  checkedBy,
  listOf,
  objectName,
  optional,
  type Reader,
  readProps,
  type Resolved,
  text,
  withDefault,
} from "../core/readers";
import { type Problem, Problems, ValidationError, whilePending } from "../core/validation-error";
import { checkUnique, nonEmptyListOf } from "../core/value-readers";
import { podsRangeOf } from "../network-policy/private/network-rules";
import { editorRules, operatorRules, viewerRules } from "../rbac/kubernetes-access";
import { guardBindings, LeastPrivilegeRole } from "../rbac/role";
import { type RoleRule } from "../rbac/role-rule";
import { Subject } from "../rbac/subject";
import { noteWritten } from "../synthesis/chart-guards";
import { chartOf, checkUnused } from "../synthesis/chart-objects";
import { isOfSameCluster } from "../synthesis/chart-scopes";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { AllowedRegistries } from "../workload/images/allowed-registries";
import { REGISTRY_PREFIX } from "../workload/images/private/image-reference";

interface Named extends IConstruct {
  readonly name: string;
}

/** The tenants of a construct tree, by name. */
const tenants = new StateOfTree<Map<string, readonly Named[]>>(() => new Map<string, readonly Named[]>());

/**
 * Refuses a tenant at synthesis if an earlier one for the same cluster has the same name.
 *
 * By then, the cluster of each chart is known. Charts without a cluster count as charts of one cluster: cdk8s
 * writes them side by side, and applying the folder would merge both namespaces.
 */
function guardName(tenant: Named): void {
  const byName = tenants.of(tenant);
  const earlier = byName.get(tenant.name) ?? [];
  byName.set(tenant.name, [...earlier, tenant]);
  checkAtSynthesis(tenant, () => {
    const other = earlier.find((each) => isOfSameCluster(each, tenant));
    if (!other) return;
    const problems = new Problems(tenant);
    problems.add(
      "NAME_DUPLICATE",
      `The cluster already has the tenant ${tenant.name}: ${other.node.path}`,
      "Give one of the charts another namespace. For tenants of two clusters, add each chart to its cluster with " +
        "addCdk8sChart, or create one App of cdk8s for each cluster",
    );
    problems.throwIfAny();
  });
}

/** Props for Tenant. */
export interface TenantProps {
  /**
   * The OCIDs of the IAM groups that deploy the tenant's workloads: the permissions of developers, and
   * writing workloads, Services, NetworkPolicies and related objects.
   *
   * Writing a workload gives access to the Secrets and service accounts of the namespace; that is recorded as
   * an acknowledgement. Reading Secrets, running commands in containers, and changing roles, quota and limits
   * are not allowed.
   *
   * @default - none; a pipeline deploys
   */
  readonly admins?: string[];
  /**
   * The OCIDs of the IAM groups that operate the workloads: the permissions of viewers, and scaling, evicting
   * and deleting pods, and deleting jobs.
   *
   * @default - none
   */
  readonly developers?: string[];
  /**
   * The OCIDs of the IAM groups that may read everything of the tenant except Secrets, including logs and
   * events.
   *
   * @default - none
   */
  readonly viewers?: string[];
  /**
   * The quota for all pods of the tenant together.
   *
   * @default - 100 pods of the default size, and two load balancers
   */
  readonly quota?: NamespaceQuota;
  /**
   * The limits of each container.
   *
   * @default - at most 4 CPUs, 8Gi of memory and 8Gi of ephemeral storage; at least 10m, 16Mi and 1Mi
   */
  readonly limits?: NamespaceLimits;
  /**
   * The registries and repositories that the tenant's images may come from, such as `fra.ocir.io/acme/shop`.
   *
   * @default - any
   */
  readonly allowedRegistries?: string[];
  /**
   * The names of the image pull Secrets of the tenant, of the type `kubernetes.io/dockerconfigjson`, such as
   * `["ocir"]`.
   *
   * They are set on every ServiceAccount of the namespace without its own: those of hardened workloads, those
   * of included charts (`Include`, `Helm`, plain cdk8s), and the account `default`. The Secrets are created
   * outside of the program: their content is a credential. An empty list means that the images need none:
   * they are public, or the nodes may pull them (`NodeRegistryAccess`).
   *
   * @default - none; images of OCIR then cause the warning `image-pull-credentials` unless the nodes may pull
   * them
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengpullingimagesfromocir.htm
   */
  readonly imagePullSecrets?: string[];
  /**
   * The names of the storage classes that the tenant's volumes may use; the policy that rejects others is
   * cluster-scoped.
   *
   * @default - all classes
   */
  readonly allowedStorageClasses?: string[];
  /**
   * The names of the priority classes that the tenant's pods may use; others would preempt the pods of other
   * tenants.
   *
   * @default - all classes except the system classes (`system-…`), which are always excluded
   */
  readonly allowedPriorityClasses?: string[];
  /**
   * The namespaces whose pods may connect with the tenant's pods; the other tenant must list this one too.
   *
   * It allows no connections by itself: workloads still declare each of them.
   *
   * @default - none
   */
  readonly allowedPeers?: string[];
  /**
   * The labels of the namespace for cost allocation, such as `cost-center`.
   *
   * @default - none
   */
  readonly costLabels?: { [key: string]: string };
  /**
   * The version of the Pod Security Standard.
   *
   * @default - the default of SecureNamespace
   */
  readonly podSecurityVersion?: KubernetesVersion;
}

const ROLES = {
  admins: (tenant: string) => editorRules(`The admins of the tenant ${tenant} deploy its workloads`),
  developers: operatorRules,
  viewers: viewerRules,
} satisfies { readonly [role: string]: (tenant: string) => RoleRule[] };
const roleName = (role: string) => `tenant-${role}`;

/**
 * One of several teams that share a cluster: its namespace, and the permissions of its people in it.
 *
 * The namespace is that of the chart, which belongs to the tenant only. Tenants are isolated from each other:
 * their roles apply to their own namespaces only, and a connection needs the consent of both.
 *
 * @see https://kubernetes.io/docs/concepts/security/multi-tenancy/
 */
@checked
export class Tenant extends Construct {
  /** The name of the tenant and of its namespace. */
  public readonly name: string;
  /** The namespace. */
  public readonly namespace: SecureNamespace;
  /** The namespaces whose pods may connect with the tenant's pods. */
  public readonly allowedPeers: string[];
  /** The OCIDs of the IAM groups that deploy the tenant's workloads. */
  public readonly admins: string[];
  /** The OCIDs of the IAM groups that operate the workloads. */
  public readonly developers: string[];
  /** The OCIDs of the IAM groups that may read everything of the tenant except Secrets. */
  public readonly viewers: string[];
  /** The registries and repositories that the tenant's images may come from; undefined if any may be used. */
  public readonly allowedRegistries?: string[];

  constructor(scope: Construct, id: string, props: TenantProps = {}) {
    const tenant = readTenant(scope, id, props);
    const { allowedPeers, allowedRegistries, name } = tenant;
    super(scope, id);
    const chart = Chart.of(this);
    this.name = name;
    this.allowedPeers = allowedPeers;
    this.allowedRegistries = allowedRegistries;
    this.admins = tenant.admins.map(({ name: ocid }) => ocid);
    this.developers = tenant.developers.map(({ name: ocid }) => ocid);
    this.viewers = tenant.viewers.map(({ name: ocid }) => ocid);
    guardBindings(chart);
    guardName(this);
    this.namespace = new SecureNamespace(this, "Namespace", namespaceProps(name, props));
    this.node.defaultChild = this.namespace.node.defaultChild;
    for (const [role, allow] of Object.entries(ROLES)) {
      const subjects = tenant[role as keyof typeof ROLES];
      if (subjects.length > 0) {
        new LeastPrivilegeRole(this, roleName(role), { allow: allow(name) }).grantTo(...subjects);
      }
    }
    if (allowedRegistries) AllowedRegistries.of(chart)._addOf(this, allowedRegistries);
    // At synthesis, after all connections are declared and patched.
    checkAtSynthesis(this, () => {
      const problems = new Problems(this);
      checkPeers(problems, chart, name, allowedPeers, podsRangeOf(chart));
      problems.throwIfAny();
    });
  }
}

/** The props of the tenant's namespace, which SecureNamespace reads. */
function namespaceProps(name: string, props: TenantProps): SecureNamespaceProps {
  const { allowedPriorityClasses, allowedStorageClasses, costLabels: labels } = props;
  const { imagePullSecrets, limits, podSecurityVersion, quota } = props;
  const common = { imagePullSecrets, limits, podSecurityVersion, quota };
  return { name, labels, allowedPriorityClasses, allowedStorageClasses, ...common };
}

const OCIDS = listOf(text(), 'a list of texts, for example ["ocid1.group.oc1..example"]');

/** Reads the OCIDs of IAM groups as subjects. */
const groups: Reader<Subject[]> = (problems, name, value) => {
  const ocids = OCIDS(problems, name, value);
  return ocids && subjectsOf(problems, name, ocids);
};

const NO_SUBJECTS: Subject[] = [];
const NO_NAMES: string[] = [];

const TENANT = {
  admins: withDefault(groups, NO_SUBJECTS),
  developers: withDefault(groups, NO_SUBJECTS),
  viewers: withDefault(groups, NO_SUBJECTS),
  allowedRegistries: optional(
    nonEmptyListOf(REGISTRY_PREFIX, '["fra.ocir.io/acme"]', "IMAGE_INVALID", "to allow all"),
  ),
  allowedPeers: withDefault(
    checkedBy(listOf(objectName(), 'a list of names, for example ["bank"]'), checkUnique),
    NO_NAMES,
  ),
};

interface ReadTenant extends Resolved<typeof TENANT> {
  readonly name: string;
}

/** Validates the props; throws an error that lists every problem. */
function readTenant(scope: Construct, id: string, props: TenantProps): ReadTenant {
  const problems = new Problems(pathOf(scope, id));
  const name = readName(problems, scope, id);
  if (name !== undefined) checkNamespace(problems, scope, id, namespaceProps(name, props));
  const read = readProps(problems, props, TENANT);
  if (name !== undefined && read.allowedPeers?.includes(name)) {
    problems.add(
      "VALUE_INVALID",
      `allowedPeers contains ${name}, the tenant itself`,
      "Remove it: connections within a tenant need no peer",
    );
  }
  for (const role of Object.keys(ROLES) as (keyof typeof ROLES)[]) {
    if (read[role]?.length) checkUnused(problems, scope, ["Role"], roleName(role));
  }
  return problems.resolved<ReadTenant>({ ...read, name });
}

/** The name of the tenant: the namespace of its chart. */
function readName(problems: Problems, scope: Construct, id: string): string | undefined {
  const chart = chartOf(scope);
  if (!chart) {
    checkUnused(problems, scope, ["Namespace"], id);
    return undefined;
  }
  const name = chart.namespace;
  if (name === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, which becomes the name of the tenant",
      'Give the chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
    );
    return undefined;
  }
  checkUnused(problems, scope, ["Namespace"], name, "Give each tenant its own chart and namespace");
  return name;
}

function subjectsOf(problems: Problems, role: string, ocids: readonly string[]): Subject[] {
  checkUnique(problems, role, ocids);
  return ocids.flatMap((ocid, index) => {
    const created = subjectOf(ocid);
    if ("subject" in created) return [created.subject];
    // The factory reports its parameter ocid, and not the prop of the tenant.
    for (const { code, what, fix } of created.problems) {
      problems.add(code, what.replace(/^ocid/, `${role}[${index}]`), fix);
    }
    return [];
  });
}

function subjectOf(ocid: string): { readonly subject: Subject } | { readonly problems: readonly Problem[] } {
  try {
    return { subject: whilePending([], () => Subject.iamGroup(ocid)) };
  } catch (error) {
    if (ValidationError.isValidationError(error)) return { problems: error.problems };
    throw error;
  }
}

/**
 * Creates the namespace in a scratch tree with the same paths first, so that a refused tenant leaves nothing
 * behind.
 */
function checkNamespace(problems: Problems, scope: Construct, id: string, props: SecureNamespaceProps): void {
  const [first = "chart", ...rest] = pathOf(scope, id).split("/");
  const chart = new Chart(new App(), first, { namespace: props.name });
  const parent = rest.reduce((scope, id) => new Construct(scope, id), chart as Construct);
  problems.collect(() => new SecureNamespace(parent, "Namespace", props));
  // The scratch chart must not be reported as unwritten.
  noteWritten(chart);
}
