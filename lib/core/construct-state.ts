import { type IConstruct } from "constructs";

/**
 * State that belongs to an object and lives as long as the object.
 *
 * For state of objects that have no field of ours for it: charts and stacks of the user, and constructs that only some layers know
 * about. The key is held weakly, so that apps don't stay in memory.
 */
export class StateOf<K extends object, T> {
  private readonly states = new WeakMap<K, { readonly value: T }>();

  /** @param make creates the state of an object that has none yet */
  constructor(private readonly make: (key: K) => T) {}

  /** The state of an object; created if it has none. */
  public of(key: K): T {
    return (this.states.get(key) ?? this.put(key, this.make(key))).value;
  }

  /** Whether an object has state, without creating it. */
  public has(key: K): boolean {
    return this.states.has(key);
  }

  /** The state of an object, if it has any. */
  public peek(key: K): T | undefined {
    return this.states.get(key)?.value;
  }

  private put(key: K, value: T): { readonly value: T } {
    const state = { value };
    this.states.set(key, state);
    return state;
  }
}

/** State of a whole construct tree, by any construct of the tree. */
export class StateOfTree<T> {
  private readonly states: StateOf<IConstruct, T>;

  /** @param make creates the state of a tree that has none yet, from its root */
  constructor(make: (root: IConstruct) => T) {
    this.states = new StateOf(make);
  }

  /** The state of the tree of a construct; created if it has none. */
  public of(construct: IConstruct): T {
    return this.states.of(construct.node.root);
  }

  /** Whether the tree of a construct has state, without creating it. */
  public has(construct: IConstruct): boolean {
    return this.states.has(construct.node.root);
  }

  /** The state of the tree of a construct, if it has any. */
  public peek(construct: IConstruct): T | undefined {
    return this.states.peek(construct.node.root);
  }
}

/** One value for each object that is given one. */
export class NoteOn<K extends object, T> {
  private readonly notes = new WeakMap<K, T>();

  public set(key: K, value: T): void {
    this.notes.set(key, value);
  }

  public get(key: K): T | undefined {
    return this.notes.get(key);
  }

  public has(key: K): boolean {
    return this.notes.has(key);
  }
}

/** Marks on objects, such as stacks that already have an aspect of ours. */
export class MarkOn<K extends object> {
  private readonly marked = new WeakSet<K>();

  /** Marks an object; answers whether it had no mark before. */
  public once(key: K): boolean {
    if (this.marked.has(key)) return false;
    this.marked.add(key);
    return true;
  }

  /** Whether an object is marked. */
  public has(key: K): boolean {
    return this.marked.has(key);
  }

  /** Removes the mark. */
  public clear(key: K): void {
    this.marked.delete(key);
  }
}

/** What was computed of constructs, for as long as nothing of them changes: the same function of the same construct is run once. */
export class ConstructMemo {
  private readonly known = new Map<IConstruct, Map<unknown, unknown>>();

  public compute<C extends IConstruct, T>(construct: C, compute: (construct: C) => T): T {
    const own = this.known.get(construct) ?? new Map<unknown, unknown>();
    this.known.set(construct, own);
    if (!own.has(compute)) own.set(compute, compute(construct));
    return own.get(compute) as T;
  }

  /** Forgets all of it. */
  public clear(): void {
    this.known.clear();
  }
}
