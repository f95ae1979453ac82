import { type Chart } from "cdk8s";
import { type IResolvable, TerraformElement, TerraformStack, Token } from "cdktf";
import { type IConstruct } from "constructs";
import { apiObjectsIn, dataOf } from "./chart-objects";
import { holdsMisplacedReference, misplacedField } from "./references";
import { NoteOn, StateOfTree } from "../core/construct-state";
import { checkConfigMapEntry } from "../core/credential-literal";
import { shown } from "../core/display-value";
import { resolveReference } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";

// Parts of a reference in a string, a list or a map, as cdktf writes them, and the remains of a lost one.
const TRACE = /TfToken\[|<unresolved-/;
// A reference in a number, or one that was put into a string with all its digits.
const LARGE = 1e200;
const LARGE_IN_TEXT = /e\+\d{3}/;

// For final data; every step of the writing needs the answer.
const plainObjects = new NoteOn<object, boolean>();

/** Whether a final object contains no trace of a reference. */
export function isPlainObject(object: unknown): boolean {
  if (typeof object !== "object" || object === null) return isPlain(object);
  const before = plainObjects.get(object);
  if (before !== undefined) return before;
  const answer = isPlain(object);
  plainObjects.set(object, answer);
  return answer;
}

/**
 * Whether plain data contains no trace of a reference, so that it is written as it is; a quick check, as most objects contain none.
 *
 * In doubt it returns false: for numbers so large that they may be references, and for values that JSON doesn't support.
 */
export function isPlain(value: unknown): boolean {
  if (typeof value === "string") return !TRACE.test(value) && !LARGE_IN_TEXT.test(value);
  if (typeof value === "number") return Math.abs(value) < LARGE;
  if (typeof value === "boolean" || value === null) return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const key of Object.keys(value)) {
    if (!isPlain(key) || !isPlain((value as { readonly [key: string]: unknown })[key])) return false;
  }
  return true;
}

const VARIABLE = /\bvar\.([\w-]+)/g;
const LOCAL = /\blocal\.([\w-]+)/g;
const OF_OTHER_STACK = /\bterraform_remote_state\.cross-stack-reference-input-([\w/-]+)\.outputs\.([\w-]+)/g;

