import { type ApiObject, type Chart, Include } from "cdk8s";
import { type IConstruct } from "constructs";
import { apiObjectsIn, dataOf } from "./chart-objects";
import { checkHook, hooksOf } from "./helm-hooks";
import { changedDates, notTexts } from "./text-fields";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

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

const mapOf = (value: unknown): { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { [key: string]: unknown })
    : {};

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
  const said = annotations.reduce((total, [key, value]) => total + bytes(key) + bytes(value), 0);
  if (said > LARGEST_ANNOTATIONS) {
    problems.add(
      "LABEL_INVALID",
      `The annotations of ${describe(object)} have ${said} bytes`,
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
