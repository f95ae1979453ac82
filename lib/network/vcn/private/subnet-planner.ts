import { isIP } from "node:net";
import {
  type Cidr,
  cidrAt,
  overlaps,
  contains,
  RESERVED_ADDRESSES,
  sizeOf,
  usableAddresses,
} from "../../../core/cidr";
import { checkedBy, cidr, type Reader } from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";

/** The largest VCN, as a prefix length. */
const LARGEST_VCN = 16;
/** The smallest VCN with room for a cluster, as a prefix length; OCI also creates smaller ones. */
const SMALLEST_VCN = 27;
/** The smallest VCN and the smallest subnet, as a prefix length. */
export const SMALLEST_SUBNET = 30;

// See https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm#Reserved
const RESERVED = [
  { cidr: cidrAt(0n, 8), use: 'of "this" network' },
  { cidr: cidrAt(0x7f000000n, 8), use: "for loopback" },
  { cidr: cidrAt(0xa9fe0000n, 16), use: "link-local, for boot volumes and instance metadata" },
  { cidr: cidrAt(0xe0000000n, 4), use: "for multicast" },
  { cidr: cidrAt(0xf0000000n, 4), use: "reserved for the future" },
];

/** Reads the range of a VCN to create, of a size that OCI creates. */
export const vcnRange: Reader<Cidr> = (problems, name, value) =>
  checkHostBits(problems, name, value) ? VCN_RANGE(problems, name, value) : undefined;

const VCN_RANGE = checkedBy(cidr(), (problems, name, vcn) => {
  for (const { cidr: reserved, use } of RESERVED.filter((range) => overlaps(range.cidr, vcn))) {
    problems.add(
      "CIDR_RESERVED",
      `${name} is ${vcn.text}, but the addresses of ${reserved.text} are ${use}`,
      'Use a block in 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16, for example "10.0.0.0/16"',
    );
  }
  if (vcn.prefix >= LARGEST_VCN && vcn.prefix <= SMALLEST_SUBNET) return;
  problems.add(
    "SUBNET_SIZE",
    `${name} is ${vcn.text}, a /${vcn.prefix}`,
    `Give a range from a /${LARGEST_VCN} to a /${SMALLEST_VCN}, which just holds the four subnets`,
  );
});

/** Adds a problem for an address within a range; the fix is the range of a VCN that OCI creates and that contains the address. */
function checkHostBits(problems: Problems, name: string, text: unknown): boolean {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(String(text)) ?? [];
  if (isIP(address) !== 4 || Number(length) > 32) return true;
  const number = address.split(".").reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (number % 2n ** BigInt(32 - Number(length)) === 0n) return true;
  const prefix = Math.min(Math.max(Number(length), LARGEST_VCN), SMALLEST_VCN);
  const size = 2n ** BigInt(32 - prefix);
  const advised = cidrAt((number / size) * size, prefix);
  const isReserved = RESERVED.some(({ cidr }) => overlaps(cidr, advised));
  problems.add(
    "CIDR_HOST_BITS",
    `${name} is ${text as string}, whose address has bits set beyond the first ${length}`,
    isReserved
      ? 'Use a block in 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16, for example "10.0.0.0/16"'
      : `Write ${advised.text} for a VCN that contains the address`,
  );
  return false;
}

/** A subnet that a layout must hold. */
interface SubnetRequest {
  readonly name: string;
  /** Its prefix length, if no range was given. */
  readonly prefix: number;
  /** Its range, if it was given. */
  readonly given?: Cidr;
  /** The end of the VCN from which a free range is searched. */
  readonly from: "start" | "end";
}

/** The ranges of the subnets, and the first subnet without room. */
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

/** Finds a range for each subnet that has none, in the order of the requests. */
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

/** The VCNs that contain a VCN, from the next larger to the largest. */
function widerVcns(vcn: Cidr): Cidr[] {
  const prefixes = Array.from({ length: vcn.prefix - LARGEST_VCN }, (_, i) => vcn.prefix - 1 - i);
  return prefixes.map((prefix) => {
    const size = 1n << BigInt(32 - prefix);
    return cidrAt((vcn.first / size) * size, prefix);
  });
}

// In the order in which ranges are planned: a later subnet never moves an earlier one.
const NAMES = [
  "apiEndpointCidr",
  "loadBalancerCidr",
  "workerCidr",
  "podCidr",
  "publicLoadBalancerCidr",
] as const;
type Name = (typeof NAMES)[number];
type OptionalName = "podCidr" | "publicLoadBalancerCidr";

/** The ranges of a plan; a subnet that it doesn't have has none. */
export type PlannedRanges = {
  readonly [K in Exclude<Name, OptionalName> | "vcnCidr"]: Cidr;
} & { readonly [K in OptionalName]?: Cidr };

const PODS_PER_NODE = 31;

// Two nodes and the address that floats between them.
// See https://docs.oracle.com/iaas/Content/Balance/Tasks/managingloadbalancer.htm
const ONE_LOAD_BALANCER = 3;

/** Stands for a range or a number that was left out and is planned, unlike one with a problem, which is undefined. */
export const PLANNED = "planned";

