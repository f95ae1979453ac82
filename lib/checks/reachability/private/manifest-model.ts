import { type KnownLabels } from "./label-selector";
import { type NativeIngressClass, nativeIngressClassesOf } from "./native-ingress-classes";
import { type AddressRange, rangeOf } from "./address-ranges";
import { type PodIdentity, type PodPort } from "./security-rules";
import { asList, type Json } from "./terraform-model";
import { Problems } from "../../../core/validation-error";

const NAMESPACE_NAME = "kubernetes.io/metadata.name";
const JOB_LABELS = [
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-completion-index",
  "batch.kubernetes.io/job-name",
  "controller-uid",
  "job-name",
];
/** The labels that a controller writes on the pods of a kind. See https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const WRITTEN_LABELS: { [kind: string]: readonly string[] | undefined } = {
  CronJob: JOB_LABELS,
  DaemonSet: ["controller-revision-hash", "pod-template-generation"],
  Deployment: ["pod-template-hash"],
  Job: JOB_LABELS,
  StatefulSet: [
    "apps.kubernetes.io/pod-index",
    "controller-revision-hash",
    "statefulset.kubernetes.io/pod-name",
  ],
};
const CONTROLLERS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"];

/** A workload, with the identity that policies select its pods by. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly pod: PodIdentity;
  /** Whether its pods use the network of their nodes. */
  readonly hostNetwork: boolean;
}

/** The object, or the objects of a List; throws if it is not a Kubernetes object. */
function checkedObjects(object: Json, index: number): Json[] {
  const problems = new Problems("Reachability");
  if (typeof object?.kind !== "string" || typeof object.apiVersion !== "string") {
    problems.add(
      "CONFIGURATION_UNREADABLE",
      `manifests holds an object without kind and apiVersion, at index ${index}`,
      "Give the text of manifests as kubectl would apply them",
    );
    problems.throwIfAny();
  }
  return object.kind.endsWith("List") && Array.isArray(object.items)
    ? object.items.flatMap(checkedObjects)
    : [object];
}

export function namespaceOf(object: Json): string {
  return object.metadata?.namespace ?? "default";
}

export function nameOf(object: Json): string {
  return object.metadata?.name ?? "";
}

/** The Kubernetes objects that determine reachability. */
export class ManifestModel {
  public readonly workloads: Workload[];
  public readonly policies: Json[];
  /** The Services of the type LoadBalancer. */
  public readonly loadBalancers: Json[];
  /** The IngressClasses for which the native ingress controller creates load balancers. */
  public readonly nativeIngressClasses: NativeIngressClass[];
  private readonly ranges = new Map<string, AddressRange | undefined>();
  private readonly namespaces = new Map<string, KnownLabels>();

  /** @param resolve returns the value of a reference in a manifest */
  constructor(
    objects: readonly Json[],
    private readonly resolve: (text: Json) => Json,
  ) {
    const all = objects.flatMap(checkedObjects);
    this.workloads = all.flatMap((object) => workloadOf(object) ?? []);
    this.policies = all.filter(
      ({ kind, apiVersion }) => kind === "NetworkPolicy" && apiVersion.startsWith("networking.k8s.io/"),
    );
    this.loadBalancers = all.filter(({ kind, spec }) => kind === "Service" && spec?.type === "LoadBalancer");
    this.nativeIngressClasses = nativeIngressClassesOf(all);
    for (const object of all.filter(({ kind }) => kind === "Namespace")) {
      const labels = { ...object.metadata?.labels, [NAMESPACE_NAME]: nameOf(object) };
      this.namespaces.set(nameOf(object), { labels });
    }
  }

  /** The range of a block in a policy; undefined for an invalid one. */
  public range(text: Json): AddressRange | undefined {
    if (!this.ranges.has(text)) this.ranges.set(text, rangeOf(this.resolve(text)));
    return this.ranges.get(text);
  }

  /** The labels of a namespace; only the label that Kubernetes writes is known if the manifests lack the namespace. */
  public namespace(name: string): KnownLabels {
    const namespace = this.namespaces.get(name);
    if (namespace) return namespace;
    const created = { labels: { [NAMESPACE_NAME]: name }, more: true };
    this.namespaces.set(name, created);
    return created;
  }
}

function workloadOf(object: Json): Workload | undefined {
  const { kind, spec } = object;
  const namespace = namespaceOf(object);
  const template =
    kind === "Pod"
      ? object
      : kind === "CronJob"
        ? spec?.jobTemplate?.spec?.template
        : CONTROLLERS.includes(kind)
          ? spec?.template
          : undefined;
  if (!template) return undefined;
  const labels = template.metadata?.labels ?? {};
  return {
    namespace,
    name: nameOf(object),
    kind,
    pod: { namespace, labels, ports: portsOf(template.spec), written: WRITTEN_LABELS[kind] ?? [] },
    hostNetwork: template.spec?.hostNetwork === true,
  };
}

function portsOf(spec: Json): PodPort[] {
  // Sidecars are init containers that keep running.
  return [...asList(spec?.containers), ...asList(spec?.initContainers)].flatMap((container) =>
    asList(container?.ports).map((port) => ({
      name: String(port.name ?? ""),
      port: Number(port.containerPort),
      protocol: String(port.protocol ?? "TCP"),
    })),
  );
}
