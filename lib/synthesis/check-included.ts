import { type ApiObject, type Chart, Include } from "cdk8s";
import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { apiObjectsIn, dataOf } from "./chart-objects";
import { MarkOn } from "../core/construct-state";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

interface Fields {
  readonly [key: string]: unknown;
}

/** A value of another type in a field that takes only text. */
export interface NotText {
  /** The field in the object; entries of lists are identified by their names or indices. */
  readonly field: string;
  readonly value: unknown;
  /** The container, if the field belongs to one. */
  readonly container?: string;
}

const CONTAINERS = ["initContainers", "containers", "ephemeralContainers"];
const TEMPLATE = ["spec", "template"];
const TEMPLATES: { readonly [kind: string]: readonly string[] } = {
  CronJob: ["spec", "jobTemplate", ...TEMPLATE],
  DaemonSet: TEMPLATE,
  Deployment: TEMPLATE,
  Job: TEMPLATE,
  Pod: [],
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  StatefulSet: TEMPLATE,
};
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS = ["postStart", "preStop"];
// Metadata of definitions, which are not applied.
const EXAMPLES = ["example", "examples", "description"];
// The API groups of the kinds with the fields that are checked here.
const OWN_GROUPS = ["", "apps", "batch"];
// The conversion of an unquoted date by cdk8s.
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
// The date fields of Kubernetes itself.
const DATES = ["creationTimestamp", "deletionTimestamp", "status"];

const mapOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const isOther = (value: unknown) =>
  (typeof value === "number" || typeof value === "boolean") && !Token.isUnresolved(value);

class Collector {
  public readonly found: NotText[] = [];

  private current?: string;

  public value(field: string, value: unknown): void {
    if (isOther(value)) this.found.push({ field, value, container: this.current });
  }

  /** The values of a map, or the entries of a list. */
  public values(field: string, values: unknown): void {
    for (const [key, value] of Object.entries(mapOf(values))) this.value(`${field}.${key}`, value);
    listOf(values).forEach((value, index) => this.value(`${field}[${index}]`, value));
  }

  public metadata(way: string, metadata: unknown): void {
    for (const key of ["labels", "annotations"]) this.values(`${way}metadata.${key}`, mapOf(metadata)[key]);
  }

  public pod(way: string, spec: Fields): void {
    this.values(`${way}nodeSelector`, spec.nodeSelector);
    listOf(spec.tolerations)
      .map(mapOf)
      .forEach(({ key, value }, index) => {
        this.value(`${way}tolerations[${index}].key`, key);
        this.value(`${way}tolerations[${index}].value`, value);
      });
    this.expressions(`${way}affinity`, spec.affinity);
    for (const list of CONTAINERS) {
      listOf(spec[list])
        .map(mapOf)
        .forEach((container, index) => {
          const name = typeof container.name === "string" ? container.name : String(index);
          this.current = name;
          this.container(`${way}${list}[${name}].`, container);
        });
    }
    this.current = undefined;
  }

  /** The values of the expressions anywhere in an affinity, and of its labels. */
  private expressions(way: string, value: unknown): void {
    listOf(value).forEach((one, index) => this.expressions(`${way}[${index}]`, one));
    for (const [key, one] of Object.entries(mapOf(value))) {
      if (key === "values" || key === "matchLabels") this.values(`${way}.${key}`, one);
      else this.expressions(`${way}.${key}`, one);
    }
  }

  private container(way: string, fields: Fields): void {
    const { command, args, env, image, workingDir, lifecycle } = fields;
    for (const key of PROBES) this.handler(`${way}${key}`, fields[key]);
    for (const key of HOOKS) this.handler(`${way}lifecycle.${key}`, mapOf(lifecycle)[key]);
    this.values(`${way}command`, command);
    this.values(`${way}args`, args);
    this.value(`${way}image`, image);
    this.value(`${way}workingDir`, workingDir);
    for (const { name, value } of listOf(env).map(mapOf)) this.value(`${way}env[${String(name)}]`, value);
  }

  /** The action of a probe or a hook of a container. */
  private handler(way: string, handler: unknown): void {
    const { exec, httpGet } = mapOf(handler);
    this.values(`${way}.exec.command`, mapOf(exec).command);
    for (const { name, value } of listOf(mapOf(httpGet).httpHeaders).map(mapOf))
      this.value(`${way}.httpGet.httpHeaders[${String(name)}]`, value);
  }
}

