import { type Guard } from "./guard";
import { ANYWHERE, rangeOf, type AddressRange, type Place } from "./ranges";
import { anything, RuleReader } from "./read-rules";
import { RouteReader, type RouteTable } from "./routes";
import { RuleIndex } from "./rule-index";
import { poolsOf } from "./node-pools";
import { type Peer, type SecurityRule } from "./security-rule";
import { asList, type Json, type Resolved, type Resource, type TerraformModel } from "./terraform-model";
import { Tri } from "./tri";

const GROUP = "oci_core_network_security_group";
const VCN = "oci_core_vcn";

/** A subnet as far as it is known. */
interface Subnet {
  readonly name: string;
  readonly places: readonly Place[];
  readonly vcn?: string;
  readonly vcnRanges: readonly AddressRange[];
  readonly rules: readonly SecurityRule[];
  readonly lists: readonly string[];
  readonly routes: RouteTable;
  readonly internetIngress: Tri;
  /** Whether the subnet lets interfaces have public addresses. */
  readonly publicAddress: Tri;
}

/** The groups of an interface: their keys, and whether there may be more. */
export interface Groups {
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly doubt?: string;
}

/** An interface: what stands around it and how others see it. */
export interface Interface {
  readonly guard: Guard;
  readonly places: readonly Place[];
  readonly groups: Groups;
}

/** A subnet as something names it. */
export interface SubnetReference {
  readonly id: Json;
  readonly document: number;
}

const UNKNOWN_TABLE = (name: string): RouteTable => ({
  name,
  routes: [],
  doubt: `${name} is not in the configuration`,
});

/** The VCN, its subnets, tables, gateways, lists and groups of a Terraform configuration. */
export class NetworkModel {
  private readonly rules: RuleReader;
  private readonly routes: RouteReader;
  private readonly groupRules = new Map<string, SecurityRule[]>();
  /** Rules of groups that are not known: they may be of any group. */
  private readonly floating: SecurityRule[] = [];
  /** Rules that a controller writes into the lists of a subnet, by its key. */
  private readonly subnetRules = new Map<string, SecurityRule[]>();
  private readonly subnets = new Map<string, Subnet>();

  constructor(private readonly model: TerraformModel) {
    this.rules = new RuleReader(model);
    this.routes = new RouteReader(model, this.rules);
    for (const rule of model.ofType(`${GROUP}_security_rule`)) this.addGroupRule(rule);
    for (const name of model.modules) this.addFloating(name, "modules are not read");
  }

  /** The rules of all groups and lists, for listings. */
  public allRules(): SecurityRule[] {
    const lists = ["oci_core_security_list", "oci_core_default_security_list"].flatMap((type) =>
      this.model.ofType(type).flatMap((list) => this.rules.ofList(list)),
    );
    return [...[...this.groupRules.values()].flat(), ...this.floating, ...lists];
  }

  /** Adds rules that a controller writes into a group. */
  public addGroupRules(key: string, rules: readonly SecurityRule[]): void {
    const same = this.groupRules.get(key);
    if (same) same.push(...rules);
    else this.groupRules.set(key, [...rules]);
  }

  /** Adds rules that a controller writes into the lists of a subnet. */
  public addSubnetRules({ id, document }: SubnetReference, rules: readonly SecurityRule[]): void {
    const key = this.subnetKey(id, document);
    this.subnetRules.set(key, [...(this.subnetRules.get(key) ?? []), ...rules]);
  }

  /** The subnets that node pools place nodes in. */
  public nodeSubnets(): SubnetReference[] {
    return poolsOf(this.model).flatMap((pool) =>
      pool.nodeSubnets.map((id) => ({ id, document: pool.resource.document })),
    );
  }

  public rangesOfSubnet(id: Json, document: number | undefined): AddressRange[] {
    return this.subnet(id, document).places.flatMap(({ ranges }) => [...ranges]);
  }

  /** How others see an interface. */
  public peer(name: string, { guard, places, groups }: Interface): Peer {
    return {
      name,
      places,
      groups: new Set(groups.keys),
      ...(groups.doubt === undefined ? {} : { moreGroups: true }),
      ...(guard.vcn === undefined ? {} : { vcn: guard.vcn }),
    };
  }

  /** The groups that a list of ids names. */
  public groups(ids: Json, document: number | undefined): Groups {
    const resolved = this.model.resolve(ids, document);
    if (resolved.kind !== "literal") return { keys: [], names: [], doubt: `its groups are ${ids}` };
    const doubts: string[] = [];
    const found = asList(resolved.value).flatMap((id) => {
      const group = this.model.resolve(id, document);
      if (group.kind === "resource" && group.resource.type === GROUP) {
        return [{ key: group.resource.key, name: group.resource.address }];
      }
      doubts.push(`the rules of the group ${id} are not all in the configuration`);
      return group.kind === "literal" ? [{ key: String(id), name: String(id) }] : [];
    });
    const [keys, names] = [found.map(({ key }) => key), found.map(({ name }) => name)];
    return { keys, names, ...(doubts.length > 0 ? { doubt: doubts.join("; ") } : {}) };
  }

