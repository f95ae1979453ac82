import { LARGEST_VCN, readVcnRange, SMALLEST_SUBNET } from "./vcn-range";
import {
  type Cidr,
  cidrAt,
  contains,
  overlaps,
  readIpv4Cidr,
  RESERVED_ADDRESSES,
  sizeOf,
  usableAddresses,
} from "../../../core/cidr";
import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";
import { type SubnetPlanProps } from "../subnet-plan-props";

/** A subnet that a layout must hold. */
interface SubnetRequest {
  readonly name: string;
  /** Its size, where no range was given. */
  readonly prefix: number;
  /** Its range, where one was given. */
  readonly given?: Cidr;
  /** From which end of the VCN a range is looked for. */
  readonly from: "start" | "end";
}

/** Where the subnets lie, and the first one that has no room. */
interface SubnetLayout {
  readonly found: ReadonlyMap<string, Cidr>;
  readonly noRoomFor?: SubnetRequest;
}

/** The smallest subnet that holds a number of addresses beside those that OCI keeps. */
function prefixFor(count: number): number {
  return Math.min(SMALLEST_SUBNET, 32 - Math.ceil(Math.log2(count + RESERVED_ADDRESSES)));
}

/**
 * A sixteenth of the VCN, within bounds.
 *
 * It follows from the VCN alone: a size that shrinks when more nodes or pods are asked for would move subnets that are in use.
 */
function sixteenthOf(vcnPrefix: number, largest: number, smallest: number): number {
  return Math.min(smallest, Math.max(largest, vcnPrefix + 4));
}

/** Finds a range for each subnet that has none, in the order in which they are asked for. */
function layOut(vcn: Cidr, requests: readonly SubnetRequest[]): SubnetLayout {
  const found = new Map<string, Cidr>();
  for (const { name, given } of requests) if (given) found.set(name, given);
  for (const request of requests) {
    if (request.given) continue;
    const cidr = freeBlock(vcn, request, [...found.values()]);
    if (!cidr) return { found, noRoomFor: request };
    found.set(request.name, cidr);
  }
  return { found };
}

function freeBlock(vcn: Cidr, { prefix, from }: SubnetRequest, taken: readonly Cidr[]): Cidr | undefined {
  const size = 1n << BigInt(32 - prefix);
  const last = vcn.last - size + 1n;
  const step = from === "start" ? size : -size;
  for (let at = from === "start" ? vcn.first : last; at >= vcn.first && at <= last; at += step) {
    const cidr = cidrAt(at, prefix);
    if (!taken.some((other) => overlaps(other, cidr))) return cidr;
  }
  return undefined;
}

/** The VCNs that contain this one, from the next larger one to the largest. */
function widerVcns(vcn: Cidr): Cidr[] {
  const prefixes = Array.from({ length: vcn.prefix - LARGEST_VCN }, (_, i) => vcn.prefix - 1 - i);
  return prefixes.map((prefix) => {
    const size = 1n << BigInt(32 - prefix);
    return cidrAt((vcn.first / size) * size, prefix);
  });
}

/** The ranges of a plan. */
type PlannedRanges = Required<Omit<SubnetPlanProps, "nodes" | "pods" | "publicLoadBalancers">>;

const DEFAULT_NODES = 250;
const PODS_PER_NODE = 31;
const LARGEST_COUNT = 2 ** 24;
// In the order in which free ranges are looked for: what is asked for later moves nothing that has one.
const NAMES = [
  "apiEndpointCidr",
  "loadBalancerCidr",
  "workerCidr",
  "podCidr",
  "publicLoadBalancerCidr",
] as const;
type Name = (typeof NAMES)[number];

// Two nodes and the address that floats between them.
// See https://docs.oracle.com/iaas/Content/Balance/Tasks/managingloadbalancer.htm
const ONE_LOAD_BALANCER = 3;

/** What must fit in; undefined where what was given is no number. */
interface Needs {
  readonly nodes: number | undefined;
  readonly pods: number | undefined;
}

/** Plans the subnets, or adds all that is wrong with what was asked for. */
export function planSubnets(problems: Problems, props: SubnetPlanProps, withoutPods = false): PlannedRanges {
  const isObject = typeof props === "object" && !Array.isArray(props);
  if (!isObject) {
    problems.add("VALUE_INVALID", `The plan is of ${shown(props)}`, 'Write { vcnCidr: "10.0.0.0/16" }');
  }
  return new Planner(problems, isObject ? (props ?? {}) : {}, withoutPods).plan();
}

