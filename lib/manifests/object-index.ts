import { ApiObject, type Chart } from "cdk8s";
import { type IConstruct } from "constructs";

/** A node, with the method by which constructs gives it a child. */
interface Parent {
  addChild?: (child: IConstruct, id: string) => void;
}

const indexes = new WeakMap<IConstruct, ObjectIndex>();

/**
 * The kinds and names of the objects of a chart, those of charts inside of it too.
 *
 * Each construct asks whether its names are taken, and looking through the chart each time would cost the square of its size.
 * So the index is told of each construct that is added anywhere below the chart, and looks at the new ones when it is asked. It
 * stays right because an object never changes its kind or name; of those that were removed it knows nothing.
 */
export class ObjectIndex {
  /** That of a chart, made when it is asked for first. */
  public static of(chart: Chart): ObjectIndex {
    const known = indexes.get(chart);
    if (known) return known;
    const index = new ObjectIndex(chart);
    indexes.set(chart, index);
    return index;
  }

  private readonly keys = new Set<string>();
  /** Not looked at when it is added: constructs adds a child before it is made. */
  private added: IConstruct[];
  /** Whether constructs adds children in a way of which the index is not told. */
  private isBlind = false;

  private constructor(chart: Chart) {
    this.added = [chart];
  }

  /** Whether the chart may have an object of a kind and a name; who is told that it may has to look. */
  public mayHold(kind: string, name: string): boolean {
    // A list that grows while one goes through it, by the children of what is in it.
    for (const construct of this.added) this.include(construct);
    this.added = [];
    return this.isBlind || this.keys.has(keyOf(kind, name));
  }

  private include(construct: IConstruct): void {
    this.watch(construct);
    for (const child of construct.node.children) this.added.push(child);
    if (ApiObject.isApiObject(construct)) this.keys.add(keyOf(construct.kind, construct.name));
  }

  /** constructs has no event for a new child. */
  private watch({ node }: IConstruct): void {
    const parent = node as unknown as Parent;
    const add = parent.addChild;
    if (!add) {
      this.isBlind = true;
      return;
    }
    parent.addChild = (child, id) => {
      add.call(node, child, id);
      this.added.push(child);
    };
  }
}

const keyOf = (kind: string, name: string) => `${kind}/${name}`;