/**
 * Numbers and booleans in fields that take only text.
 *
 * The API server rejects them. A number may come from an unquoted text, which cdk8s reads by the rules of YAML 1.1: 22:22 is the
 * number 1342.
 */
export function notTexts(object: unknown): NotText[] {
  const { apiVersion, kind, metadata, spec, ...rest } = mapOf(object);
  const collector = new Collector();
  collector.metadata("", metadata);
  const [group = "", version] = String(apiVersion).split("/");
  if (kind === "StorageClass" && group === "storage.k8s.io") collector.values("parameters", rest.parameters);
  if (!OWN_GROUPS.includes(version === undefined ? "" : group)) return collector.found;
  const { selector, schedule } = mapOf(spec);
  if (kind === "ConfigMap") collector.values("data", rest.data);
  if (kind === "Secret") collector.values("stringData", rest.stringData);
  if (kind === "Service") collector.values("spec.selector", selector);
  if (kind === "CronJob") collector.value("spec.schedule", schedule);
  const way = TEMPLATES[String(kind)];
  if (way === undefined) return collector.found;
  collector.values("spec.selector.matchLabels", mapOf(selector).matchLabels);
  const template = way.reduce<Fields>((at, key) => mapOf(at[key]), mapOf(object));
  const prefix = way.map((key) => `${key}.`).join("");
  if (way.length > 0) collector.metadata(prefix, template.metadata);
  collector.pod(`${prefix}spec.`, mapOf(template.spec));
  return collector.found;
}

/** Texts that cdk8s may have converted from unquoted dates; only in objects that were read from YAML. */
export function changedDates(object: unknown): NotText[] {
  return datesIn(
    object,
    "",
    mapOf(object).kind === "CustomResourceDefinition" ? [...DATES, ...EXAMPLES] : DATES,
  );
}

function datesIn(value: unknown, field: string, passedOver: readonly string[]): NotText[] {
  if (typeof value === "string") return DATE.test(value) ? [{ field, value }] : [];
  const below = (key: string) => `${field}.${key}`.replace(/^\./, "");
  if (Array.isArray(value))
    return value.flatMap((one, index) => datesIn(one, `${field}[${index}]`, passedOver));
  return Object.entries(mapOf(value)).flatMap(([key, one]) =>
    passedOver.includes(key) ? [] : datesIn(one, below(key), passedOver),
  );
}

const HOOK = "helm.sh/hook";
// kubectl has no equivalent of these events; Helm runs the hooks when it removes, rolls back or tests a release.
const LATER = [
  "post-delete",
  "post-rollback",
  "pre-delete",
  "pre-rollback",
  "test",
  "test-failure",
  "test-success",
];

/** Hooks that are kept deliberately, because a reason was given for each. */
const kept = new MarkOn<ApiObject>();

/** Keeps an object that is a Helm hook. */
export function keepHook(object: ApiObject): void {
  kept.once(object);
}

/** The events for which Helm would run an object; empty if it is not a hook. */
export function hooksOf(data: unknown): string[] {
  const { metadata } = (data ?? {}) as { metadata?: { annotations?: { [key: string]: unknown } } | null };
  const annotation = metadata?.annotations?.[HOOK];
  if (typeof annotation !== "string") return [];
  const hooks = annotation.split(",").map((hook) => hook.trim());
  // Helm 2 had this hook for definitions, which Helm 3 applies like all other objects.
  return hooks.filter((hook) => hook !== "" && hook !== "crd-install");
}

/** Whether Helm never applies an object with these hooks when it installs or upgrades a release. */
export function isNeverInstalled(hooks: readonly string[]): boolean {
  return hooks.length > 0 && hooks.every((hook) => LATER.includes(hook));
}

/** Adds a problem for an object that kubectl would apply every time, but that Helm runs for its events only. */
export function checkHook(problems: Problems, object: ApiObject, data: unknown): void {
  const hooks = hooksOf(data);
  if (hooks.length === 0 || (kept.has(object) && !isNeverInstalled(hooks))) return;
  problems.add(
    "MANIFEST_HOOK",
    `The ${object.kind} ${object.name} is a hook of Helm (${hooks.join(", ")}), and would be applied like any other object`,
    'Render the chart without hooks: helmFlags: ["--no-hooks"], or leave it out with Hardening: override: ' +
      "[{ conflicts: [HardeningConflict.HELM_HOOK], reason }]" +
      (isNeverInstalled(hooks) ? "" : "; accept it there where it may run at every apply"),
  );
}

