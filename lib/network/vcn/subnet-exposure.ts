import { type IConstruct } from "constructs";
import { SMALLEST_SUBNET } from "./private/vcn-range";
import { checked } from "../../core/checked";
import { type Cidr, contains, overlaps, RESERVED_ADDRESSES, usableAddresses } from "../../core/cidr";
import { compareOcids } from "../../core/ocid";
import {
  boolean,
  checkedBy,
  cidrOrReference,
  mapped,
  objectOf,
  ocid,
  optional,
  type PropsSchema,
  readArgument,
  type Reader,
  reasonFor,
  valueOf,
} from "../../core/readers";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** A subnet, as the constructs placed in it refer to it. */
export interface ClusterSubnet {
  /** The OCID of the subnet, or a reference to it. */
  readonly subnetId: string;
  /** The address range of the subnet, such as `10.0.1.0/24`, or a reference to it. */
  readonly cidr: string;
  /**
   * Whether the subnet allows public addresses.
   *
   * @default false
   */
  readonly isPublic?: boolean;
}

/** The pods' subnet of a network; throws if the network has none. */
export function podsSubnetOf(network: IConstruct, subnet: ClusterSubnet | undefined): ClusterSubnet {
  if (subnet) return subnet;
  const problems = new Problems(network);
  problems.add(
    "ATTRIBUTE_MISSING",
    "The network has no pod subnet",
    "Give it a plan with one, SubnetPlan.of(…), or the cluster podNetworking: PodNetworking.flannelOverlay()",
  );
  return problems.throwAll();
}

/** Whether a subnet may have public addresses. */
@checked
export class SubnetExposure {
  /** The default of every subnet: no public addresses and no ingress from the internet. */
  public static private(): SubnetExposure {
    return new SubnetExposure(false);
  }

  /**
   * Public addresses and a route to an internet gateway, for this subnet only.
   *
   * OCI can't change this setting of a subnet: a change replaces the subnet, with everything in it.
   */
  public static publicWith(choice: ReasonedChoice): SubnetExposure {
    const { reason } = readArgument("SubnetExposure.publicWith", "choice", choice, PUBLIC_SUBNET);
    return new SubnetExposure(true, reason);
  }

  private constructor(
    /** Whether the subnet allows public addresses. */
    public readonly isPublic: boolean,
    /** The reason, if the subnet is public. */
    public readonly reason?: string,
  ) {}
}

const PUBLIC_SUBNET = choiceOf(reasonFor("A public subnet"));

/** Reads an exposure; again with its reason, because a program without types can pass any object. */
export function subnetExposure(): Reader<SubnetExposure> {
  return checkedBy(valueOf(SubnetExposure), (problems, name, exposure) => {
    if (boolean()(problems, `${name}.isPublic`, exposure.isPublic)) PUBLIC_SUBNET(problems, name, exposure);
  });
}

/** An existing subnet; without `block`, its range is a reference to a Terraform value. */
export interface GivenSubnet {
  readonly subnet: ClusterSubnet;
  readonly block?: Cidr;
}

const CLUSTER_SUBNET = {
  subnetId: ocid("subnet"),
  cidr: cidrOrReference(),
  isPublic: optional(boolean()),
} satisfies PropsSchema<ClusterSubnet>;

/** Reads an existing subnet. */
export function clusterSubnet(): Reader<GivenSubnet> {
  return mapped(objectOf(CLUSTER_SUBNET), ({ subnetId, cidr, isPublic }) => ({
    subnet: { subnetId, cidr: cidr.text, isPublic },
    block: cidr.block,
  }));
}

