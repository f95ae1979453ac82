import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { type AddressRange, rangeOf } from "./packets";
import { type PodIdentity, type PodPort } from "./security-rules";
import { asList, type Json } from "./terraform-model";
import { and, Tri, when } from "./three-valued-logic";
import { NoteOn, StateOf } from "../../../core/construct-state";
import { Problems } from "../../../core/validation-error";

/** The objects of manifests in YAML or JSON. */
export function parseManifests(texts: readonly string[]): Json[] {
  const parsed = texts.map((text) => parseJson(text) ?? text);
  const yaml = parsed.filter((text) => typeof text === "string" && text.trim() !== "");
  const objects = parsed.filter((objects) => typeof objects !== "string").flat();
  return yaml.length === 0 ? objects : [...objects, ...parseYaml(yaml)];
}

function parseJson(text: string): Json | undefined {
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Flow-style YAML begins with the same characters.
    return undefined;
  }
}

/** cdk8s reads YAML from files only. */
function parseYaml(texts: readonly string[]): Json[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"));
  try {
    const file = path.join(folder, "manifests.yaml");
    fs.writeFileSync(file, texts.join("\n---\n"));
    return Yaml.load(file);
  } catch (error) {
    const problems = new Problems("Reachability");
    const what = `manifests is not valid YAML: ${(error as Error).message}`;
    problems.add("CONFIGURATION_UNREADABLE", what, "Give the text of manifests as kubectl would apply them");
    problems.throwIfAny();
    throw error;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The known labels of an object. */
export interface KnownLabels {
  readonly labels: { readonly [key: string]: string };
  /** The keys of labels that a Kubernetes controller sets, with unknown values. */
  readonly controllerLabels?: readonly string[];
  /** Whether there may be further labels. */
  readonly isPartial?: boolean;
}

function matchesExpression(
  { key, operator, values }: Json,
  { labels, isPartial, controllerLabels }: KnownLabels,
): Tri {
  const value = labels[key];
  const present = value !== undefined;
  if (!present && (isPartial || controllerLabels?.includes(key))) return Tri.MAYBE;
  if (isUnresolved(value) || asList(values).some(isUnresolved)) return Tri.MAYBE;
  switch (operator) {
    case "In":
      return when(present && asList(values).includes(value));
    case "NotIn":
      return when(!present || !asList(values).includes(value));
    case "Exists":
      return when(present);
    case "DoesNotExist":
      return when(!present);
    default:
      return Tri.MAYBE;
  }
}

/** Whether a value of a manifest contains a reference to a Terraform value. */
export function isUnresolved(text: unknown): boolean {
  return typeof text === "string" && text.includes("${");
}

function matchesLabel(
  key: string,
  required: unknown,
  { labels, isPartial, controllerLabels }: KnownLabels,
): Tri {
  if (isUnresolved(required) || isUnresolved(labels[key])) return Tri.MAYBE;
  if (labels[key] === undefined) return isPartial || controllerLabels?.includes(key) ? Tri.MAYBE : Tri.NO;
  return when(labels[key] === required);
}

// Every pair of ends evaluates the same few selectors on the same few pods.
const cachedAnswers = new StateOf<object, NoteOn<KnownLabels, Tri>>(() => new NoteOn());

/** Whether a label selector matches; an empty one matches everything. */
export function selects(selector: Json, object: KnownLabels): Tri {
  if (typeof selector !== "object" || selector === null) return matchesSelector(selector, object);
  const answers = cachedAnswers.of(selector);
  const cached = answers.get(object);
  if (cached !== undefined) return cached;
  const answer = matchesSelector(selector, object);
  answers.set(object, answer);
  return answer;
}

function matchesSelector(selector: Json, object: KnownLabels): Tri {
  const labels = Object.entries(selector?.matchLabels ?? {});
  const expressions = asList(selector?.matchExpressions);
  return and(
    ...labels.map(([key, required]) => matchesLabel(key, required, object)),
    ...expressions.map((requirement) => matchesExpression(requirement, object)),
  );
}

const CONTROLLER = "oci.oraclecloud.com/native-ingress-controller";
const GROUPS = "oci-native-ingress.oraclecloud.com/network-security-group-ids";
const PARAMETERS = "IngressClassParameters";

/** An IngressClass with its own load balancer. */
export interface NativeIngressClass {
  readonly name: string;
  /** The namespace of its parameters. */
  readonly namespace: string;
  /** The subnet; undefined for the default of the controller's configuration. */
  readonly subnet: Json;
  /** The security groups as written, separated by commas. */
  readonly groups: string | undefined;
  /** Undefined if the parameters are not in the manifests. */
  readonly isPrivate: Json;
}

/**
 * The classes of the native ingress controller, with their parameters.
 *
 * @see https://github.com/oracle/oci-native-ingress-controller/blob/main/GettingStarted.md
 */
export function nativeIngressClassesOf(objects: readonly Json[]): NativeIngressClass[] {
  const parameters = objects.filter(({ kind }) => kind === PARAMETERS);
  return objects
    .filter(({ kind, spec }) => kind === "IngressClass" && spec?.controller === CONTROLLER)
    .map(({ metadata, spec }) => {
      const reference = asList(spec.parameters)[0];
      const namespace = String(reference?.namespace ?? "default");
      const found = parameters.find(
        ({ metadata: parameter }) =>
          parameter?.name === reference?.name && (parameter?.namespace ?? "default") === namespace,
      );
      return {
        name: String(metadata?.name),
        namespace,
        subnet: found?.spec?.subnetId,
        groups: metadata?.annotations?.[GROUPS],
        isPrivate: found ? (found.spec?.isPrivate ?? false) : undefined,
      };
    });
}

const NAMESPACE_NAME = "kubernetes.io/metadata.name";
const JOB_LABELS = [
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-completion-index",
  "batch.kubernetes.io/job-name",
  "controller-uid",
  "job-name",
];
/** The labels that a controller sets on the pods of a kind. See https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const CONTROLLER_LABELS: { [kind: string]: readonly string[] | undefined } = {
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

/** The namespace of an object. */
export function namespaceOf(object: Json): string {
  return object.metadata?.namespace ?? "default";
}

/** The name of an object. */
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
    const created = { labels: { [NAMESPACE_NAME]: name }, isPartial: true };
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
    pod: {
      namespace,
      labels,
      ports: portsOf(template.spec),
      controllerLabels: CONTROLLER_LABELS[kind] ?? [],
    },
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
