import { type Values } from "./cty";

export interface Kept {
  readonly type: string;
  readonly values: Values;
}

const OURS = /^ocid1\.[a-z0-9]+\.oc1\.test\./;
const EXISTING = /^ocid1\.[a-z0-9]+\.oc1\.[a-z0-9-]*\.(?:[a-z0-9]+\.)?(?:existing|example)/;

/** The account: what was applied and not destroyed. */
export class World {
  /** The Kubernetes versions that OKE creates clusters and node pools of, oldest first; a test may let it retire some. */
  public offeredVersions: readonly string[] = [
    "v1.34.2",
    "v1.34.10",
    "v1.35.0",
    "v1.35.2",
    "v1.36.0",
    "v1.36.1",
  ];

  private readonly kept = new Map<string, Kept>();

  public get(type: string, id: string): Values | undefined {
    return this.kept.get(`${type} ${id}`)?.values;
  }

  public put(type: string, values: Values): void {
    this.kept.set(`${type} ${values.id}`, { type, values });
  }

  /** Also for tests that need something to vanish behind Terraform's back. */
  public delete(type: string, id: string): void {
    this.kept.delete(`${type} ${id}`);
  }

  public all(type: string): Values[] {
    return [...this.kept.values()].filter((kept) => kept.type === type).map(({ values }) => values);
  }

  public get size(): number {
    return this.kept.size;
  }

  /**
   * Whether something of one of the kinds goes by an id.
   *
   * What was there before Terraform came is written `ocid1.<kind>.oc1.<region or nothing>.existing<anything>`, or
   * with `example`, as in the examples.
   */
  public knows(id: string, kinds: readonly string[]): boolean {
    const [, kind] = id.split(".");
    if (kind === undefined || !kinds.includes(kind)) return false;
    return EXISTING.test(id) || this.isHandedOut(id);
  }

  /** Resources, and what came with them: a VCN's default route table has an id without being a resource. */
  private isHandedOut(id: string): boolean {
    if (!OURS.test(id)) return false;
    return [...this.kept.values()].some(
      ({ type, values }) =>
        values.id === id || (type === "oci_core_vcn" && Object.values(values).includes(id)),
    );
  }
}