interface KubernetesObject {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly annotations?: unknown };
  readonly data?: unknown;
  readonly binaryData?: unknown;
}

const MEBIBYTE = 1024 * 1024;
const LARGEST_ANNOTATIONS = 256 * 1024;
const QUOTE = "Put it into quotes in the YAML: cdk8s reads 22:22 without quotes as the number 1342";

/** An object, or the objects of a List. */
function flat(object: unknown): KubernetesObject[] {
  const { kind, items } = mapOf(object);
  if (!String(kind).endsWith("List") || !Array.isArray(items)) return [mapOf(object)];
  return items.flatMap(flat);
}

function describe({ kind, metadata }: KubernetesObject): string {
  return `the ${String(kind)} ${String(metadata?.name ?? "without a name")}`;
}

/** Adds a problem for each object that exceeds the limits of Kubernetes; constructs of the library check them earlier. */
function checkSizes(problems: Problems, object: KubernetesObject): void {
  const bytes = (value: unknown) => Buffer.byteLength(typeof value === "string" ? value : "");
  const sum = (map: unknown, size: (value: unknown) => number) =>
    Object.values(mapOf(map)).reduce<number>((total, value) => total + size(value), 0);
  const binary = (value: unknown) => Math.floor((bytes(value) * 3) / 4);
  const size = sum(object.data, bytes) + sum(object.binaryData, binary);
  if (object.kind === "ConfigMap" && size > MEBIBYTE) {
    problems.add(
      "CONFIG_TOO_LARGE",
      `The data of ${describe(object)} has ${size} bytes, and a ConfigMap holds ${MEBIBYTE}`,
      "Put large files into the image, or into a volume",
    );
  }
  const annotations = Object.entries(mapOf(object.metadata?.annotations));
  const annotationSize = annotations.reduce((total, [key, value]) => total + bytes(key) + bytes(value), 0);
  if (annotationSize > LARGEST_ANNOTATIONS) {
    problems.add(
      "LABEL_INVALID",
      `The annotations of ${describe(object)} have ${annotationSize} bytes`,
      "Keep annotations below 256 KiB; a ConfigMap holds more",
    );
  }
}

function checkTexts(problems: Problems, object: KubernetesObject): void {
  for (const { field, value } of notTexts(object)) {
    problems.add(
      "MANIFEST_TYPE",
      `${field} of ${describe(object)} is ${shown(value)}, where Kubernetes takes text only`,
      QUOTE,
    );
  }
}

/** Whether an object was read from YAML. */
export function isIncluded(object: ApiObject): boolean {
  return object.node.scopes.some((scope: IConstruct) => scope instanceof Include);
}

/**
 * Adds the problems of objects that were not written by the library: Helm hooks, values that a YAML parser changed, and sizes above the
 * limits of Kubernetes.
 */
export function checkIncluded(problems: Problems, chart: Chart, objects: readonly unknown[]): void {
  const all = objects.flatMap(flat);
  for (const object of all) {
    checkSizes(problems, object);
    checkTexts(problems, object);
  }
  if (!all.some((object) => hooksOf(object).length > 0)) return;
  for (const object of apiObjectsIn(chart)) {
    const own = new Problems(object);
    for (const data of flat(dataOf(object))) checkHook(own, object, data);
    problems.collect(() => {
      own.throwIfAny();
    });
  }
}

/** The possibly changed dates of a chart, each as the text of a warning. */
export function changedDatesOf(chart: Chart, objects: readonly unknown[]): string[] {
  const included = apiObjectsIn(chart).filter(isIncluded);
  // Nearly always there are none, and no object needs to be read again.
  if (included.length === 0 || objects.every((object) => changedDates(object).length === 0)) return [];
  return included.flatMap((object) =>
    changedDates(dataOf(object)).map(
      ({ field, value }) =>
        `${field} of the ${object.kind} ${object.name} is ${shown(value)}; a date without quotes becomes that, and kubectl ` +
        "would keep it as it is written: put it into quotes in the YAML",
    ),
  );
}
