import { StateOfTree } from "../../core/construct-state";
import { fail, Problems } from "../../core/validation-error";
import { type IConstruct } from "constructs";
import { SMALLEST_SUBNET } from "./private/subnet-planner";
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

/** The roles of the subnets of a cluster's network. */
export enum SubnetRole {
  /** The subnet of the API endpoint. */
  API_ENDPOINT = "API_ENDPOINT",
  /** The subnet of the worker nodes. */
  WORKERS = "WORKERS",
  /** The subnet of the pods. */
  PODS = "PODS",
  /** The subnet of the load balancers. */
  LOAD_BALANCERS = "LOAD_BALANCERS",
  /** The subnet of public load balancers, if they have a separate one. */
  PUBLIC_LOAD_BALANCERS = "PUBLIC_LOAD_BALANCERS",
}

/** The subnets of a network by role, with their names in props, in plans, in construct ids and in display names. */
export const SUBNETS = [
  {
    role: SubnetRole.API_ENDPOINT,
    prop: "apiEndpointSubnet",
    range: "apiEndpointCidr",
    id: "ApiEndpoint",
    label: "api",
  },
  {
    role: SubnetRole.WORKERS,
    prop: "workerSubnet",
    range: "workerCidr",
    id: "Workers",
    label: "workers",
  },
  {
    role: SubnetRole.PODS,
    prop: "podSubnet",
    range: "podCidr",
    id: "Pods",
    label: "pods",
  },
  {
    role: SubnetRole.LOAD_BALANCERS,
    prop: "loadBalancerSubnet",
    range: "loadBalancerCidr",
    id: "LoadBalancers",
    label: "lb",
  },
  {
    role: SubnetRole.PUBLIC_LOAD_BALANCERS,
    prop: "publicLoadBalancerSubnet",
    range: "publicLoadBalancerCidr",
    id: "PublicLoadBalancers",
    label: "publb",
  },
] as const;

/** One of the subnets of a network. */
type NetworkSubnet = (typeof SUBNETS)[number];

/** The names of the subnet with a role. */
export function subnetOf(role: SubnetRole): NetworkSubnet {
  return SUBNETS.find((subnet) => subnet.role === role) ?? fail(`no subnet has the role ${role}`);
}

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

const PUBLIC_SUBNET_REASON = reasonFor("A public subnet");
const PUBLIC_SUBNET = choiceOf(PUBLIC_SUBNET_REASON);

/** Reads an exposure; again with its reason, because a program without types can pass any object. */
export function subnetExposure(): Reader<SubnetExposure> {
  return checkedBy(valueOf(SubnetExposure), (problems, name, exposure) => {
    if (!boolean()(problems, `${name}.isPublic`, exposure.isPublic)) return;
    PUBLIC_SUBNET_REASON(problems, `${name}.reason`, exposure.reason);
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

interface CreatedSubnet {
  readonly scope: IConstruct;
  readonly vcnId: string;
  readonly cidr: Cidr;
}

// By the App: stacks can share a VCN.
const createdSubnets = new StateOfTree((): CreatedSubnet[] => []);

/** Adds a problem for each subnet range that another network of the program uses in the same VCN. */
export function checkSubnetsOfVcn(
  problems: Problems,
  scope: IConstruct,
  vcnId: string,
  ranges: Iterable<Cidr>,
  what = "The plan's",
): void {
  const others = createdSubnets
    .of(scope)
    .filter(
      (subnet) =>
        subnet.scope !== scope &&
        compareOcids({ scope, id: vcnId }, { scope: subnet.scope, id: subnet.vcnId }) === "same",
    );
  for (const range of ranges) {
    for (const { cidr, scope: owner } of others.filter((other) => overlaps(other.cidr, range))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${what} ${range.text} overlaps ${cidr.text}, a subnet that ${owner.node.path} creates in the VCN`,
        "Plan another part of the VCN, or let the clusters share one network",
      );
    }
  }
}

/** Records the ranges of the subnets that a network creates, for later checks. */
export function takeSubnetsOfVcn(scope: IConstruct, vcnId: string, ranges: Iterable<Cidr>): void {
  createdSubnets.of(scope).push(...[...ranges].map((cidr) => ({ scope, vcnId, cidr })));
}
