import { Token } from "cdktf";

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
