import { type Chart } from "cdk8s";
import { apiObjectsIn, dataOf } from "../manifests/chart-objects";

interface Item {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly namespace?: unknown };
}

/** The objects of a kind in a namespace, after all patches, those in a List too. */
export function objectsIn<T>(chart: Chart, namespace: string, kind: string, group: string): T[] {
  return apiObjectsIn(chart)
    .filter((object) => object.kind.endsWith("List") || object.kind === kind)
    .flatMap((object) => itemsOf(dataOf(object) as Item))
    .filter((item) => item.kind === kind && groupOf(item) === group)
    .filter(({ metadata }) => metadata?.namespace === namespace) as T[];
}

/** An object, or what a List has: its items, which are meant for its namespace where they say none. */
function itemsOf(list: Item): Item[] {
  if (!String(list.kind).endsWith("List") || !Array.isArray(list.items)) return [list];
  const isMap = (item: unknown) => typeof item === "object" && item !== null && !Array.isArray(item);
  const items = list.items.filter(isMap) as Item[];
  return items.map((item) => ({
    ...item,
    metadata: { ...item.metadata, namespace: item.metadata?.namespace ?? list.metadata?.namespace },
  }));
}

/** The group of an object, in the words of cdk8s: `core` where Kubernetes has none. */
function groupOf({ apiVersion }: Item): string {
  const [group = "", version] = String(apiVersion).split("/");
  return version === undefined ? "core" : group;
}