class Planner {
  private readonly needs: Needs;
  private readonly given = new Map<Name, Cidr>();
  /** Subnets about which nothing more can be said than what is wrong with them. */
  private readonly unclear = new Set<Name>();

  constructor(
    private readonly problems: Problems,
    private readonly props: SubnetPlanProps,
    private readonly withoutPods: boolean,
  ) {
    if (withoutPods) this.checkWithoutPods();
    const { publicLoadBalancers } = props;
    if (!["undefined", "boolean"].includes(typeof publicLoadBalancers)) {
      const what = `publicLoadBalancers is ${shown(publicLoadBalancers)}`;
      problems.add("VALUE_INVALID", what, "Write true or false");
    }
    const nodes = this.count("nodes", props.nodes ?? DEFAULT_NODES);
    const pods = props.pods === undefined ? nodes && nodes * PODS_PER_NODE : this.count("pods", props.pods);
    this.needs = { nodes, pods };
  }

  public plan(): PlannedRanges {
    const vcn = readVcnRange(this.problems, "vcnCidr", this.props.vcnCidr ?? "10.0.0.0/16");
    for (const name of NAMES) this.readGiven(name);
    this.checkOverlaps();
    if (vcn) this.checkInside(vcn);
    const found = vcn && this.layOut(vcn);
    const text = (name: Name) => found?.get(name)?.text ?? "";
    return {
      vcnCidr: vcn?.text ?? "",
      apiEndpointCidr: text("apiEndpointCidr"),
      loadBalancerCidr: text("loadBalancerCidr"),
      workerCidr: text("workerCidr"),
      podCidr: text("podCidr"),
      publicLoadBalancerCidr: text("publicLoadBalancerCidr"),
    };
  }

  private checkWithoutPods(): void {
    for (const name of ["pods", "podCidr"] as const) {
      if (this.props[name] === undefined) continue;
      this.problems.add(
        "VALUE_INVALID",
        `${name} is given for a plan without pods`,
        "Leave it out; the addresses of an overlay are PodNetworking.flannelOverlay({ podCidr })",
      );
    }
  }

  private count(name: string, value: number): number | undefined {
    if (Number.isInteger(value) && value >= 1 && value <= LARGEST_COUNT) return value;
    this.problems.add(
      "COUNT_INVALID",
      `${name} is ${shown(value)}`,
      `Give a whole number from 1 to ${LARGEST_COUNT}, as a literal`,
    );
    return undefined;
  }

  private needOf(name: Name): number | undefined {
    if (name === "apiEndpointCidr") return 1;
    if (isOfBalancers(name)) return ONE_LOAD_BALANCER;
    return name === "workerCidr" ? this.needs.nodes : this.needs.pods;
  }

  private refuse(name: Name, ...problem: Parameters<Problems["add"]>): void {
    this.unclear.add(name);
    this.problems.add(...problem);
  }

  private readGiven(name: Name): void {
    const text = this.props[name];
    if (text === undefined) return;
    const cidr = readIpv4Cidr(this.problems, name, text);
    if (!cidr) {
      this.unclear.add(name);
    } else if (cidr.prefix > SMALLEST_SUBNET) {
      this.refuse(
        name,
        "SUBNET_SIZE",
        `${name} is ${cidr.text}, smaller than a /${SMALLEST_SUBNET}`,
        `Give a /${SMALLEST_SUBNET} or larger: OCI keeps ${RESERVED_ADDRESSES} addresses of each subnet`,
      );
    } else {
      this.given.set(name, cidr);
      this.checkRoom(name, cidr);
    }
  }

  private checkRoom(name: Name, cidr: Cidr): void {
    const need = this.needOf(name);
    if (need === undefined || usableAddresses(cidr) >= need) return;
    const but = isOfBalancers(name) ? `one load balancer needs ${need}` : `the plan needs ${need}`;
    const prefix = prefixFor(need);
    this.refuse(
      name,
      "SUBNET_EXHAUSTED",
      `${name} is ${cidr.text}: ${sizeOf(cidr)} addresses - ${RESERVED_ADDRESSES} reserved by OCI = ` +
        `${usableAddresses(cidr)}, but ${but}`,
      prefix > LARGEST_VCN
        ? `Give at least a /${prefix}, or leave ${name} out and let the plan find it`
        : `Ask for fewer: a subnet is smaller than its VCN, and a VCN is at most a /${LARGEST_VCN}`,
    );
  }

