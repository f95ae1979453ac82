import { type IConstruct } from "constructs";
import { type INetworkSecurityGroup } from "./security-group";
import { identityOf } from "../core/reference";

interface GroupRange {
  readonly group: INetworkSecurityGroup;
  readonly cidr: string;
}

const ranges = new WeakMap<IConstruct, GroupRange[]>();

/** Says where the members of a group are, for what can name them by their addresses only. */
export function sayRange(group: INetworkSecurityGroup, cidr: string): void {
  const { root } = group.node;
  const known = ranges.get(root) ?? [];
  known.push({ group, cidr });
  ranges.set(root, known);
}

/** Where the members of groups of an app are, by what the groups are. */
export function saidRanges(origin: IConstruct): Map<string, string> {
  const said = ranges.get(origin.node.root) ?? [];
  return new Map(said.map(({ group, cidr }) => [identityOf(origin, group.networkSecurityGroupId), cidr]));
}
