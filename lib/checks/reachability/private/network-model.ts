import { type Guard } from "./flow-side";
import { type Place } from "./packets";
import { RuleReader } from "./rule-reader";
import { isOfOtherDocument, type Peer, type RuleEnd, RuleIndex, type SecurityRule } from "./security-rules";
import { anyRule, type Subnet, SubnetReader, unknownSubnet } from "./subnet-reader";
import { asList, blockOf, blocksOf, type Json, type Resource, type TerraformModel } from "./terraform-model";

/** A node pool: the subnets and groups of its nodes and pods. */
export interface Pool {
  readonly resource: Resource;
  readonly nodeSubnets: readonly Json[];
  readonly nodeGroups: Json;
  readonly podSubnets: readonly Json[];
  readonly podGroups: Json;
  /** The networking of the pods, if the pool sets it. */
  readonly cni?: string;
  /** The reference to the cluster. */
  readonly cluster: Json;
}

const UNKNOWN = "${unknown}";

function managedPool(resource: Resource): Pool {
  const { body } = resource;
  const details = blockOf(body, "node_config_details");
  const pods = blockOf(details, "node_pool_pod_network_option_details");
  const placed = blocksOf(details, "placement_configs").map((block) => block?.subnet_id ?? UNKNOWN);
  return {
    resource,
    nodeSubnets: unique(placed.length > 0 ? placed : asList(body.subnet_ids ?? UNKNOWN)),
    nodeGroups: details.nsg_ids,
    podSubnets: unique(asList(pods.pod_subnet_ids ?? UNKNOWN)),
    podGroups: pods.pod_nsg_ids,
    ...(pods.cni_type === undefined ? {} : { cni: String(pods.cni_type) }),
    cluster: body.cluster_id,
  };
}

function virtualPool(resource: Resource): Pool {
  const { body } = resource;
  const pods = blockOf(body, "pod_configuration");
  const placed = blocksOf(body, "placement_configurations").map((block) => block?.subnet_id ?? UNKNOWN);
  return {
    resource,
    nodeSubnets: unique(placed),
    nodeGroups: body.nsg_ids,
    podSubnets: [pods.subnet_id ?? UNKNOWN],
    podGroups: pods.nsg_ids,
    cni: "OCI_VCN_IP_NATIVE",
    cluster: body.cluster_id,
  };
}

function unique(values: readonly Json[]): Json[] {
  return [...new Set(values)];
}

/** The node pools of a configuration, including virtual ones. */
export function poolsOf(model: TerraformModel): Pool[] {
  return [
    ...model.ofType("oci_containerengine_node_pool").map(managedPool),
    ...model.ofType("oci_containerengine_virtual_node_pool").map(virtualPool),
  ];
}

const GROUP = "oci_core_network_security_group";

/** The security groups of an interface. */
export interface Groups {
  readonly keys: readonly string[];
  readonly names: readonly string[];
  /** The reason why there may be further groups or rules. */
  readonly doubt?: string;
}

/** A VNIC: its rules and routes, its addresses and its groups. */
export interface Interface {
  readonly guard: Guard;
  readonly places: readonly Place[];
  readonly groups: Groups;
}

/** A reference to a subnet. */
export interface SubnetReference {
  readonly id: Json;
  /** The document of the reference; undefined for a manifest. */
  readonly document: number | undefined;
}

/** The subnets of a Terraform configuration, with their VCNs, route tables, gateways, security lists and groups. */
export class NetworkModel {
  private readonly rules: RuleReader;
  private readonly reader: SubnetReader;
  private readonly groupRules = new Map<string, SecurityRule[]>();
  /** Rules of unknown groups, which may belong to any group. */
  private readonly floating: SecurityRule[] = [];
  /** Rules of groups that one stack refers to by OCID, and another stack may create. */
  private readonly byOcid: { readonly document: number; readonly rules: readonly SecurityRule[] }[] = [];
  /** Rules that a controller writes into the lists of a subnet, by its key. */
  private readonly subnetRules = new Map<string, SecurityRule[]>();
  private readonly subnets = new Map<string, Subnet>();

