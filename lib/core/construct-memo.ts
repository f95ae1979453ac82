import { type IConstruct } from "constructs";

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
