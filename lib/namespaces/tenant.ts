import { App, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { type NamespaceLimits, type NamespaceQuota } from "./namespace-limits";
import { checkPeers } from "./private/tenant-peers";
import { adminsAllow, developersAllow, viewersAllow } from "../rbac/private/standard-roles";
import { SecureNamespace, type SecureNamespaceProps } from "./secure-namespace";
import { type KubernetesVersion } from "../cluster/kubernetes-version";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { checkObjectName } from "../core/kubernetes-names";
import { type Problem, Problems, ValidationError } from "../core/validation-error";
import { whilePending } from "../core/validation-problem";
import { kind, listOf, shaped, text } from "../core/value-readers";
import { isOfSameCluster } from "../exposure/private/same-cluster";
import { podsRangeOf } from "../network-policy/private/network-rules";
import { type RoleRule } from "../rbac/allow";
import { guardBindings } from "../rbac/private/rbac-bindings";
import { LeastPrivilegeRole } from "../rbac/role";
import { Subject } from "../rbac/subject";
import { chartOf, checkUnused } from "../synthesis/chart-objects";
import { noteWritten } from "../synthesis/forgotten-charts";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { AllowedRegistries } from "../workload/images/allowed-registries";
import { checkImageName } from "../workload/images/private/image-reference";

interface Named extends IConstruct {
  readonly name: string;
}

/** The tenants of a tree, by their names. */
const tenants = new WeakMap<IConstruct, Map<string, readonly Named[]>>();

/**
 * Has a tenant refused at synthesis where one of its name was made before it for the same cluster.
 *
 * By then it is known which cluster each chart was added to. Charts that were added to none count as those of one cluster:
 * cdk8s writes them side by side, and whoever applies the folder would make one namespace of both.
 */
function guardName(tenant: Named): void {
  const { root } = tenant.node;
  const byName = tenants.get(root) ?? new Map<string, readonly Named[]>();
  tenants.set(root, byName);
  const before = byName.get(tenant.name) ?? [];
  byName.set(tenant.name, [...before, tenant]);
  checkAtSynthesis(tenant, () => {
    const other = before.find((one) => isOfSameCluster(one, tenant));
    if (!other) return;
    const problems = new Problems(tenant);
    problems.add(
      "NAME_DUPLICATE",
      `The cluster has a tenant ${tenant.name} already, made by ${other.node.path}`,
      "Name each tenant of a cluster once; add the charts of two clusters to their clusters by addCdk8sChart, or make an " +
        "App of cdk8s for each",
    );
    problems.throwIfAny();
  });
}

/** Who the people of a tenant are, what they may take and whom their workloads may meet. */
export interface TenantProps {
  /**
   * OCIDs of the IAM groups who deploy the tenant's workloads: what developers do, and write workloads, Services,
   * NetworkPolicies and what else belongs to them.
   *
   * Who writes a workload reaches the Secrets and service accounts of the namespace by it; that is kept as an
   * acknowledgement. Secrets themselves, commands in containers, roles, quota and limits stay out of reach.
   *
   * @default - nobody; a pipeline deploys
   */
  readonly admins?: string[];
  /**
   * OCIDs of the IAM groups who run what is deployed: what viewers do, and scale, evict and delete pods, end jobs.
   *
   * @default - nobody
   */
  readonly developers?: string[];
  /**
   * OCIDs of the IAM groups who see everything of the tenant but Secrets, logs and events included.
   *
   * @default - nobody
   */
  readonly viewers?: string[];
  /**
   * What all pods of the tenant may take together.
   *
   * @default - 100 pods of the default size, and two load balancers
   */
  readonly quota?: NamespaceQuota;
  /**
   * What one container may take.
   *
   * @default - at most 4 processors, 8Gi of memory and 8Gi of disk; at least a hundredth, 16Mi and 1Mi of them
   */
  readonly limits?: NamespaceLimits;
  /**
   * Registries and repositories that the tenant's images may come from, such as `fra.ocir.io/acme/shop`.
   *
   * @default - every one
   */
  readonly allowedRegistries?: string[];
  /**
   * The names of Secrets of the type `kubernetes.io/dockerconfigjson` that the tenant's images are pulled with, such as
   * `["ocir"]`.
   *
   * They are set on every ServiceAccount of the namespace that names none of its own: those of hardened workloads, those that
   * included charts bring (`Include`, `Helm`, plain cdk8s), and the account `default`. The Secrets are made outside of the
   * program: their content is a credential. An empty list says that the images need none: they are public, or the nodes may pull them
   * (`NodeRegistryAccess`).
   *
   * @default - none; images of OCIR then give the warning `image-pull-credentials` unless the nodes may pull them
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengpullingimagesfromocir.htm
   */
  readonly imagePullSecrets?: string[];
  /**
   * Names of the storage classes that the tenant's volumes may be of; the policy that refuses others is the cluster's.
   *
   * @default - every one
   */
  readonly allowedStorageClasses?: string[];
  /**
   * Names of the priority classes that the tenant's pods may have; others would end the pods of other tenants.
   *
   * @default - every one but those of the system (`system-…`), which are for nobody
   */
  readonly allowedPriorityClasses?: string[];
  /**
   * Namespaces whose pods the tenant's may be connected with; the other tenant must name this one, too.
   *
   * It opens nothing: each connection is still declared by its workloads.
   *
   * @default - none
   */
  readonly allowedPeers?: string[];
  /**
   * Labels by which costs are told apart, such as `cost-center`, put on the namespace.
   *
   * @default - none
   */
  readonly costLabels?: { [key: string]: string };
  /**
   * The version of the Pod Security Standard.
   *
   * @default - that of SecureNamespace
   */
  readonly podSecurityVersion?: KubernetesVersion;
}

interface Read {
  readonly name: string;
  readonly props: TenantProps;
  readonly subjects: { readonly [role: string]: readonly Subject[] };
}

const ROLES: { readonly [role: string]: (tenant: string) => RoleRule[] } = {
  admins: (tenant: string) => adminsAllow(`The admins of the tenant ${tenant} deploy its workloads`),
  developers: developersAllow,
  viewers: viewersAllow,
};
const names = (example: string) => listOf(text(), `a list of texts, for example ["${example}"]`);
const groups = names("ocid1.group.oc1..example");
const SHAPES = {
  admins: groups,
  developers: groups,
  viewers: groups,
  allowedRegistries: names("fra.ocir.io/acme"),
  allowedPeers: names("bank"),
  costLabels: kind([], 'an object, for example { "cost-center": "4711" }'),
};
const roleName = (role: string) => `tenant-${role}`;

/**
 * One team of several that share a cluster: a namespace of its own, and what its people may do in it.
 *
 * The namespace is that of the chart, which is the tenant's alone. Tenants neither see nor reach each other: their roles
 * hold in their own namespaces only, and a connection needs the consent of both.
 *
 * @see https://kubernetes.io/docs/concepts/security/multi-tenancy/
 */
@checked
export class Tenant extends Construct {
  /** The name of the tenant and of its namespace. */
  public readonly name: string;
  /** The namespace. */
  public readonly namespace: SecureNamespace;

  /**
   * @throws NAME_INVALID, NAME_DUPLICATE, ATTRIBUTE_MISSING, OCID_INVALID, PERMISSION_TOO_WIDE, IMAGE_INVALID, LABEL_INVALID,
   * QUANTITY_INVALID, RESOURCES_INVALID, COUNT_INVALID, VALUE_INVALID; at synthesis what SecureNamespace is refused for,
   * IMAGE_NOT_ALLOWED, PEER_NOT_ALLOWED, PERMISSION_TOO_WIDE, and NAME_DUPLICATE for a second tenant of its name in the cluster
   */
  constructor(scope: Construct, id: string, given: TenantProps = {}) {
    const { name, props, subjects } = read(scope, id, given);
    super(scope, id);
    const chart = Chart.of(this);
    this.name = name;
    guardBindings(chart);
    guardName(this);
    this.namespace = new SecureNamespace(this, "Namespace", namespaceProps(name, props));
    this.node.defaultChild = this.namespace.node.defaultChild;
    for (const [role, all] of Object.entries(subjects)) {
      if (all.length === 0) continue;
      new LeastPrivilegeRole(this, roleName(role), { allow: ROLES[role]?.(name) ?? [] }).grantTo(...all);
    }
    if (props.allowedRegistries) AllowedRegistries.of(chart)._addOf(this, props.allowedRegistries);
    // At synthesis, when all connections are declared and patched.
    checkAtSynthesis(this, () => {
      const problems = new Problems(this);
      checkPeers(problems, chart, name, props.allowedPeers ?? [], podsRangeOf(chart));
      problems.throwIfAny();
    });
  }
}

function namespaceProps(name: string, props: TenantProps): SecureNamespaceProps {
  const { allowedPriorityClasses, allowedStorageClasses, costLabels: labels } = props;
  const { imagePullSecrets, limits, podSecurityVersion, quota } = props;
  const given = { imagePullSecrets, limits, podSecurityVersion, quota };
  return { name, labels, allowedPriorityClasses, allowedStorageClasses, ...given };
}

/** Validates the props; throws with all that is wrong. */
function read(scope: Construct, id: string, given: TenantProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES) as TenantProps;
  const chart = chartOf(scope);
  const name = chart?.namespace;
  if (!chart) {
    checkUnused(problems, scope, ["Namespace"], id);
  } else if (name === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, after which the tenant is named",
      'Give it one: new Chart(app, "shop", { namespace: "shop" })',
    );
  } else {
    checkUnused(problems, scope, ["Namespace"], name, "Give each tenant a chart and a namespace of its own");
    checkNamespace(problems, scope, id, namespaceProps(name, props));
  }
  for (const prefix of props.allowedRegistries ?? []) checkImageName(problems, prefix, true);
  if (props.allowedRegistries?.length === 0) {
    problems.add(
      "IMAGE_INVALID",
      "allowedRegistries is empty",
      "Name one, or leave it out to allow every one",
    );
  }
  readPeers(problems, name, props.allowedPeers ?? []);
  const { admins, developers, viewers } = props;
  const subjects: { [role: string]: Subject[] } = {};
  for (const [role, ocids] of Object.entries({ admins, developers, viewers })) {
    subjects[role] = readGroups(problems, role, ocids ?? []);
    if (subjects[role].length > 0) checkUnused(problems, scope, ["Role"], roleName(role));
  }
  problems.throwIfAny();
  return { name: name ?? "", props, subjects };
}

