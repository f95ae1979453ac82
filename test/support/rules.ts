import { type TerraformStack } from "cdktf";
import { resourcesOf } from "./stack";

const RULE = "oci_core_network_security_group_security_rule";
const PROTOCOLS: { [number: string]: string } = { "1": "icmp", "6": "tcp", "17": "udp", all: "all" };

/** The rules of all security groups, sorted by id. */
export function rulesOf(stack: TerraformStack): any[] {
  return Object.entries(resourcesOf(stack, RULE))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, rule]) => rule);
}

/** The traffic that each rule allows, one line each, with construct names in place of references. */
export function flowsOf(stack: TerraformStack): string[] {
  const name = (reference: string) =>
    reference
      .replace(/^\$\{oci_core_network_security_group\.(\w*?_)?([A-Za-z-]+)_[0-9A-F]{8}\.id}$/, "$2")
      .replace(/^\$\{data\.oci_core_services\..*}$/, "RegionServices");
  return rulesOf(stack)
    .map((rule) => {
      const group = name(rule.network_security_group_id);
      const range = (rule.tcp_options ?? rule.udp_options)?.destination_port_range;
      const icmp = rule.icmp_options && ` ${rule.icmp_options.type}/${rule.icmp_options.code}`;
      const ports = range && ` ${range.min === range.max ? range.min : `${range.min}-${range.max}`}`;
      const traffic = `${PROTOCOLS[rule.protocol]}${ports ?? icmp ?? ""}`;
      return rule.direction === "INGRESS"
        ? `${group} <- ${name(rule.source)} ${traffic}`
        : `${group} -> ${name(rule.destination)} ${traffic}`;
    })
    .sort();
}
