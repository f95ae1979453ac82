import { and, Tri } from "./label-selector";
import { type AddressRange, ANYWHERE, type Place, rangeOf } from "./ranges";
import { anything, type RuleReader } from "./read-rules";
import { RouteReader, type RouteTable } from "./routes";
import { type SecurityRule } from "./rule-index";
import { asList, type Json, type Resolved, type Resource, type TerraformModel } from "./terraform-model";
import { NO_RANGES, rangesOfVcn, type Vcn, vcnOf, type VcnRanges } from "./vcn";

const VCN = "oci_core_vcn";
const SUBNET_RANGES = ["cidr_block", "ipv4cidr_blocks", "ipv6cidr_block", "ipv6cidr_blocks"];

/** A subnet as far as it is known. */
export interface Subnet {
  readonly name: string;
  readonly places: readonly Place[];
  readonly vcn?: Vcn;
  readonly vcnRanges: VcnRanges;
  readonly rules: readonly SecurityRule[];
  readonly lists: readonly string[];
  readonly routes: RouteTable;
  readonly internetIngress: Tri;
  /** Whether the subnet lets interfaces have public addresses. */
  readonly publicAddress: Tri;
}

const UNKNOWN_TABLE = (name: string): RouteTable => ({
  name,
  routes: [],
  doubt: `${name} is not in the configuration`,
});

/** Reads subnets with what they have from their VCN: its addresses, and its default table and list where they name none. */
export class SubnetReader {
  private readonly routes: RouteReader;
  private readonly subnetRanges = new Map<string, AddressRange[]>();

  constructor(
    private readonly model: TerraformModel,
    private readonly rules: RuleReader,
  ) {
    this.routes = new RouteReader(model, rules);
  }

  public read(resource: Resource): Subnet {
    const { body, document, address } = resource;
    const vcn = this.model.resolve(body.vcn_id, document);
    const known = vcnOf(vcn);
    const lists = this.listsOf(body, document, vcn);
    const address4 = this.flag(body.prohibit_public_ip_on_vnic, document);
    const ingress = this.flag(body.prohibit_internet_ingress, document);
    return {
      name: address,
      places: this.placesOf(body, document, SUBNET_RANGES),
      ...(known ? { vcn: known } : {}),
      vcnRanges: this.vcnRanges(vcn),
      rules: lists.flatMap(({ rules }) => rules),
      lists: lists.map(({ name }) => name),
      routes: this.attachedTable(resource) ?? this.tableOf(body, document, vcn),
      // Either of the two keeps public addresses of IPv4 off. See
      // https://docs.oracle.com/iaas/api/#/en/iaas/latest/Subnet/
      publicAddress: and(address4, ingress),
      internetIngress: body.prohibit_internet_ingress === undefined ? address4 : ingress,
    };
  }

  /** NO where something is prohibited, YES where it is not. */
  private flag(value: Json, document: number): Tri {
    const resolved = this.model.resolve(value, document);
    if (resolved.kind !== "literal") return Tri.MAYBE;
    return String(resolved.value) === "true" ? Tri.NO : Tri.YES;
  }

  private placesOf(body: Json, document: number, attributes: readonly string[]): Place[] {
    const values = attributes.flatMap((name) => {
      const resolved = this.model.resolve(body[name], document);
      return resolved.kind === "literal" ? asList(resolved.value) : [undefined];
    });
    const ranges = values.map((value) => {
      const resolved = this.model.resolve(value, document);
      return resolved.kind === "literal" ? rangeOf(resolved.value) : undefined;
    });
    if (ranges.length === 0 || ranges.includes(undefined)) return [ANYWHERE];
    return [{ ranges: ranges as AddressRange[], exact: true }];
  }

  /** What is known of a VCN is what it is made with, and the addresses of its subnets. */
  private vcnRanges(vcn: Resolved): VcnRanges {
    const made = rangesOfVcn(vcn, (attributes) =>
      vcn.kind === "resource" ? this.placesOf(vcn.resource.body, vcn.resource.document, attributes) : [],
    );
    const known = vcnOf(vcn);
    if (made.more.length === 0 || !known) return made;
    return { ...made, ranges: [...made.ranges, ...this.rangesOfSubnets(known)] };
  }

  private rangesOfSubnets({ key }: Vcn): AddressRange[] {
    const before = this.subnetRanges.get(key);
    if (before) return before;
    const ofVcn = this.model
      .ofType("oci_core_subnet")
      .filter(({ body, document }) => vcnOf(this.model.resolve(body.vcn_id, document))?.key === key);
    const places = ofVcn.flatMap(({ body, document }) => this.placesOf(body, document, SUBNET_RANGES));
    const ranges = places.filter(({ exact }) => exact).flatMap((place) => [...place.ranges]);
    this.subnetRanges.set(key, ranges);
    return ranges;
  }

  /** The table of an attachment of its own; one of a subnet that is not known may be of any. */
  private attachedTable({ key }: Resource): RouteTable | undefined {
    for (const { body, document, address } of this.model.ofType("oci_core_route_table_attachment")) {
      const subnet = this.model.resolve(body.subnet_id, document);
      // An OCID is of a subnet that others made.
      if (subnet.kind === "literal" || (subnet.kind === "resource" && subnet.resource.key !== key)) continue;
      const table = this.model.resolve(body.route_table_id, document);
      const isKnown = subnet.kind === "resource" && table.kind === "resource";
      return isKnown && table.resource.type !== VCN
        ? this.routes.table(table.resource)
        : UNKNOWN_TABLE(`the route table of ${address}`);
    }
    return undefined;
  }

