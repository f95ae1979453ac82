import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import {
  defaultLimits,
  defaultQuota,
  type NamespaceLimits,
  namespaceLimits,
  type NamespaceQuota,
  namespaceQuota,
  limitsSpec,
  quotaSpec,
} from "./namespace-resources";
import { checkCapacity, type ContainerLimits } from "./private/namespace-capacity";
import {
  allowedClasses,
  allowedPriorityClasses,
  checkClasses,
  priorityQuota,
  storageBinding,
  storagePolicy,
} from "./private/namespace-classes";
import { type Amounts } from "./private/namespace-pods";
import { KubernetesVersion } from "../cluster/kubernetes-version";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { StateOf } from "../core/construct-state";
import { shown } from "../core/display-value";
import {
  checkedBy,
  labels,
  objectName,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  valueOf,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { dnsEgress } from "../network-policy/private/network-rules";
import { givePullSecrets, notePullSecrets } from "../synthesis/pull-secrets";
import { apiObjectsIn, checkUnused, dataOf, removeNamespace } from "../synthesis/chart-objects";
import { guardStaticSynthesis } from "../synthesis/chart-guards";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { guardPrivileged, noteLevel } from "../workload/host-access/private/host-access-guard";
import { PodSecurityLevel } from "../workload/pods/pod-security";
import { notePulls, pullSecretNames, pullSecretsField } from "../workload/pods/service-account";

const names = new StateOf<Chart, Set<string>>(() => new Set<string>());
const RUN_PODS = ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"];

/** Registers a namespace of a chart, and checks the chart once for all of its namespaces. */
function noteNamespace(chart: Chart, name: string): void {
  if (!names.has(chart)) checkAtSynthesis(chart, () => checkChartNamespace(chart));
  names.of(chart).add(name);
}

/**
 * Throws if pods of a chart are in the chart's own namespace while the chart creates a different one.
 *
 * They would run in an unsecured namespace; the two names were probably meant to be the same.
 */
function checkChartNamespace(chart: Chart): void {
  const created = [...names.of(chart)].sort();
  const { namespace } = chart;
  if (namespace !== undefined && created.includes(namespace)) return;
  const first = apiObjectsIn(chart)
    .filter((object) => Chart.of(object) === chart && RUN_PODS.includes(object.kind))
    .find(
      (object) => (dataOf(object) as { metadata: { namespace?: string } }).metadata.namespace === namespace,
    );
  if (!first) return;
  const problems = new Problems(chart);
  const place = namespace === undefined ? "no namespace" : `the namespace ${namespace} of its chart`;
  problems.add(
    "NAME_INVALID",
    `The ${first.kind} ${first.name} is in ${place}, and the SecureNamespace of the chart is ${created.join(", ")}`,
    `Use one name for both: new Chart(app, "${chart.node.id}", { namespace: "${created[0]}" })`,
  );
  problems.throwIfAny();
}

/** Props for SecureNamespace. */
export interface SecureNamespaceProps {
  /** The name: up to 63 lower-case letters, digits and dashes. */
  readonly name: string;
  /**
   * The version of the Pod Security Standard, pinned so that a cluster upgrade does not reject running
   * workloads.
   *
   * 1.34 is the strictest of the versions that OKE offers: it rejects probes of other hosts, as newer ones
   * do, and pods that run as root in a user namespace, which 1.35 and 1.36 accept. An API server treats a
   * version newer than its own as its latest.
   *
   * @default KubernetesVersion.V1_34
   */
  readonly podSecurityVersion?: KubernetesVersion;
  /**
   * The enforced level of the Pod Security Standard.
   *
   * @default PodSecurityLevel.restricted()
   */
  readonly podSecurity?: PodSecurityLevel;
  /**
   * The quota for all pods together.
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
   * The names of the storage classes that volume claims may use, including those of existing volumes.
   *
   * A ValidatingAdmissionPolicy for this namespace rejects all others.
   *
   * @default - all classes
   */
  readonly allowedStorageClasses?: string[];
  /**
   * The names of the priority classes that pods may use; a pod without a class is accepted unless the
   * cluster's default class is another one.
   *
   * A second quota of zero pods excludes all others, including the system classes.
   *
   * @default - all classes except the system classes (`system-…`), which are always excluded
   */
  readonly allowedPriorityClasses?: string[];
  /**
   * The names of the image pull Secrets of the namespace, of the type `kubernetes.io/dockerconfigjson`, such
   * as `["ocir"]`.
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
   * The labels of the namespace.
   *
   * @default - the pod security labels only
   */
  readonly labels?: { [key: string]: string };
}

const POD_SECURITY = "pod-security.kubernetes.io";
const MODES = ["audit", "enforce", "warn"];

/**
 * A namespace for pods of the restricted Pod Security Standard, without any connections except DNS by
 * default.
 *
 * With `PodSecurityLevel.privilegedFor`, it runs daemon sets with declared host access, and nothing else.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
@checked
export class SecureNamespace extends Construct {
  /** The name of the namespace. */
  public readonly name: string;
  /** The enforced level of the Pod Security Standard. */
  public readonly podSecurity: PodSecurityLevel;
  /** The version of the Pod Security Standard. */
  public readonly podSecurityVersion: KubernetesVersion;
  /** The quota for all pods and Services, with its defaults. */
  public readonly quota: NamespaceQuota;
  /** The limits of each container, with their defaults. */
  public readonly limits: NamespaceLimits;
  /** The names of the storage classes that volume claims may use; undefined if all are allowed. */
  public readonly allowedStorageClasses?: string[];
  /** The names of the priority classes that pods may use; undefined if all but the system classes are allowed. */
  public readonly allowedPriorityClasses?: string[];
  /** The names of the image pull Secrets; undefined if none were given. */
  public readonly imagePullSecrets?: string[];

  constructor(scope: Construct, id: string, props: SecureNamespaceProps) {
    const read = readNamespace(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    this.name = read.name;
    this.podSecurity = read.podSecurity;
    this.podSecurityVersion = read.podSecurityVersion;
    this.quota = read.quota;
    this.limits = read.limits;
    this.allowedStorageClasses = read.allowedStorageClasses;
    this.allowedPriorityClasses = read.allowedPriorityClasses;
    this.imagePullSecrets = read.imagePullSecrets;
    this.addNamespace(read);
    this.add("DenyAll", "networking.k8s.io/v1", "NetworkPolicy", "deny-all", {
      spec: { podSelector: {}, policyTypes: ["Egress", "Ingress"] },
    });
    this.add("AllowDns", "networking.k8s.io/v1", "NetworkPolicy", "allow-dns", {
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [dnsEgress()] },
    });
    const quota = this.add("Quota", "v1", "ResourceQuota", "quota", { spec: quotaSpec(read.quota) });
    const limits = this.add("Limits", "v1", "LimitRange", "limits", { spec: limitsSpec(read.limits) });
    this.limitClasses(read);
    this.guardPodSecurity();
    noteNamespace(Chart.of(this), this.name);
    checkAtSynthesis(this, () => this.checkCapacity(quota, limits));
    this.addDefaultAccount(read.imagePullSecrets);
  }

  private guardPodSecurity(): void {
    const { reason } = this.podSecurity;
    noteLevel(this, this.podSecurity);
    if (reason === undefined) return;
    guardPrivileged(this);
    const what = `namespace ${this.name} enforces no Pod Security Standard`;
    Acknowledgements._record(this, "non-root", what, reason);
  }

  /** Kubernetes creates this account itself; pods without another account must not get its token. */
  private addDefaultAccount(imagePullSecrets: readonly string[] | undefined): void {
    const account = this.add("DefaultServiceAccount", "v1", "ServiceAccount", "default", {
      automountServiceAccountToken: false,
      ...pullSecretsField(this, this.name, imagePullSecrets),
    });
    notePulls(account, imagePullSecrets);
    if (!imagePullSecrets) return;
    notePullSecrets(this, this.name, imagePullSecrets);
    if (imagePullSecrets.length > 0) givePullSecrets(this);
  }

  private limitClasses({
    allowedStorageClasses: storage,
    allowedPriorityClasses: priority,
  }: ReadNamespace): void {
    if (priority) {
      this.add("PriorityClasses", "v1", "ResourceQuota", "priority-classes", {
        spec: priorityQuota(priority),
      });
    }
    if (storage) this.addStoragePolicy(storage);
    // At synthesis, after all pods and claims are created and patched.
    checkAtSynthesis(this, () => {
      const problems = new Problems(this);
      checkClasses(problems, Chart.of(this), this.name, { storage, priority });
      problems.throwIfAny();
    });
  }

  private addStoragePolicy(allowed: readonly string[]): void {
    const kind = "ValidatingAdmissionPolicy";
    const name = `secure-oke-storage-classes-${this.name}`;
    const common = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name } };
    const policy = new ApiObject(this, "StorageClasses", {
      ...common,
      kind,
      spec: storagePolicy(this.name, allowed),
    });
    const binding = new ApiObject(this, "StorageClassesBinding", {
      ...common,
      kind: `${kind}Binding`,
      spec: storageBinding(name),
    });
    binding.addDependency(policy);
    for (const object of [policy, binding]) removeNamespace(object);
  }

  private addNamespace({ name, labels, podSecurity, podSecurityVersion }: ReadNamespace): void {
    const namespace = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { ...labels, ...podSecurityLabels(podSecurityVersion, podSecurity) } },
    });
    removeNamespace(namespace);
    this.node.defaultChild = namespace;
  }

  /**
   * Checks the capacity at synthesis, after all workloads are created and patched: otherwise a pod without
   * room would fail unnoticed.
   */
  private checkCapacity(quota: ApiObject, limits: ApiObject): void {
    const problems = new Problems(this);
    // Patches may have removed any of it, and then the pods have no limit.
    const { hard = {} } = (dataOf(quota) as { spec?: { hard?: Amounts } }).spec ?? {};
    const [container] = (dataOf(limits) as { spec?: { limits?: ContainerLimits[] } }).spec?.limits ?? [];
    checkCapacity(problems, Chart.of(this), { namespace: this.name, hard, limits: container ?? {} });
    problems.throwIfAny();
  }

  private add(id: string, apiVersion: string, kind: string, name: string, rest: object): ApiObject {
    const object = new ApiObject(this, id, {
      apiVersion,
      kind,
      metadata: { name, namespace: this.name },
      ...rest,
    });
    if (this.node.defaultChild) object.addDependency(this.node.defaultChild);
    return object;
  }
}

