import * as fc from "fast-check";
import { type SimBlock, type SimHost, type SimRule } from "./simulator";

/** Two hosts with separate groups and lists, for the simulator and as Terraform. */
export interface Scenario {
  readonly groups: { readonly [name: string]: readonly SimRule[] };
  readonly hosts: readonly { readonly groups: readonly string[]; readonly list: readonly SimRule[] }[];
}

const GROUPS = ["red", "green", "blue"];
// Host A has .0 to .3, host B has .4 to .7, in both families.
const BLOCKS: readonly (readonly SimBlock[])[] = [
  [
    { family: 4, from: 0, size: 4 },
    { family: 6, from: 0, size: 4 },
  ],
  [
    { family: 4, from: 4, size: 4 },
    { family: 6, from: 4, size: 4 },
  ],
];
/** The ports of rules are at the boundaries of the ports that the simulator tries. */
export const TRIED_SOURCES = [1, 2, 3, 4, 5, 1023, 1024, 1025, 1026, 1027, 1028, 65535];

const block = fc
  .record({ family: fc.constantFrom(4, 6), bits: fc.integer({ min: 0, max: 4 }), at: fc.nat(15) })
  .map(({ family, bits, at }) => ({ family, size: 2 ** bits, from: at - (at % 2 ** bits) }) as SimBlock);
const wide = fc.constantFrom<SimBlock>({ family: 4, from: 0, size: 16 }, { family: 6, from: 0, size: 16 });
const range = (...starts: number[]) =>
  fc.tuple(fc.constantFrom(...starts), fc.nat(2)).map(([from, more]) => [from, from + more] as const);
const ports = fc.option(range(1, 2, 3), { nil: undefined });

const rule: fc.Arbitrary<SimRule> = fc.record({
  direction: fc.constantFrom("in" as const, "out" as const),
  stateless: fc.boolean(),
  protocol: fc.constantFrom<SimRule["protocol"]>("all", 1, 6, 6, 6, 17, 58),
  end: fc.oneof(block, block, wide, fc.constantFrom(...GROUPS), fc.constantFrom(...GROUPS)),
  destination: fc.option(
    fc.oneof(range(1, 2, 3), range(1024, 1025, 1026), fc.constant([1, 65535] as const)),
    {
      nil: undefined,
    },
  ),
  source: fc.oneof(fc.constant(undefined), ports, fc.constant([1024, 65535] as const), range(1024, 1026)),
  icmp: fc.option(fc.tuple(fc.constantFrom(3, 8), fc.option(fc.constantFrom(0, 4), { nil: undefined })), {
    nil: undefined,
  }),
});
const rules = fc.array(rule, { minLength: 2, maxLength: 9 });
const listRules = fc.array(
  rule.filter(({ end }) => typeof end !== "string"),
  { maxLength: 4 },
);
const host = fc.record({ groups: fc.subarray(GROUPS, { minLength: 1 }), list: listRules });

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  groups: fc.record({ red: rules, green: rules, blue: rules }),
  hosts: fc.tuple(host, host),
});

export function hostOf({ groups, hosts }: Scenario, index: 0 | 1): SimHost {
  const own = hosts[index]!;
  const ofGroups = own.groups.flatMap((name) => groups[name]!);
  return { groups: own.groups, rules: [...ofGroups, ...own.list], blocks: BLOCKS[index]! };
}

export function cidr({ family, from, size }: SimBlock): string {
  const bits = Math.log2(size);
  return family === 4 ? `10.0.0.${from}/${32 - bits}` : `fd00::${from.toString(16)}/${128 - bits}`;
}

function options(rule: SimRule, ofGroup: boolean): object {
  const span = (of?: readonly [number, number]) => of && { min: of[0], max: of[1] };
  const source = rule.source ? { source_port_range: span(rule.source) } : {};
  const destination = rule.destination
    ? ofGroup
      ? { destination_port_range: span(rule.destination) }
      : span(rule.destination)
    : {};
  const ports = { ...source, ...destination };
  switch (rule.protocol) {
    case 6:
      return Object.keys(ports).length > 0 ? { tcp_options: ports } : {};
    case 17:
      return Object.keys(ports).length > 0 ? { udp_options: [ports] } : {};
    case 1:
      return rule.icmp ? { icmp_options: { type: rule.icmp[0], code: rule.icmp[1] } } : {};
    default:
      return {};
  }
}

function written(rule: SimRule, ofGroup: boolean): object {
  const isGroup = typeof rule.end === "string";
  const value = isGroup
    ? `\${oci_core_network_security_group.${rule.end as string}.id}`
    : cidr(rule.end as SimBlock);
  const type = isGroup ? "NETWORK_SECURITY_GROUP" : "CIDR_BLOCK";
  return {
    ...(rule.direction === "in"
      ? { source: value, source_type: type }
      : { destination: value, destination_type: type }),
    protocol: String(rule.protocol),
    stateless: rule.stateless,
    ...options(rule, ofGroup),
  };
}

/** The scenario as a Terraform configuration; a host is any interface in its subnet with its groups. */
export function terraformOf({ groups, hosts }: Scenario): any {
  const subnet = (index: number) => ({
    vcn_id: "${oci_core_vcn.main.id}",
    cidr_block: cidr(BLOCKS[index]![0]!),
    ipv6cidr_blocks: [cidr(BLOCKS[index]![1]!)],
    security_list_ids: [`\${oci_core_security_list.list${index}.id}`],
  });
  const list = (index: number) => {
    const own = hosts[index]!.list;
    const of = (direction: string) =>
      own.filter((entry) => entry.direction === direction).map((entry) => written(entry, false));
    return {
      vcn_id: "${oci_core_vcn.main.id}",
      ingress_security_rules: of("in"),
      egress_security_rules: of("out"),
    };
  };
  const ofGroups = Object.entries(groups).flatMap(([name, all]) =>
    all.map((entry, index) => [
      `${name}${index}`,
      {
        network_security_group_id: `\${oci_core_network_security_group.${name}.id}`,
        direction: entry.direction === "in" ? "INGRESS" : "EGRESS",
        ...written(entry, true),
      },
    ]),
  );
  return {
    resource: {
      oci_core_vcn: { main: { cidr_blocks: ["10.0.0.0/24"] } },
      oci_core_subnet: { subnet0: subnet(0), subnet1: subnet(1) },
      oci_core_security_list: { list0: list(0), list1: list(1) },
      oci_core_network_security_group: Object.fromEntries(GROUPS.map((name) => [name, { vcn_id: "x" }])),
      oci_core_network_security_group_security_rule: Object.fromEntries(ofGroups),
    },
  };
}
