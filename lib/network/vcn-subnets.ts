import { type IConstruct } from "constructs";
import { overlaps, readIpv4CidrIfKnown, type Cidr } from "../core/cidr";
import { compareOcids } from "../core/ocid";
import { Problems } from "../core/validation-error";

interface MadeSubnet {
  readonly scope: IConstruct;
  readonly vcnId: string;
  readonly cidr: Cidr;
}

// By the App: stacks can share a VCN.
const made = new WeakMap<IConstruct, MadeSubnet[]>();

/** Adds a problem for each range that a subnet has which another network of the program makes in the same VCN. */
export function checkSubnetsOfVcn(
  problems: Problems,
  scope: IConstruct,
  vcnId: string,
  ranges: Iterable<Cidr>,
  whose = "The plan's",
): void {
  const known = made.get(scope.node.root) ?? [];
  const others = known.filter(
    (one) =>
      one.scope !== scope &&
      compareOcids({ scope, id: vcnId }, { scope: one.scope, id: one.vcnId }) === "same",
  );
  for (const range of ranges) {
    for (const { cidr, scope: owner } of others.filter((other) => overlaps(other.cidr, range))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${whose} ${range.text} overlaps ${cidr.text}, a subnet that ${owner.node.path} makes in the VCN`,
        "Take another part of the VCN, or give the clusters one network",
      );
    }
  }
}

/** Keeps the ranges of the subnets that a network makes, for those that are checked later. */
export function takeSubnetsOfVcn(scope: IConstruct, vcnId: string, ranges: Iterable<string>): void {
  const { root } = scope.node;
  const cidrs = [...ranges].map((text) => readIpv4CidrIfKnown(new Problems(scope), "cidr", text));
  const taken = cidrs.filter((cidr) => cidr !== undefined).map((cidr) => ({ scope, vcnId, cidr }));
  made.set(root, [...(made.get(root) ?? []), ...taken]);
}