  private tableOf(body: Json, document: number, vcn: Resolved): RouteTable {
    const id = body.route_table_id ?? undefined;
    if (id === undefined) return this.defaultTable(vcn);
    const table = this.model.resolve(id, document);
    if (table.kind !== "resource") return UNKNOWN_TABLE(`the route table ${id}`);
    return table.resource.type === VCN ? this.defaultTable(table) : this.routes.table(table.resource);
  }

  private defaultTable(vcn: Resolved): RouteTable {
    if (vcn.kind !== "resource") return UNKNOWN_TABLE("the default route table of the VCN");
    const managed = this.managed("oci_core_default_route_table", vcn.resource, "default_route_table_id");
    if (managed === "unknown")
      return UNKNOWN_TABLE(`what manages the default route table of ${vcn.resource.address}`);
    if (managed) return this.routes.table(managed);
    // OCI makes it without routes.
    return { name: `the default route table of ${vcn.resource.address}`, routes: [] };
  }

  private listsOf(body: Json, document: number, vcn: Resolved): { name: string; rules: SecurityRule[] }[] {
    const ids = this.model.resolve(body.security_list_ids, document);
    if (ids.kind !== "literal") return [unknownList(`the security lists ${body.security_list_ids}`)];
    if (ids.value === undefined || ids.value === null) return [this.defaultList(vcn)];
    // The provider leaves an empty list out when it makes the subnet, and OCI takes the default list then.
    if (asList(ids.value).length === 0) return [perhaps(this.defaultList(vcn))];
    return asList(ids.value).map((id) => {
      const list = this.model.resolve(id, document);
      if (list.kind !== "resource") return unknownList(`the security list ${id}`);
      if (list.resource.type === VCN) return this.defaultList(list);
      return { name: list.resource.address, rules: this.rules.ofList(list.resource) };
    });
  }

  private defaultList(vcn: Resolved): { name: string; rules: SecurityRule[] } {
    if (vcn.kind !== "resource") return unknownList("the default security list of the VCN");
    const managed = this.managed("oci_core_default_security_list", vcn.resource, "default_security_list_id");
    if (managed === "unknown")
      return unknownList(`what manages the default security list of ${vcn.resource.address}`);
    if (managed) return { name: managed.address, rules: this.rules.ofList(managed) };
    const name = `the default security list of ${vcn.resource.address}`;
    return { name, rules: ociDefaults(name, this.vcnRanges(vcn).ranges) };
  }

  /** The resource that manages a default of a VCN; any that manages one of a VCN that is not known may be it. */
  private managed(type: string, vcn: Resource, attribute: string): Resource | "unknown" | undefined {
    const all = this.model.ofType(type).map((resource) => {
      const of = this.model.resolve(resource.body.manage_default_resource_id, resource.document);
      return { resource, of };
    });
    const found = all.find(
      ({ of }) => of.kind === "resource" && of.resource.key === vcn.key && of.attribute === attribute,
    );
    if (found) return found.resource;
    return all.some(({ of }) => of.kind !== "resource") ? "unknown" : undefined;
  }
}

/** Rules of both directions that may be any rules. */
export function both(address: string, doubt: string): SecurityRule[] {
  return [true, false].map((incoming) => anything({ address, incoming }, doubt));
}

function unknownList(name: string): { name: string; rules: SecurityRule[] } {
  return { name, rules: both(name, `${name} is not in the configuration`) };
}

function perhaps({ name, rules }: { name: string; rules: SecurityRule[] }): {
  name: string;
  rules: SecurityRule[];
} {
  const doubt = "an empty list of security lists may mean the default one";
  return { name, rules: rules.map((rule) => ({ ...rule, doubt })) };
}

/** A subnet that is not in the configuration. */
export function unknownSubnet(name: string): Subnet {
  return {
    name,
    places: [ANYWHERE],
    vcnRanges: NO_RANGES,
    rules: both(name, `${name} is not in the configuration`),
    lists: [name],
    routes: UNKNOWN_TABLE(`the route table of ${name}`),
    internetIngress: Tri.MAYBE,
    publicAddress: Tri.MAYBE,
  };
}

/**
 * The rules with which OCI makes the default list of a VCN.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/securitylists.htm
 */
function ociDefaults(name: string, vcnRanges: readonly AddressRange[]): SecurityRule[] {
  const anywhere = { kind: "range", range: rangeOf("0.0.0.0/0") as AddressRange } as const;
  const incoming = { address: name, incoming: true, stateless: false };
  return [
    { ...incoming, protocol: 6, destination: { from: 22, to: 22 }, end: anywhere },
    { ...incoming, protocol: 1, destination: { from: 3, to: 3 }, source: { from: 4, to: 4 }, end: anywhere },
    ...vcnRanges.map((range) => ({
      ...incoming,
      protocol: 1,
      destination: { from: 3, to: 3 },
      end: { kind: "range", range } as const,
    })),
    { ...incoming, incoming: false, end: anywhere },
  ];
}
