import { type IConstruct } from "constructs";
import { SMALLEST_SUBNET } from "./private/vcn-range";
import { checked } from "../../core/checked";
import {
  type Cidr,
  contains,
  overlaps,
  readIpv4CidrIfKnown,
  RESERVED_ADDRESSES,
  usableAddresses,
} from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid, compareOcids } from "../../core/ocid";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
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
    "The network has no subnet of pods",
    "Give it a plan with one, SubnetPlan.of(…), or the cluster podNetworking: PodNetworking.flannelOverlay()",
  );
  problems.throwIfAny();
  throw new Error("unreachable");
}

/** Whether a subnet may have public addresses. */
@checked
export class SubnetExposure {
  /** The default of every subnet: no public addresses and no ingress from the internet. */
  public static private(): SubnetExposure {
    return new SubnetExposure(false);
  }

  /**
   * Checks that a value was created by a factory, and has a reason if it needs one: TypeScript accepts any object of the same shape.
   *
   * @internal
   */
  public static _check(problems: Problems, name: string, exposure: SubnetExposure | undefined): void {
    if (exposure === undefined) return;
    if (exposure === null) {
      problems.add("VALUE_INVALID", `${name} is null`, "Write SubnetExposure.private(), or leave it out");
      return;
    }
    if (typeof exposure.isPublic !== "boolean") checkGiven(problems, { [`${name}.isPublic`]: undefined });
    else if (exposure.isPublic) checkReason(problems, `${name}, a public subnet,`, exposure.reason);
  }

  /**
   * Public addresses and a route to an internet gateway, for this subnet only.
   *
   * OCI can't change this setting of a subnet: a change replaces the subnet, with everything in it.
   *
   * @throws REASON_MISSING
   */
  public static publicWith(choice: ReasonedChoice): SubnetExposure {
    const problems = new Problems("SubnetExposure.publicWith");
    if (checkGiven(problems, { choice })) checkReason(problems, "A public subnet", choice.reason);
    problems.throwIfAny();
    return new SubnetExposure(true, choice.reason);
  }

  private constructor(
    /** Whether the subnet allows public addresses. */
    public readonly isPublic: boolean,
    /** The reason, if the subnet is public. */
    public readonly reason?: string,
  ) {}
}

/** The range of an existing subnet, if it was given and is known. */
export function readGivenSubnet(
  problems: Problems,
  name: string,
  subnet: ClusterSubnet | undefined,
): Cidr | undefined {
  const example = '{ subnetId: "ocid1.subnet…", cidr: "10.0.1.0/24" }';
  if (subnet !== undefined && (typeof subnet !== "object" || subnet === null)) {
    problems.add("VALUE_INVALID", `${name} is ${shown(subnet)}`, `Write ${example}, or leave it out`);
    return undefined;
  }
  if (!subnet) return undefined;
  checkOcid(problems, `${name}.subnetId`, subnet.subnetId, "subnet");
  if (!["undefined", "boolean"].includes(typeof subnet.isPublic)) {
    problems.add("VALUE_INVALID", `${name}.isPublic is ${shown(subnet.isPublic)}`, "Write true or false");
  }
  return readIpv4CidrIfKnown(problems, `${name}.cidr`, subnet.cidr);
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
      `${name}.cidr is ${cidr.text}, of which OCI keeps ${RESERVED_ADDRESSES} addresses, but ${least} are needed`,
      "Take a larger subnet, or leave it out and let it be made with a range of the plan",
    );
  }
}

/** Adds a problem if a subnet is public but should be private, or the reverse. */
export function checkSubnetExposure(
  problems: Problems,
  name: string,
  subnet: ClusterSubnet | undefined,
  prop?: string,
  exposure?: SubnetExposure,
): void {
  if (typeof subnet !== "object" || subnet === null) return;
  const isPublic = subnet.isPublic === true;
  const isMeant = exposure?.isPublic === true;
  if (isPublic === isMeant) return;
  if (!isPublic) {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `${prop} is public, and the ${name} that was given is private`,
      `Leave ${prop} out, or say of the subnet that it is: isPublic: true`,
    );
    return;
  }
  problems.add(
    "SUBNET_PUBLIC",
    `The ${name} that was given is public, where a private one is meant`,
    prop
      ? `Take a subnet that forbids public addresses, or say why it is public: ${prop}: SubnetExposure.publicWith({ reason })`
      : "Take a subnet that forbids public addresses; nodes and pods never need them",
  );
}

interface SubnetRangeRules {
  /** The ranges of further subnets in the VCN. */
  readonly taken?: readonly Cidr[];
  /** The names of the subnets to create. */
  readonly made?: ReadonlySet<string>;
  /** Whether two existing subnets are known to be different subnets. */
  readonly isOther?: (name: string, other: string) => boolean;
}

/** Returns a function that tells whether two existing subnets, by the names of their ranges, are known to be different. */
export function tellApart(
  scope: IConstruct,
  subnets: { readonly [name: string]: ClusterSubnet | undefined },
): (name: string, other: string) => boolean {
  const idOf = (name: string) => subnets[name.replace(/\.cidr$/, "")]?.subnetId;
  return (name, other) => {
    const [one, two] = [idOf(name), idOf(other)];
    if (typeof one !== "string" || typeof two !== "string") return false;
    return compareOcids({ scope, id: one }, { scope, id: two }) === "different";
  };
}

/** Adds a problem for each range that is outside of the VCN, or that overlaps another subnet. */
export function checkSubnetRanges(
  problems: Problems,
  vcn: readonly Cidr[],
  subnets: ReadonlyMap<string, Cidr>,
  { taken = [], made = new Set(), isOther = () => false }: SubnetRangeRules = {},
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
      const maybeOne = !made.has(name) && !made.has(other) && !isOther(name, other);
      if (range.text === cidr.text && maybeOne) continue;
      problems.add(
        "SUBNET_OVERLAP",
        `${name} ${cidr.text} overlaps ${other} ${range.text}`,
        "Give each subnet the range that it has in OCI",
      );
    }
    for (const range of taken.filter((one) => overlaps(one, cidr))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${name} ${cidr.text} overlaps ${range.text}, a subnet that the VCN has already`,
        "Take a free part of the VCN; of a subnet that is given here, leave the range out of takenCidrs",
      );
    }
  });
}