/** The labels that the construct sets. */
const OWN_LABELS = [
  ...MODES.flatMap((mode) => [`${POD_SECURITY}/${mode}`, `${POD_SECURITY}/${mode}-version`]),
  "kubernetes.io/metadata.name",
];

const NAMESPACE = {
  name: checkedBy(objectName(), checkReserved),
  podSecurityVersion: withDefault(valueOf(KubernetesVersion), KubernetesVersion.V1_34),
  podSecurity: withDefault(valueOf(PodSecurityLevel), PodSecurityLevel.restricted()),
  quota: withDefault(namespaceQuota(), defaultQuota()),
  limits: withDefault(namespaceLimits(), defaultLimits()),
  allowedStorageClasses: optional(allowedClasses()),
  allowedPriorityClasses: optional(allowedPriorityClasses()),
  imagePullSecrets: optional(pullSecretNames()),
  labels: withDefault(labels(OWN_LABELS), {}),
} satisfies PropsSchema<SecureNamespaceProps>;

type ReadNamespace = Resolved<typeof NAMESPACE>;

/** Validates the props; throws an error that lists every problem. */
function readNamespace(scope: Construct, id: string, props: SecureNamespaceProps): ReadNamespace {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, NAMESPACE);
  if (read.name !== undefined) checkUnused(problems, scope, ["Namespace"], read.name);
  if (read.allowedStorageClasses) checkQuotaClasses(problems, read.allowedStorageClasses, read.quota);
  return problems.resolved<ReadNamespace>(read);
}