function readPeers(problems: Problems, tenant: string | undefined, peers: readonly string[]): void {
  for (const peer of peers) checkObjectName(problems, "allowedPeers", peer);
  for (const peer of new Set(peers.filter((one, index) => peers.indexOf(one) < index))) {
    problems.add("NAME_DUPLICATE", `allowedPeers names ${peer} twice`, "Name each peer once");
  }
  if (tenant === undefined || !peers.includes(tenant)) return;
  problems.add(
    "VALUE_INVALID",
    `allowedPeers names ${tenant}, which is the tenant itself`,
    "Leave it out: its own workloads are connected without it",
  );
}

function readGroups(problems: Problems, role: string, ocids: readonly string[]): Subject[] {
  for (const ocid of new Set(ocids.filter((one, index) => ocids.indexOf(one) < index))) {
    problems.add("NAME_DUPLICATE", `${role} names ${ocid} twice`, "Name each group once");
  }
  return ocids.flatMap((ocid, index) => {
    const made = subjectOf(ocid);
    if (made instanceof Subject) return [made];
    // The factory knows neither the tenant nor the prop.
    for (const { code, what, fix } of made) problems.add(code, `${role}[${index}]: ${what}`, fix);
    return [];
  });
}

function subjectOf(ocid: string): Subject | readonly Problem[] {
  try {
    return whilePending([], () => Subject.iamGroup(ocid));
  } catch (error) {
    if (ValidationError.isValidationError(error)) return error.problems;
    throw error;
  }
}

/** Makes the namespace in another tree of the same paths first, so that a refused tenant leaves nothing behind. */
function checkNamespace(problems: Problems, scope: Construct, id: string, props: SecureNamespaceProps): void {
  const [first = "chart", ...rest] = pathOf(scope, id).split("/");
  const chart = new Chart(new App(), first, { namespace: props.name });
  const parent = rest.reduce((above, one) => new Construct(above, one), chart as Construct);
  problems.collect(() => new SecureNamespace(parent, "Namespace", props));
  // Nobody is to write this one.
  noteWritten(chart);
}
