import { type Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { apiObjectsIn, dataOf } from "../manifests/chart-objects";
import { computeOnce } from "../manifests/reading";

interface Item {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly namespace?: unknown };
}

/** The objects of a kind in a namespace, after all patches, those in a List too. */
export function objectsIn<T>(chart: Chart, namespace: string, kind: string, group: string): readonly T[] {
  return computeOnce(chart, placesIn).find(kind, group, namespace) as readonly T[];
}

const placesIn = (chart: IConstruct) => new Places(chart);
const placeOf = (...parts: readonly unknown[]) => parts.join("\n");

/** The objects of a chart by kind, group and namespace: many namespaces of it may ask for the same kinds. */
class Places {
  private readonly items = new Map<string, ReadonlyMap<string, readonly Item[]>>();

  constructor(private readonly chart: IConstruct) {}

  public find(kind: string, group: string, namespace: string): readonly Item[] {
    const known = this.items.get(kind) ?? this.read(kind);
    this.items.set(kind, known);
    return known.get(placeOf(group, namespace)) ?? [];
  }

  private read(kind: string): ReadonlyMap<string, readonly Item[]> {
    const places = new Map<string, Item[]>();
    const items = apiObjectsIn(this.chart)
      .filter((object) => object.kind.endsWith("List") || object.kind === kind)
      .flatMap((object) => itemsOf(dataOf(object) as Item))
      .filter((item) => item.kind === kind);
    for (const item of items) {
      const place = placeOf(groupOf(item), item.metadata?.namespace);
      const others = places.get(place);
      if (others) others.push(item);
      else places.set(place, [item]);
    }
    return places;
  }
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
