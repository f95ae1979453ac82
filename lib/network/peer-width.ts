import { Token } from "cdktf";
import { type RuleEnd } from "./network-peer";
import { readCidrs } from "../core/cidr";
import { type Port } from "../core/port";
import { type Problems } from "../core/validation-error";

/** The address ranges that a group's rules name, which are narrow together too: many calls are no way around the limit. */
export class PeerWidths {
  private readonly cidrs = new Map<string, ReadonlySet<string>>();

  /** Adds a problem where a range, with those that were let through to the same ports before, is as good as the internet. */
  public check(problems: Problems, direction: string, port: Port, { type, value, reason }: RuleEnd): void {
    if (type !== "CIDR_BLOCK" || reason !== undefined || Token.isUnresolved(value)) return;
    const rules = `${direction.toLowerCase()} ${port.toString()}`;
    const all = new Set([...(this.cidrs.get(rules) ?? []), value]);
    if (!problems.any) readCidrs(problems, `With earlier rules, ${rules}`, [...all]);
    if (!problems.any) this.cidrs.set(rules, all);
  }
}