/** The sensitive variables that an expression of a stack reads, including through locals and other stacks. */
function secretsIn(expression: string, stack: TerraformStack, seen = new Set<string>()): string[] {
  // Terraform itself rejects circular expressions.
  const key = `${stack.node.path} ${expression}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const secrets: string[] = [];
  for (const [name, id = ""] of expression.matchAll(VARIABLE)) {
    if ((declared(stack, "variable", id) as { sensitive?: unknown } | undefined)?.sensitive)
      secrets.push(name);
  }
  for (const [, id = ""] of expression.matchAll(LOCAL)) {
    secrets.push(...secretsIn(textOf(declared(stack, "locals", id), stack), stack, seen));
  }
  for (const [, path = "", id = ""] of expression.matchAll(OF_OTHER_STACK)) {
    const other = stackAt(stack, path);
    if (other) secrets.push(...secretsIn(textOf(declared(other, "output", id), other), other, seen));
  }
  return secrets;
}

/** The declaration of a kind and a name in the JSON of a stack. */
function declared(stack: TerraformStack, kind: string, id: string): unknown {
  return stack.node
    .findAll()
    .filter((construct): construct is TerraformElement => TerraformElement.isTerraformElement(construct))
    .filter((element) => element.friendlyUniqueId === id)
    .map((element) => (element.toTerraform() as { [kind: string]: { [id: string]: unknown } })[kind]?.[id])
    .find((declaration) => declaration !== undefined);
}

function stackAt(stack: TerraformStack, path: string): TerraformStack | undefined {
  return stack.node.root.node
    .findAll()
    .find((other): other is TerraformStack => TerraformStack.isStack(other) && other.node.path === path);
}

function textOf(value: unknown, scope: TerraformStack): string {
  return JSON.stringify(resolveReference(scope, value as IResolvable)) ?? "";
}

interface KubernetesObject {
  readonly apiVersion?: unknown;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: unknown };
  readonly data?: object;
  readonly stringData?: object;
  readonly items?: readonly unknown[];
}

const KEEP_IN_VAULT =
  "Keep the value in OCI Vault and let the cluster read it (Secrets Store CSI driver or External Secrets)";

/** Adds a problem for values that must not be in a manifest, or that can't be written into one. */
export function checkObjects(problems: Problems, objects: readonly unknown[]): void {
  for (const object of objects) {
    checkSecret(problems, object);
    checkConfigMap(problems, object);
    if (!isPlainObject(object) && holdsMisplacedReference(object)) {
      problems.add(
        "MANIFEST_REFERENCES",
        `${describe(object)} has in ${misplacedField(object)} a reference to a Terraform value as the key of a map, ` +
          "a reference to a list or a map as a part of something, or one to a boolean in a JSON patch",
        "Use references as values only; join a list into text with Fn.join, put lists together with Fn.concat, " +
          "and give a patch Token.asAnyMap(reference)",
      );
    }
  }
}

function checkSecret(problems: Problems, object: unknown): void {
  const { kind, data, stringData, items } = object as KubernetesObject;
  if (Array.isArray(items)) items.forEach((item) => checkSecret(problems, item ?? {}));
  const keys = Object.keys({ ...data, ...stringData });
  if (kind === "Secret" && keys.length > 0) {
    problems.add("MANIFEST_SECRET", `${describe(object)} has the keys ${keys.join(", ")}`, KEEP_IN_VAULT);
  }
}

// The value is a reference, which is unknown until the apply.
const REFERENCE = /\$\{TfToken\[[^\]]*\]\}/g;

function checkConfigMap(problems: Problems, object: unknown): void {
  const { kind, data, items } = object as KubernetesObject;
  if (Array.isArray(items)) items.forEach((item) => checkConfigMap(problems, item ?? {}));
  if (kind !== "ConfigMap") return;
  for (const [key, value] of Object.entries(data ?? {}) as [string, unknown][]) {
    // The API server accepts no other keys.
    if (typeof value !== "string" || !/^[-._a-zA-Z0-9]+$/.test(key)) continue;
    const text = value.replace(REFERENCE, "${reference}");
    checkConfigMapEntry(problems, `The key ${key} of ${describe(object).replace("The", "the")}`, key, text);
  }
}

/** Adds a problem for a secret value that would be written into a manifest; Terraform doesn't track sensitivity between stacks. */
export function checkExpression(problems: Problems, expression: string, stack: TerraformStack): void {
  for (const secret of secretsIn(expression, stack)) {
    problems.add(
      "MANIFEST_SECRET",
      `${expression} has the value of ${secret}, which is sensitive`,
      KEEP_IN_VAULT,
    );
  }
}

/** The description of an object in messages. */
export function describe(object: unknown): string {
  const { kind, metadata } = object as KubernetesObject;
  const { name = "without a name" } = metadata ?? {};
  return `The ${kind} ${Token.isUnresolved(name) ? `named by ${shown(name)}` : name}`;
}

/** The name under which the API server stores an object. */
export interface ObjectName {
  /** The key, which is the same for two objects if one would overwrite the other. */
  readonly key: string;
  /** The name in messages. */
  readonly text: string;
}

/** Resolves the references in a name, so that two references to one value are the same name. */
export type ResolveName = (text: string) => string;

// Cluster-scoped kinds: cdk8s adds the namespace of the chart to every object, including these.
const CLUSTER_SCOPED = new Set(
  (
    "APIService CertificateSigningRequest ClusterIssuer ClusterRole ClusterRoleBinding ClusterSecretStore ClusterTrustBundle " +
    "CSIDriver CSINode CustomResourceDefinition DeviceClass FlowSchema GatewayClass IngressClass IPAddress " +
    "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume " +
    "PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass " +
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment " +
    "VolumeAttributesClass"
  ).split(" "),
);

const DUPLICATE_FIX =
  "Give each a name of its own, make one of them only, or take the whole from one of the two constructs and patch it";

/** The names of objects as plain data, including those in a List; an object whose name the API server generates has none. */
export function namesOf(objects: readonly unknown[], resolve: ResolveName): ObjectName[] {
  return objects.flatMap((object) => {
    const { apiVersion, kind, metadata, items } = (object ?? {}) as KubernetesObject;
    if (String(kind).endsWith("List") && Array.isArray(items)) return namesOf(items, resolve);
    if (typeof metadata?.name !== "string") return [];
    const version = String(apiVersion);
    const group = version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
    const isScoped = CLUSTER_SCOPED.has(String(kind));
    const { namespace = "default" } = metadata;
    const place = isScoped ? "" : resolve(String(namespace ?? "default"));
    const name = resolve(metadata.name);
    const text = `${String(kind)} ${name}${isScoped ? "" : ` of the namespace ${place}`}`;
    return [{ key: JSON.stringify([group, kind, place, name]), text }];
  });
}

/** The constructs of a chart and its nested charts that currently create an object with this name. */
export function makersOf(
  chart: Chart,
  { key }: ObjectName,
  namesIn: (data: unknown) => ObjectName[],
): string[] {
  return apiObjectsIn(chart)
    .filter((object) => namesIn(dataOf(object)).some((name) => name.key === key))
    .map(({ node }) => node.path);
}

/**
 * Adds a problem for each name that two objects of one chart share: kubectl would apply one over the other.
 *
 * @param names the names of all objects of the chart
 */
export function checkNames(
  problems: Problems,
  chart: Chart,
  names: readonly ObjectName[],
  namesIn: (data: unknown) => ObjectName[],
): void {
  const seen = new Set<string>();
  const refused = new Set<string>();
  for (const name of names) {
    if (seen.has(name.key) && !refused.has(name.key)) {
      refused.add(name.key);
      addDuplicate(problems, name, makersOf(chart, name, namesIn));
    }
    seen.add(name.key);
  }
}

export function addDuplicate(problems: Problems, { text }: ObjectName, makers: readonly string[]): void {
  problems.add(
    "NAME_DUPLICATE",
    `There is more than one ${text}: made by ${makers.join(" and by ")}`,
    DUPLICATE_FIX,
  );
}

/** The outputs of a cluster that write an object, by the object's name. */
type Writers = Map<string, Set<IConstruct>>;

/** The writers of each cluster, by a key of the cluster. */
const writersByCluster = new StateOfTree(() => new Map<unknown, Writers>());

/**
 * Records the names of the objects of an output, replacing those of the previous write.
 *
 * @param cluster a key that is the same for all outputs of one cluster
 * @returns whether another output of the cluster has one of the names
 */
export function noteNames(
  output: IConstruct,
  cluster: unknown,
  before: readonly ObjectName[],
  names: readonly ObjectName[],
): boolean {
  const clusters = writersByCluster.of(output);
  const writers = clusters.get(cluster) ?? (new Map() as Writers);
  clusters.set(cluster, writers);
  for (const { key } of before) writers.get(key)?.delete(output);
  let isShared = false;
  for (const { key } of names) {
    const outputs = writers.get(key) ?? new Set();
    writers.set(key, outputs.add(output));
    isShared ||= outputs.size > 1;
  }
  return isShared;
}