/** The labels with which a namespace enforces a level; audit and warnings keep the restricted level. */
function podSecurityLabels(version: KubernetesVersion, level: PodSecurityLevel): { [key: string]: string } {
  const entries = MODES.flatMap((mode) => [
    [`${POD_SECURITY}/${mode}`, mode === "enforce" ? level.enforcedLevel : "restricted"],
    [`${POD_SECURITY}/${mode}-version`, `v1.${version.minor}`],
  ]);
  return Object.fromEntries(entries) as { [key: string]: string };
}

/** Adds a problem if the quota contains a class that is not allowed. */
function checkQuotaClasses(
  problems: Problems,
  allowed: readonly string[],
  quota: NamespaceQuota | undefined,
): void {
  for (const name of Object.keys(quota?.storageClasses ?? {}).filter((each) => !allowed.includes(each))) {
    problems.add(
      "VALUE_INVALID",
      `quota.storageClasses contains ${shown(name)}, which allowedStorageClasses does not contain`,
      "Add it to allowedStorageClasses, or remove it from the quota",
    );
  }
}

function checkReserved(problems: Problems, property: string, name: string): void {
  if (name !== "default" && !name.startsWith("kube-")) return;
  problems.add(
    "NAME_INVALID",
    `${property} is ${name}, a namespace of Kubernetes, whose pods do not meet the restricted standard`,
    'Choose another name, for example "shop"',
  );
}