/** Adds a problem if a subnet is too small for its purpose. */
export function checkSubnetSize(problems: Problems, name: string, cidr: Cidr, least: number): void {
  if (cidr.prefix > SMALLEST_SUBNET) {
    problems.add(
      "SUBNET_SIZE",
      `${name}.cidr is ${cidr.text}, smaller than a /${SMALLEST_SUBNET}`,
      "Give the range that the subnet has in OCI",
    );
  } else if (usableAddresses(cidr) < least) {
    problems.add(
      "SUBNET_EXHAUSTED",
      `${name}.cidr is ${cidr.text}, in which OCI reserves ${RESERVED_ADDRESSES} addresses, and ${least} more are needed`,
      "Give a larger subnet, or leave it out to create one with a range of the plan",
    );
  }
}

/**
 * Adds a problem if an existing subnet is public but should be private, or the reverse.
 *
 * @param prop the prop of the exposure; undefined for subnets that are never public
 */
export function checkSubnetExposure(
  problems: Problems,
  name: string,
  given: GivenSubnet | undefined,
  prop?: string,
  exposure?: SubnetExposure,
): void {
  if (!given) return;
  const isPublic = given.subnet.isPublic === true;
  if (isPublic === (exposure?.isPublic === true)) return;
  if (isPublic) {
    problems.add(
      "SUBNET_PUBLIC",
      `${name} is a public subnet, and a private one is expected`,
      prop
        ? `Give a subnet that prohibits public addresses, or the reason: ${prop}: SubnetExposure.publicWith({ reason })`
        : "Give a subnet that prohibits public addresses; nodes and pods never need them",
    );
  } else {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `${prop} is public, and ${name} is a private subnet`,
      `Leave ${prop} out, or declare the subnet public: ${name}: { …, isPublic: true }`,
    );
  }
}

interface SubnetRangeRules {
  /** The ranges of further subnets in the VCN. */
  readonly taken?: readonly Cidr[];
  /** The names of the subnets to create. */
  readonly created?: ReadonlySet<string>;
  /** Whether two existing subnets are known to be different subnets. */
  readonly isOther?: (name: string, other: string) => boolean;
}

/** Returns a function that tells whether two existing subnets, by the names of their ranges, are known to be different. */
export function tellApart(
  scope: IConstruct,
  subnets: { readonly [name: string]: GivenSubnet | undefined },
): (name: string, other: string) => boolean {
  const idOf = (name: string) => subnets[name.replace(/\.cidr$/, "")]?.subnet.subnetId;
  return (name, other) => {
    const [first, second] = [idOf(name), idOf(other)];
    if (first === undefined || second === undefined) return false;
    return compareOcids({ scope, id: first }, { scope, id: second }) === "different";
  };
}

/** Adds a problem for each range that is outside of the VCN, or that overlaps another subnet. */
export function checkSubnetRanges(
  problems: Problems,
  vcn: readonly Cidr[],
  subnets: ReadonlyMap<string, Cidr>,
  { taken = [], created = new Set(), isOther = () => false }: SubnetRangeRules = {},
): void {
  const all = [...subnets];
  all.forEach(([name, cidr], i) => {
    if (vcn.length > 0 && !vcn.some((block) => contains(block, cidr))) {
      problems.add(
        "SUBNET_OUTSIDE_VCN",
        `${name} is ${cidr.text}, which is not part of the VCN's ${vcn.map(({ text }) => text).join(", ")}`,
        "Give the VCN's range that all of its subnets are in",
      );
    }
    for (const [other, range] of all.slice(0, i)) {
      if (!overlaps(range, cidr)) continue;
      // Two existing subnets may be the same subnet, which has one range; OCI creates no two subnets that overlap.
      const canBeSameSubnet = !created.has(name) && !created.has(other) && !isOther(name, other);
      if (range.text === cidr.text && canBeSameSubnet) continue;
      problems.add(
        "SUBNET_OVERLAP",
        `${name} ${cidr.text} overlaps ${other} ${range.text}`,
        "Give each subnet the range that it has in OCI",
      );
    }
    for (const range of taken.filter((other) => overlaps(other, cidr))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${name} ${cidr.text} overlaps ${range.text}, a subnet that the VCN has already`,
        "Plan a free part of the VCN; leave the ranges of subnets that are given here out of takenCidrs",
      );
    }
  });
}