  /** An interface of a subnet with some groups, and rules of nobody's that are written for it. */
  public interface(
    id: Json,
    document: number | undefined,
    groups: Groups,
    extra: readonly SecurityRule[] = [],
  ): Interface {
    const subnet = this.subnet(id, document);
    const rules = [
      ...[...new Set(groups.keys)].flatMap((key) => this.groupRules.get(key) ?? []),
      ...subnet.rules,
      ...(this.subnetRules.get(this.subnetKey(id, document)) ?? []),
      ...this.floating,
      ...extra,
      ...(groups.doubt === undefined ? [] : both("groups that are not known", groups.doubt)),
    ];
    const guard = {
      carriers: [...groups.names, ...subnet.lists].join(", ") || "no group and no list",
      ingress: new RuleIndex(rules.filter(({ incoming }) => incoming)),
      egress: new RuleIndex(rules.filter(({ incoming }) => !incoming)),
      routes: subnet.routes,
      exposure: { publicAddress: subnet.publicAddress, internetIngress: subnet.internetIngress },
      vcnRanges: subnet.vcnRanges,
      ...(subnet.vcn === undefined ? {} : { vcn: subnet.vcn }),
    };
    return { guard, places: subnet.places, groups };
  }

  private addGroupRule(resource: Resource): void {
    const { body, document } = resource;
    const group = this.model.resolve(body.network_security_group_id, document);
    const rules = this.rules.ofGroup(resource);
    const key = group.kind === "resource" ? group.resource.key : String(body.network_security_group_id);
    const doubt = `it is of the group ${body.network_security_group_id}, which is not known`;
    if (group.kind === "unknown") this.floating.push(...rules.map((rule) => ({ ...rule, doubt })));
    else this.addGroupRules(key, rules);
  }

  private addFloating(name: string, doubt: string): void {
    this.floating.push(...both(name, doubt));
  }

  private subnetKey(id: Json, document: number | undefined): string {
    const resolved = this.model.resolve(id, document);
    return resolved.kind === "resource" ? resolved.resource.key : String(id);
  }

  private subnet(id: Json, document: number | undefined): Subnet {
    const resolved = this.model.resolve(id, document);
    const key = this.subnetKey(id, document);
    const before = this.subnets.get(key);
    if (before) return before;
    const made =
      resolved.kind === "resource" && resolved.resource.type === "oci_core_subnet"
        ? this.readSubnet(resolved.resource)
        : unknownSubnet(`the subnet ${id}`);
    this.subnets.set(key, made);
    return made;
  }

  private readSubnet(resource: Resource): Subnet {
    const { body, document, address } = resource;
    const vcn = this.model.resolve(body.vcn_id, document);
    const lists = this.listsOf(body, document, vcn);
    const prohibitsAddress = this.flag(body.prohibit_public_ip_on_vnic, document);
    return {
      name: address,
      places: this.placesOf(body, document, [
        "cidr_block",
        "ipv4cidr_blocks",
        "ipv6cidr_block",
        "ipv6cidr_blocks",
      ]),
      ...(vcn.kind === "resource" ? { vcn: vcn.resource.key } : {}),
      vcnRanges: this.vcnRanges(vcn),
      rules: lists.flatMap(({ rules }) => rules),
      lists: lists.map(({ name }) => name),
      routes: this.tableOf(body, document, vcn),
      publicAddress: prohibitsAddress,
      internetIngress:
        body.prohibit_internet_ingress === undefined
          ? prohibitsAddress
          : this.flag(body.prohibit_internet_ingress, document),
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

  private vcnRanges(vcn: Resolved): AddressRange[] {
    if (vcn.kind !== "resource") return [];
    const { body, document } = vcn.resource;
    const places = this.placesOf(body, document, ["cidr_blocks", "cidr_block", "ipv6private_cidr_blocks"]);
    return places.filter(({ exact }) => exact).flatMap(({ ranges }) => [...ranges]);
  }

  private tableOf(body: Json, document: number, vcn: Resolved): RouteTable {
    if (body.route_table_id === undefined) return this.defaultTable(vcn);
    const table = this.model.resolve(body.route_table_id, document);
    if (table.kind !== "resource") return UNKNOWN_TABLE(`the route table ${body.route_table_id}`);
    return table.resource.type === VCN ? this.defaultTable(table) : this.routes.table(table.resource);
  }

  private defaultTable(vcn: Resolved): RouteTable {
    if (vcn.kind !== "resource") return UNKNOWN_TABLE("the default route table of the VCN");
    const managed = this.managed("oci_core_default_route_table", vcn.resource, "default_route_table_id");
    if (managed) return this.routes.table(managed);
    // OCI makes it without routes.
    return { name: `the default route table of ${vcn.resource.address}`, routes: [] };
  }

  private listsOf(body: Json, document: number, vcn: Resolved): { name: string; rules: SecurityRule[] }[] {
    const ids = this.model.resolve(body.security_list_ids, document);
    if (ids.kind !== "literal") return [unknownList(`the security lists ${body.security_list_ids}`)];
    if (ids.value === undefined) return [this.defaultList(vcn)];
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
    if (managed) return { name: managed.address, rules: this.rules.ofList(managed) };
    const name = `the default security list of ${vcn.resource.address}`;
    return { name, rules: ociDefaults(name, this.vcnRanges(vcn)) };
  }

  /** The resource that manages a default of a VCN; any that manages one of a VCN that is not known may be it. */
  private managed(type: string, vcn: Resource, attribute: string): Resource | undefined {
    return this.model.ofType(type).find(({ body, document }) => {
      const of = this.model.resolve(body.manage_default_resource_id, document);
      return of.kind === "resource" && of.resource.key === vcn.key && of.attribute === attribute;
    });
  }
}

function both(address: string, doubt: string): SecurityRule[] {
  return [true, false].map((incoming) => anything({ address, incoming }, doubt));
}

function unknownList(name: string): { name: string; rules: SecurityRule[] } {
  return { name, rules: both(name, `${name} is not in the configuration`) };
}

function unknownSubnet(name: string): Subnet {
  return {
    name,
    places: [ANYWHERE],
    vcnRanges: [],
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
