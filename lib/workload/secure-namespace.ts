import { ApiObject, Chart, JsonPatch } from "cdk8s";
import { Construct } from "constructs";
import { checkUnused } from "./chart-objects";
import {
  checkAllowed,
  checkAllowedPriorities,
  checkClasses,
  priorityQuota,
  storageBinding,
  storagePolicy,
} from "./namespace-classes";
import { guardPrivileged, noteLevel } from "./host-access-guard";
import { limitsSpec, quotaSpec } from "./namespace-manifests";
import { noteNamespace } from "./namespace-members";
import { type Amounts } from "./namespace-pods";
import { checkRoom, type ContainerLimits } from "./namespace-room";
import { dnsEgress } from "./network-rules";
import { PodSecurityLevel } from "./pod-security-level";
import { checkPullSecrets, notePulls, PULL_SECRETS_SHAPE, pullSecretsField } from "./pull-secrets";
import { type SecureNamespaceProps } from "./secure-namespace-props";
import { kind, shaped } from "./shapes";
import { KubernetesVersion } from "../cluster/kubernetes-version";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-path";
import { checkLabels, checkObjectName } from "../core/kubernetes-names";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";
import { givePullSecrets } from "../manifests/account-pull-secrets";
import { dataOf } from "../manifests/chart-objects";
import { notePullSecrets } from "../manifests/pull-secrets";
import { guardStaticSynthesis } from "../manifests/static-synthesis";
import { checkAtSynthesis } from "../manifests/synthesis-checks";

const MODES = ["audit", "enforce", "warn"];