  constructor(private readonly model: TerraformModel) {
    this.rules = new RuleReader(model);
    this.reader = new SubnetReader(model, this.rules);
    for (const rule of model.ofType(`${GROUP}_security_rule`)) this.addGroupRule(rule);
    for (const name of model.modules) this.addFloating(name, "the contents of modules are unknown");
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

  /** The addresses of a subnet, as the other end of rules. */
  public endsOfSubnet({ id, document }: SubnetReference): RuleEnd[] {
    const { places, name } = this.subnet(id, document);
    return places.flatMap(({ ranges, exact }): RuleEnd[] =>
      exact
        ? ranges.map((range) => ({ kind: "range", range }))
        : [{ kind: "unknown", why: `the addresses of ${name} are unknown` }],
    );
  }

  /** Whether the subnet of a reference is known, at least by its OCID. */
  public knowsSubnet({ id, document }: SubnetReference): boolean {
    return this.model.resolve(id, document).kind !== "unknown";
  }

  /** The peer that rules and policies of other ends match for an interface. */
  public peer(name: string, { guard, places, groups }: Interface): Peer {
    return {
      name,
      places,
      groups: new Set(groups.keys),
      ...(groups.doubt === undefined ? {} : { moreGroups: true }),
      home: { vcn: guard.vcn },
    };
  }

  /** The groups of a list of OCIDs or references. */
  public groups(ids: Json, document: number | undefined): Groups {
    const resolved = this.model.resolve(ids, document);
    if (resolved.kind !== "literal") return { keys: [], names: [], doubt: `its groups are ${ids}` };
    const doubts: string[] = [];
    const found = asList(resolved.value).flatMap((id) => {
      const group = this.model.resolve(id, document);
      if (group.kind === "resource" && group.resource.type === GROUP) {
        return [{ key: group.resource.key, name: group.resource.address }];
      }
      doubts.push(`the configuration may lack rules of the group ${id}`);
      return group.kind === "literal" ? [{ key: String(id), name: String(id) }] : [];
    });
    const [keys, names] = [found.map(({ key }) => key), found.map(({ name }) => name)];
    return { keys, names, ...(doubts.length > 0 ? { doubt: doubts.join("; ") } : {}) };
  }

  /** An interface in a subnet with groups, and extra rules that a controller writes for it. */
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
      ...this.possibleRules(groups.keys),
      ...extra,
      ...(groups.doubt === undefined ? [] : anyRule("unknown groups", groups.doubt)),
    ];
    const guard = {
      groupsAndLists: [...groups.names, ...subnet.lists].join(", ") || "no group and no list",
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
    const doubt = `it belongs to the unknown group ${body.network_security_group_id}`;
    if (group.kind === "unknown") this.floating.push(...rules.map((rule) => ({ ...rule, doubt })));
    else this.addGroupRules(key, rules);
    if (group.kind !== "literal") return;
    this.byOcid.push({
      document,
      rules: rules.map((rule) => ({
        ...rule,
        doubt: `it belongs to the group ${body.network_security_group_id}, which is known only by its OCID`,
      })),
    });
  }

  /** The rules of groups known by OCID that may be one of these groups. */
  private possibleRules(keys: readonly string[]): SecurityRule[] {
    return this.byOcid
      .filter(({ document }) => keys.some((key) => isOfOtherDocument(key, document)))
      .flatMap(({ rules }) => rules);
  }

  /** Adds rules of an unknown group. */
  public addFloatingRules(rules: readonly SecurityRule[]): void {
    this.floating.push(...rules);
  }

  private addFloating(name: string, doubt: string): void {
    this.floating.push(...anyRule(name, doubt));
  }

  private subnetKey(id: Json, document: number | undefined): string {
    const resolved = this.model.resolve(id, document);
    return resolved.kind === "resource" ? resolved.resource.key : String(id);
  }

  private subnet(id: Json, document: number | undefined): Subnet {
    const resolved = this.model.resolve(id, document);
    const key = this.subnetKey(id, document);
    const cached = this.subnets.get(key);
    if (cached) return cached;
    const subnet =
      resolved.kind === "resource" && resolved.resource.type === "oci_core_subnet"
        ? this.reader.read(resolved.resource)
        : unknownSubnet(`the subnet ${id}`);
    this.subnets.set(key, subnet);
    return subnet;
  }
}
