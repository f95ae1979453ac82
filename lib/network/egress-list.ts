import { Token } from "cdktf";
import { Egress } from "./egress";
import { blockOf, checkOutside } from "./egress-destination";
import { readCidrs } from "../core/cidr";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** Whether a value is what a factory of Egress made; an object that looks like one was never checked. */
export function checkIsEgress(problems: Problems, name: string, value: unknown): value is Egress {
  if (value instanceof Egress) return true;
  const isMissing = value === undefined || value === null;
  problems.add(
    isMissing ? "ATTRIBUTE_MISSING" : "EGRESS_INVALID",
    isMissing ? `${name} was not given` : `${name} is ${shown(value)}, which no factory of Egress made`,
    'Give Egress.to("203.0.113.0/24", Port.tcp(443), { reason }), or Egress.toAnywhere(port, { reason })',
  );
  return false;
}

/**
 * Reads a list of ways out before anything is made of it; what is wrong with it goes into the problems.
 *
 * @param vcnCidr the range of the VCN that they lead out of, where it is known
 */
export function readEgress(problems: Problems, value: unknown, vcnCidr?: string): Egress[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.add(
      "VALUE_INVALID",
      `egress is ${shown(value)}, not a list`,
      'Write a list, for example [Egress.to("203.0.113.0/24", Port.tcp(443), { reason })]',
    );
    return [];
  }
  const list = value.filter((one: unknown, index) => checkIsEgress(problems, `egress[${index}]`, one));
  const narrow = list.filter(({ isAnywhere }) => !isAnywhere).map(({ cidr }) => cidr);
  // Many blocks that are narrow one by one can be as good as every address.
  if (narrow.length > 0)
    readCidrs(problems, "The egress", narrow, { everyone: "Egress.toAnywhere(port, { reason })" });
  const vcn = vcnCidr === undefined || Token.isUnresolved(vcnCidr) ? undefined : blockOf(vcnCidr);
  for (const cidr of vcn ? narrow.map(blockOf) : []) {
    if (vcn && cidr) checkOutside(problems, "A destination of egress", cidr, vcn);
  }
  return list as Egress[];
}