/** What to plan; a value with a problem is undefined. */
type PlanRequest = {
  readonly [K in Name]?: Cidr | typeof PLANNED;
} & {
  readonly vcnCidr?: Cidr;
  readonly nodes?: number;
  readonly pods?: number | typeof PLANNED;
  readonly publicLoadBalancers?: boolean;
};

/** The numbers of addresses that subnets must hold; undefined if the given number has a problem. */
interface Needs {
  readonly nodes: number | undefined;
  readonly pods: number | undefined;
}

/** How subnets are planned. */
interface PlanOptions {
  /** Whether there is no subnet for pods. */
  readonly withoutPods?: boolean;
  /** Where the props are, such as `plan`; by default they are those of a factory. */
  readonly at?: string;
}

/** Plans the subnets, or adds all problems of the request. */
export function planSubnets(
  problems: Problems,
  request: PlanRequest,
  { withoutPods = false, at }: PlanOptions = {},
): Partial<PlannedRanges> {
  return new Planner(problems, request, withoutPods, at === undefined ? "" : `${at}.`).plan();
}

class Planner {
  private readonly needs: Needs;
  private readonly given = new Map<Name, Cidr>();
  /** Subnets whose ranges have a problem, for which no range is planned. */
  private readonly unclear = new Set<Name>();

  constructor(
    private readonly problems: Problems,
    private readonly request: PlanRequest,
    private readonly withoutPods: boolean,
    private readonly at: string,
  ) {
    if (withoutPods) this.checkWithoutPods();
    const { nodes, pods } = request;
    this.needs = { nodes, pods: pods === PLANNED ? nodes && nodes * PODS_PER_NODE : pods };
  }

  public plan(): Partial<PlannedRanges> {
    const { vcnCidr } = this.request;
    for (const name of NAMES) this.readGiven(name);
    this.checkOverlaps();
    if (!vcnCidr) return {};
    this.checkInside(vcnCidr);
    return { vcnCidr, ...Object.fromEntries(this.layOut(vcnCidr)) };
  }

  private checkWithoutPods(): void {
    for (const name of ["pods", "podCidr"] as const) {
      if (this.request[name] === PLANNED) continue;
      this.problems.add(
        "VALUE_INVALID",
        `${name} is given for a plan without pods`,
        "Leave it out; the addresses of an overlay are PodNetworking.flannelOverlay({ podCidr })",
      );
    }
  }

  private needOf(name: Name): number | undefined {
    if (name === "apiEndpointCidr") return 1;
    if (isOfBalancers(name)) return ONE_LOAD_BALANCER;
    return name === "workerCidr" ? this.needs.nodes : this.needs.pods;
  }

  private reject(name: Name, ...problem: Parameters<Problems["add"]>): void {
    this.unclear.add(name);
    this.problems.add(...problem);
  }

  private readGiven(name: Name): void {
    const range = this.request[name];
    if (range === PLANNED) return;
    if (range) this.checkRoom(name, range);
    else this.unclear.add(name);
    if (range) this.given.set(name, range);
  }

  private checkRoom(name: Name, cidr: Cidr): void {
    const need = this.needOf(name);
    if (need === undefined || usableAddresses(cidr) >= need) return;
    const but = isOfBalancers(name) ? `one load balancer needs ${need}` : `the plan needs ${need}`;
    const prefix = prefixFor(need);
    this.reject(
      name,
      "SUBNET_EXHAUSTED",
      `${this.at}${name} is ${cidr.text}: ${sizeOf(cidr)} addresses - ${RESERVED_ADDRESSES} reserved by OCI = ` +
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
        this.reject(
          name,
          "SUBNET_OVERLAP",
          `${this.at}${name} ${cidr.text} overlaps ${otherName} ${other.text}`,
          "Give each subnet a range of its own, or leave one out and let the plan find it",
        );
      }
    });
  }

  private checkInside(vcn: Cidr): void {
    for (const [name, cidr] of [...this.given].filter((entry) => !contains(vcn, entry[1]))) {
      this.reject(
        name,
        "SUBNET_OUTSIDE_VCN",
        `${this.at}${name} is ${cidr.text}, which is not part of the VCN's ${vcn.text}`,
        `Give a part of ${vcn.text}, or another vcnCidr`,
      );
    }
  }

  /** Plans the subnets without problems; if they don't fit, that is reported together with the other problems. */
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
    const { publicLoadBalancers, publicLoadBalancerCidr } = this.request;
    const withPublic = publicLoadBalancers || publicLoadBalancerCidr !== PLANNED;
    const names = NAMES.filter((name) => name !== "podCidr" || !this.withoutPods);
    return names
      .filter((name) => name !== "publicLoadBalancerCidr" || withPublic)
      .filter((name) => !this.unclear.has(name))
      .flatMap((name) => {
        const requested = this.given.get(name);
        const prefix = requested?.prefix ?? prefixes[name];
        return prefix === undefined
          ? []
          : [{ name, prefix, given: requested, from: name === "podCidr" ? "end" : "start" }];
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
