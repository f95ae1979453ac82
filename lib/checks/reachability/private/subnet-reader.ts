import { type AddressRange, ANYWHERE, type Place, rangeOf } from "./packets";
import { RouteReader, type RouteTable } from "./route-tables";
import { type RuleReader, unknownRule } from "./rule-reader";
import { NO_RANGES, rangesOfVcn, type SecurityRule, type Vcn, vcnOf, type VcnRanges } from "./security-rules";
import { asList, type Json, type Resolved, type Resource, type TerraformModel } from "./terraform-model";
import { and, Tri } from "./three-valued-logic";

const VCN = "oci_core_vcn";
const SUBNET_RANGES = ["cidr_block", "ipv4cidr_blocks", "ipv6cidr_block", "ipv6cidr_blocks"];

/** The known properties of a subnet. */
export interface Subnet {
  readonly name: string;
  readonly places: readonly Place[];
  readonly vcn?: Vcn;
  readonly vcnRanges: VcnRanges;
  readonly rules: readonly SecurityRule[];
  readonly lists: readonly string[];
  readonly routes: RouteTable;
  readonly internetIngress: Tri;
  /** Whether the subnet allows public addresses. */
  readonly publicAddress: Tri;
}

/** A route table that is not in the configuration. */
function unknownTable(name: string): RouteTable {
  return { name, routes: [], doubt: `${name} is not in the configuration` };
}

/** Reads subnets, with the default route table and security list of their VCN if they have no others. */
export class SubnetReader {
  private readonly routes: RouteReader;
  private readonly subnetRanges = new Map<string, AddressRange[]>();

  constructor(
    private readonly model: TerraformModel,
    private readonly rules: RuleReader,
  ) {
    this.routes = new RouteReader(model, rules);
  }

  /** The known properties of a subnet. */
  public read(resource: Resource): Subnet {
    const { body, document, address } = resource;
    const vcn = this.model.resolve(body.vcn_id, document);
    const vcnKey = vcnOf(vcn);
    const lists = this.listsOf(body, document, vcn);
    const publicIp = this.allows(body.prohibit_public_ip_on_vnic, document);
    const ingress = this.allows(body.prohibit_internet_ingress, document);
    return {
      name: address,
      places: this.placesOf(body, document, SUBNET_RANGES),
      ...(vcnKey ? { vcn: vcnKey } : {}),
      vcnRanges: this.vcnRanges(vcn),
      rules: lists.flatMap(({ rules }) => rules),
      lists: lists.map(({ name }) => name),
      routes: this.attachedTable(resource) ?? this.tableOf(body, document, vcn),
      // Each of the two attributes prohibits public IPv4 addresses. See
      // https://docs.oracle.com/iaas/api/#/en/iaas/latest/Subnet/
      publicAddress: and(publicIp, ingress),
      internetIngress: body.prohibit_internet_ingress === undefined ? publicIp : ingress,
    };
  }