/**
 * A namespace that runs only pods of the restricted Pod Security Standard, which connect to nothing but DNS until told.
 *
 * With `PodSecurityLevel.privilegedFor` it runs daemon sets with declared host access, and nothing else.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
@checked
export class SecureNamespace extends Construct {
  /** The name of the namespace. */
  public readonly name: string;

  /**
   * @throws NAME_INVALID, NAME_DUPLICATE, LABEL_INVALID, QUANTITY_INVALID, RESOURCES_INVALID, COUNT_INVALID, VALUE_INVALID,
   * ATTRIBUTE_MISSING; at synthesis RESOURCES_INVALID where it has no room for the chart, CLASS_NOT_ALLOWED,
   * HOST_ACCESS_INVALID, NAME_INVALID where the chart's namespace is another one
   */
  constructor(scope: Construct, id: string, props: SecureNamespaceProps) {
    const { labels, level, quota, limits } = read(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    this.name = props.name;
    this.node.defaultChild = this.addNamespace(labels);
    this.add("DenyAll", "networking.k8s.io/v1", "NetworkPolicy", "deny-all", {
      spec: { podSelector: {}, policyTypes: ["Egress", "Ingress"] },
    });
    this.add("AllowDns", "networking.k8s.io/v1", "NetworkPolicy", "allow-dns", {
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [dnsEgress()] },
    });
    const objects = {
      quota: this.add("Quota", "v1", "ResourceQuota", "quota", { spec: quota }),
      limits: this.add("Limits", "v1", "LimitRange", "limits", { spec: limits }),
    };
    this.limitClasses(props);
    noteLevel(this, level);
    if (level.reason !== undefined) {
      guardPrivileged(this);
      const what = `namespace ${this.name} enforces no Pod Security Standard`;
      Acknowledgements._record(this, "non-root", what, level.reason);
    }
    noteNamespace(Chart.of(this), this.name);
    checkAtSynthesis(this, () => this.checkRoom(objects.quota, objects.limits));
    // Kubernetes makes this account itself; pods that name no other must find no token in it.
    const account = this.add("DefaultServiceAccount", "v1", "ServiceAccount", "default", {
      automountServiceAccountToken: false,
      ...pullSecretsField(this, this.name, props.imagePullSecrets),
    });
    notePulls(account, props.imagePullSecrets);
    if (props.imagePullSecrets) {
      notePullSecrets(this, this.name, props.imagePullSecrets);
      if (props.imagePullSecrets.length > 0) givePullSecrets(this);
    }
  }

  private limitClasses({
    allowedStorageClasses: storage,
    allowedPriorityClasses: priority,
  }: SecureNamespaceProps): void {
    if (priority) {
      this.add("PriorityClasses", "v1", "ResourceQuota", "priority-classes", {
        spec: priorityQuota(priority),
      });
    }
    if (storage) {
      const apiVersion = "admissionregistration.k8s.io/v1";
      const kind = "ValidatingAdmissionPolicy";
      const name = `secure-oke-storage-classes-${this.name}`;
      const all = { apiVersion, metadata: { name } };
      const policy = new ApiObject(this, "StorageClasses", {
        ...all,
        kind,
        spec: storagePolicy(this.name, storage),
      });
      const binding = new ApiObject(this, "StorageClassesBinding", {
        ...all,
        kind: `${kind}Binding`,
        spec: storageBinding(name),
      });
      binding.addDependency(policy);
      for (const object of [policy, binding]) this.leaveNamespace(object);
    }
    // At synthesis, when all pods and claims are there and patched.
    checkAtSynthesis(this, () => {
      const problems = new Problems(this);
      checkClasses(problems, Chart.of(this), this.name, { storage, priority });
      problems.throwIfAny();
    });
  }

  /** What is in no namespace gets none: cdk8s puts that of the chart into every object. */
  private leaveNamespace(object: ApiObject): void {
    if (Chart.of(this).namespace !== undefined) object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  }

  private addNamespace(labels: { [key: string]: string }): ApiObject {
    const namespace = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: this.name, labels },
    });
    this.leaveNamespace(namespace);
    return namespace;
  }

  /** At synthesis, when all workloads are there and patched: a pod that has no room is refused where nobody looks. */
  private checkRoom(quota: ApiObject, limits: ApiObject): void {
    const problems = new Problems(this);
    // Patches may have taken away any of it, and then nothing limits the pods.
    const { hard = {} } = (dataOf(quota) as { spec?: { hard?: Amounts } }).spec ?? {};
    const [container] = (dataOf(limits) as { spec?: { limits?: ContainerLimits[] } }).spec?.limits ?? [];
    checkRoom(problems, Chart.of(this), { namespace: this.name, hard, limits: container ?? {} });
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

const SHAPES = {
  podSecurity: kind(["enforcedLevel"], 'PodSecurityLevel.privilegedFor({ reason: "..." })'),
  podSecurityVersion: kind(["minor"], "KubernetesVersion.V1_34"),
  quota: kind([], 'an object, for example { memoryLimits: "50Gi" }'),
  limits: kind([], 'an object, for example { maximumMemory: "16Gi" }'),
  labels: kind([], 'an object, for example { team: "shop" }'),
  imagePullSecrets: PULL_SECRETS_SHAPE,
};

interface Read {
  readonly level: PodSecurityLevel;
  readonly labels: { [key: string]: string };
  readonly quota: object;
  readonly limits: object;
}

/** Validates the props; throws with all that is wrong. */
function read(scope: Construct, id: string, given: SecureNamespaceProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES) as SecureNamespaceProps;
  const version = props.podSecurityVersion ?? KubernetesVersion.V1_34;
  const level = props.podSecurity ?? PodSecurityLevel.restricted();
  const security = MODES.flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, mode === "enforce" ? level.enforcedLevel : "restricted"],
    [`pod-security.kubernetes.io/${mode}-version`, `v1.${version.minor}`],
  ]);
  checkObjectName(problems, "name", props.name);
  checkReserved(problems, props.name);
  checkUnused(problems, scope, ["Namespace"], props.name);
  checkLabels(problems, "labels", props.labels, [
    ...security.map(([key = ""]) => key),
    "kubernetes.io/metadata.name",
  ]);
  checkAllowed(problems, "allowedStorageClasses", props.allowedStorageClasses);
  checkAllowedPriorities(problems, props.allowedPriorityClasses);
  checkQuotaClasses(problems, props);
  checkPullSecrets(problems, props.imagePullSecrets);
  const quota = quotaSpec(problems, props.quota);
  const limits = limitsSpec(problems, props.limits);
  problems.throwIfAny();
  return { level, labels: { ...props.labels, ...Object.fromEntries(security) }, quota, limits };
}

/** Adds a problem where the quota gives something to a class that is not allowed. */
function checkQuotaClasses(
  problems: Problems,
  { allowedStorageClasses: allowed, quota }: SecureNamespaceProps,
): void {
  if (!Array.isArray(allowed)) return;
  for (const name of Object.keys(quota?.storageClasses ?? {}).filter((one) => !allowed.includes(one))) {
    problems.add(
      "VALUE_INVALID",
      `quota.storageClasses has ${shown(name)}, which is not among allowedStorageClasses`,
      "Add it there, or leave it out here: what is not allowed gets nothing",
    );
  }
}

function checkReserved(problems: Problems, name: string): void {
  if (typeof name !== "string" || (name !== "default" && !name.startsWith("kube-"))) return;
  problems.add(
    "NAME_INVALID",
    `name is ${name}, which belongs to Kubernetes`,
    "Make a namespace of your own: the restricted standard would refuse the pods of the system",
  );
}
