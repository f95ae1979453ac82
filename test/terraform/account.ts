import { type Values } from "./terraform-values";

interface StoredResource {
  readonly type: string;
  readonly values: Values;
}

const CREATED = /^ocid1\.[a-z0-9]+\.oc1\.test\./;
const EXISTING = /^ocid1\.[a-z0-9]+\.oc1\.[a-z0-9-]*\.(?:[a-z0-9]+\.)?(?:existing|example)/;

/** The resources that were applied and not destroyed. */
export class Account {
  /** The Kubernetes versions that OKE offers for clusters and node pools, oldest first. Tests may retire some. */
  public offeredVersions: readonly string[] = [
    "v1.34.2",
    "v1.34.10",
    "v1.35.0",
    "v1.35.2",
    "v1.36.0",
    "v1.36.1",
  ];

  private readonly resources = new Map<string, StoredResource>();

  public get(type: string, id: string): Values | undefined {
    return this.resources.get(`${type} ${id}`)?.values;
  }

  public put(type: string, values: Values): void {
    this.resources.set(`${type} ${values.id}`, { type, values });
  }

  /** Deletes a resource; tests use it to delete one outside of Terraform. */
  public delete(type: string, id: string): void {
    this.resources.delete(`${type} ${id}`);
  }

  public all(type: string): Values[] {
    return [...this.resources.values()]
      .filter((resource) => resource.type === type)
      .map(({ values }) => values);
  }

  public get size(): number {
    return this.resources.size;
  }

  /**
   * Whether a resource of one of the kinds has this OCID.
   *
   * Resources that exist before the first apply have OCIDs such as `ocid1.<kind>.oc1.<region>.existing<suffix>`, or
   * with `example` as in the examples; the region may be empty.
   */
  public exists(id: string, kinds: readonly string[]): boolean {
    const [, kind] = id.split(".");
    if (kind === undefined || !kinds.includes(kind)) return false;
    return EXISTING.test(id) || this.isAssigned(id);
  }

  /** Whether a resource has this OCID, or a VCN has it as its default route table, security list or DHCP options. */
  private isAssigned(id: string): boolean {
    if (!CREATED.test(id)) return false;
    return [...this.resources.values()].some(
      ({ type, values }) =>
        values.id === id || (type === "oci_core_vcn" && Object.values(values).includes(id)),
    );
  }
}