  /** Whether a prohibition is off. */
  private allows(prohibition: Json, document: number): Tri {
    const resolved = this.model.resolve(prohibition, document);
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

  /** The known addresses of a VCN: its own blocks, and those of its subnets. */
  private vcnRanges(vcn: Resolved): VcnRanges {
    const own = rangesOfVcn(vcn, (attributes) =>
      vcn.kind === "resource" ? this.placesOf(vcn.resource.body, vcn.resource.document, attributes) : [],
    );
    const key = vcnOf(vcn);
    if (own.unknownFamilies.length === 0 || !key) return own;
    return { ...own, ranges: [...own.ranges, ...this.rangesOfSubnets(key)] };
  }

  private rangesOfSubnets({ key }: Vcn): AddressRange[] {
    const cached = this.subnetRanges.get(key);
    if (cached) return cached;
    const ofVcn = this.model
      .ofType("oci_core_subnet")
      .filter(({ body, document }) => vcnOf(this.model.resolve(body.vcn_id, document))?.key === key);
    const places = ofVcn.flatMap(({ body, document }) => this.placesOf(body, document, SUBNET_RANGES));
    const ranges = places.filter(({ exact }) => exact).flatMap((place) => [...place.ranges]);
    this.subnetRanges.set(key, ranges);
    return ranges;
  }

  /** The table of a route table attachment; an attachment with an unknown subnet may belong to any subnet. */
  private attachedTable({ key }: Resource): RouteTable | undefined {
    for (const { body, document, address } of this.model.ofType("oci_core_route_table_attachment")) {
      const subnet = this.model.resolve(body.subnet_id, document);
      // An OCID means a subnet outside the configuration.
      if (subnet.kind === "literal" || (subnet.kind === "resource" && subnet.resource.key !== key)) continue;
      const table = this.model.resolve(body.route_table_id, document);
      const isKnown = subnet.kind === "resource" && table.kind === "resource";
      return isKnown && table.resource.type !== VCN
        ? this.routes.table(table.resource)
        : unknownTable(`the route table of ${address}`);
    }
    return undefined;
  }

  private tableOf(body: Json, document: number, vcn: Resolved): RouteTable {
    const id = body.route_table_id ?? undefined;
    if (id === undefined) return this.defaultTable(vcn);
    const table = this.model.resolve(id, document);
    if (table.kind !== "resource") return unknownTable(`the route table ${id}`);
    return table.resource.type === VCN ? this.defaultTable(table) : this.routes.table(table.resource);
  }

  private defaultTable(vcn: Resolved): RouteTable {
    if (vcn.kind !== "resource") return unknownTable("the default route table of the VCN");
    const managed = this.managed("oci_core_default_route_table", vcn.resource, "default_route_table_id");
    if (managed === "unknown")
      return unknownTable(`the resource that manages the default route table of ${vcn.resource.address}`);
    if (managed) return this.routes.table(managed);
    // OCI creates it without routes.
    return { name: `the default route table of ${vcn.resource.address}`, routes: [] };
  }

  private listsOf(body: Json, document: number, vcn: Resolved): { name: string; rules: SecurityRule[] }[] {
    const ids = this.model.resolve(body.security_list_ids, document);
    if (ids.kind !== "literal") return [unknownList(`the security lists ${body.security_list_ids}`)];
    if (ids.value === undefined || ids.value === null) return [this.defaultList(vcn)];
    // The provider omits an empty list when it creates the subnet, so that OCI attaches the default list.
    if (asList(ids.value).length === 0) return [doubtful(this.defaultList(vcn))];
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
      return unknownList(`the resource that manages the default security list of ${vcn.resource.address}`);
    if (managed) return { name: managed.address, rules: this.rules.ofList(managed) };
    const name = `the default security list of ${vcn.resource.address}`;
    return { name, rules: ociDefaults(name, this.vcnRanges(vcn).ranges) };
  }

  /** The resource that manages a default of a VCN; unknown if one manages a default of an unknown VCN. */
  private managed(type: string, vcn: Resource, attribute: string): Resource | "unknown" | undefined {
    const all = this.model.ofType(type).map((resource) => {
      const target = this.model.resolve(resource.body.manage_default_resource_id, resource.document);
      return { resource, target };
    });
    const found = all.find(
      ({ target }) =>
        target.kind === "resource" && target.resource.key === vcn.key && target.attribute === attribute,
    );
    if (found) return found.resource;
    return all.some(({ target }) => target.kind !== "resource") ? "unknown" : undefined;
  }
}

/** A rule with unknown contents for each direction. */
export function anyRule(address: string, doubt: string): SecurityRule[] {
  return [true, false].map((incoming) => unknownRule({ address, incoming }, doubt));
}

function unknownList(name: string): { name: string; rules: SecurityRule[] } {
  return { name, rules: anyRule(name, `${name} is not in the configuration`) };
}

function doubtful({ name, rules }: { name: string; rules: SecurityRule[] }): {
  name: string;
  rules: SecurityRule[];
} {
  const doubt = "an empty list of security lists may mean the default list";
  return { name, rules: rules.map((rule) => ({ ...rule, doubt })) };
}

/** A subnet that is not in the configuration. */
export function unknownSubnet(name: string): Subnet {
  return {
    name,
    places: [ANYWHERE],
    vcnRanges: NO_RANGES,
    rules: anyRule(name, `${name} is not in the configuration`),
    lists: [name],
    routes: unknownTable(`the route table of ${name}`),
    internetIngress: Tri.MAYBE,
    publicAddress: Tri.MAYBE,
  };
}

/**
 * The rules of the default security list that OCI creates with a VCN.
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