  private checkOverlaps(): void {
    const all = [...this.given];
    all.forEach(([name, cidr], i) => {
      for (const [otherName, other] of all.slice(0, i).filter((entry) => overlaps(entry[1], cidr))) {
        this.unclear.add(otherName);
        this.refuse(
          name,
          "SUBNET_OVERLAP",
          `${name} ${cidr.text} overlaps ${otherName} ${other.text}`,
          "Give each subnet a range of its own, or leave one out and let the plan find it",
        );
      }
    });
  }

  private checkInside(vcn: Cidr): void {
    for (const [name, cidr] of [...this.given].filter((entry) => !contains(vcn, entry[1]))) {
      this.refuse(
        name,
        "SUBNET_OUTSIDE_VCN",
        `${name} is ${cidr.text}, which is not part of the VCN's ${vcn.text}`,
        `Give a part of ${vcn.text}, or another vcnCidr`,
      );
    }
  }

  /** Lays out what is clear; where even that doesn't fit, it is said together with the rest. */
  private layOut(vcn: Cidr): ReadonlyMap<string, Cidr> {
    const requests = this.requests(vcn.prefix);
    const { found, noRoomFor } = layOut(vcn, requests);
    if (noRoomFor) {
      this.problems.add("SUBNET_EXHAUSTED", arithmetic(vcn, noRoomFor, requests), this.exhaustedFix(vcn));
    }
    return found;
  }

  private requests(vcnPrefix: number): SubnetRequest[] {
    const prefixes = {
      apiEndpointCidr: sixteenthOf(vcnPrefix, 28, SMALLEST_SUBNET),
      loadBalancerCidr: sixteenthOf(vcnPrefix, 24, 28),
      publicLoadBalancerCidr: sixteenthOf(vcnPrefix, 24, 28),
      workerCidr: this.needs.nodes && prefixFor(this.needs.nodes),
      podCidr: this.needs.pods && prefixFor(this.needs.pods),
    };
    const { publicLoadBalancers, publicLoadBalancerCidr } = this.props;
    const withPublic = publicLoadBalancers === true || publicLoadBalancerCidr !== undefined;
    const names = NAMES.filter((name) => name !== "podCidr" || !this.withoutPods);
    return names
      .filter((name) => name !== "publicLoadBalancerCidr" || withPublic)
      .filter((name) => !this.unclear.has(name))
      .flatMap((name) => {
        const given = this.given.get(name);
        const prefix = given?.prefix ?? prefixes[name];
        return prefix === undefined
          ? []
          : [{ name, prefix, given, from: name === "podCidr" ? "end" : "start" }];
      });
  }

  private exhaustedFix(vcn: Cidr): string {
    const fewer = "ask for fewer nodes or pods";
    const smaller = this.given.size > 0 ? ", or move or leave out the ranges that were given" : "";
    const fits = widerVcns(vcn).find((wider) => !layOut(wider, this.requests(wider.prefix)).noRoomFor);
    if (!fits) return `Even a /${LARGEST_VCN}, the largest VCN, has no room for it: ${fewer}${smaller}`;
    if (this.problems.any) return `Widen vcnCidr, or ${fewer}${smaller}`;
    return `A /${fits.prefix} would fit, vcnCidr: "${fits.text}"; or ${fewer}${smaller}`;
  }
}

function isOfBalancers(name: Name): boolean {
  return name === "loadBalancerCidr" || name === "publicLoadBalancerCidr";
}

function arithmetic(vcn: Cidr, noRoomFor: SubnetRequest, requests: readonly SubnetRequest[]): string {
  const size = ({ prefix }: SubnetRequest) => 2 ** (32 - prefix);
  const short = ({ name }: SubnetRequest) => name.replace(/Cidr$/, name === "apiEndpointCidr" ? "" : "s");
  const sum = requests.reduce((total, request) => total + size(request), 0);
  const terms = requests.map((request) => `${short(request)} ${size(request)}`).join(" + ");
  return (
    `${vcn.text} holds ${sizeOf(vcn)} addresses and has no free block of ${size(noRoomFor)} ` +
    `for ${short(noRoomFor)}: ${terms} = ${sum}, each aligned to its size`
  );
}
