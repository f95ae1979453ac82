import {
  cidrAt,
  contains,
  overlaps,
  readIpv4Cidr,
  RESERVED_ADDRESSES,
  sizeOf,
  usableAddresses,
  type Cidr,
} from "../core/cidr";
import { Problems } from "../core/validation-error";

/** What a cluster's network must hold. */
export interface SubnetPlanProps {
  /**
   * The address range of the VCN, a /16 to a /24 or so.
   *
   * @default "10.0.0.0/16"
   */
  readonly vcnCidr?: string;
  /**
   * How many nodes the workers' subnet must hold, those of a rolling replacement included.
   *
   * @default 250
   */
  readonly nodes?: number;
  /**
   * How many pods the pods' subnet must hold.
   *
   * @default - 31 for each node, OKE's own default
   */
  readonly pods?: number;
  /** The range of the API endpoint's subnet. @default - a /28 at the beginning of the VCN */
  readonly apiEndpointCidr?: string;
  /** The range of the load balancers' subnet. @default - a /24 in the first part of the VCN */
  readonly loadBalancersCidr?: string;
  /** The range of the workers' subnet. @default - the smallest that holds the nodes, after the load balancers */
  readonly workersCidr?: string;
  /** The range of the pods' subnet. @default - the smallest that holds the pods, at the end of the VCN */
  readonly podsCidr?: string;
}

const SMALLEST_SUBNET = 30;
const LARGEST_VCN = 16;
const PODS_PER_NODE = 31;
const LARGEST_COUNT = 2 ** 24;
const ENDPOINT_PREFIX = 28;
const LOAD_BALANCERS_PREFIX = 24;

/**
 * The address ranges of a cluster's subnets, planned from one range and from what must fit in.
 *
 * Small subnets lie at the beginning of the VCN and pods at its end, so that a larger pod subnet moves no other one.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm
 */
export class SubnetPlan {
  /**
   * Plans the subnets.
   *
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, COUNT_INVALID, SUBNET_SIZE, SUBNET_OVERLAP, SUBNET_OUTSIDE_VCN, SUBNET_EXHAUSTED
   */
  public static of(props: SubnetPlanProps = {}): SubnetPlan {
    const problems = new Problems("SubnetPlan.of");
    const plan = new Planner(problems, props).plan();
    problems.throwIfAny();
    return plan as SubnetPlan;
  }

  /** @internal */
  public constructor(
    /** The range of the VCN. */
    public readonly vcnCidr: string,
    /** The range of the API endpoint's subnet. */
    public readonly apiEndpointCidr: string,
    /** The range of the load balancers' subnet. */
    public readonly loadBalancersCidr: string,
    /** The range of the workers' subnet. */
    public readonly workersCidr: string,
    /** The range of the pods' subnet. */
    public readonly podsCidr: string,
  ) {}
}

interface Part {
  readonly name: string;
  readonly prefix: number;
  readonly given?: Cidr;
}

class Planner {
  private readonly taken: { readonly name: string; readonly cidr: Cidr }[] = [];

  constructor(
    private readonly problems: Problems,
    private readonly props: SubnetPlanProps,
  ) {}

  public plan(): SubnetPlan | undefined {
    const { problems, props } = this;
    const nodes = this.count("nodes", props.nodes ?? 250);
    const pods = this.count("pods", props.pods ?? nodes * PODS_PER_NODE);
    const vcn = readIpv4Cidr(problems, "vcnCidr", props.vcnCidr ?? "10.0.0.0/16");
    const parts = {
      api: this.part("apiEndpointCidr", ENDPOINT_PREFIX, props.apiEndpointCidr, 1),
      balancers: this.part("loadBalancersCidr", LOAD_BALANCERS_PREFIX, props.loadBalancersCidr, 1),
      workers: this.part("workersCidr", prefixFor(nodes), props.workersCidr, nodes),
      pods: this.part("podsCidr", prefixFor(pods), props.podsCidr, pods),
    };
    if (!vcn || problems.any) return undefined;
    this.checkVcn(vcn);
    this.checkGiven(vcn, Object.values(parts));
    if (problems.any) return undefined;

    const asked = Object.values(parts);
    const api = this.place(vcn, parts.api, asked, "start");
    const balancers = api && this.place(vcn, parts.balancers, asked, "start");
    const workers = balancers && this.place(vcn, parts.workers, asked, "start");
    const podsCidr = workers && this.place(vcn, parts.pods, asked, "end");
    if (!podsCidr) return undefined;
    return new SubnetPlan(vcn.text, api.text, balancers.text, workers.text, podsCidr.text);
  }

  private count(name: string, value: number): number {
    if (Number.isInteger(value) && value >= 1 && value <= LARGEST_COUNT) return value;
    this.problems.add("COUNT_INVALID", `${name} is ${value}`, "Give a whole number of at least 1");
    return 1;
  }

  private part(name: string, prefix: number, text: string | undefined, need: number): Part {
    if (text === undefined) return { name, prefix };
    const given = readIpv4Cidr(this.problems, name, text);
    if (given) this.checkSubnet(name, given, need);
    return { name, prefix, given };
  }

  private checkSubnet(name: string, cidr: Cidr, need: number): void {
    if (cidr.prefix > SMALLEST_SUBNET) {
      this.problems.add(
        "SUBNET_SIZE",
        `${name} is ${cidr.text}, smaller than a /${SMALLEST_SUBNET}`,
        `Give a /${SMALLEST_SUBNET} or larger: OCI keeps ${RESERVED_ADDRESSES} addresses of each subnet`,
      );
    } else if (usableAddresses(cidr) < need) {
      this.problems.add(
        "SUBNET_EXHAUSTED",
        `${name} is ${cidr.text}: ${sizeOf(cidr)} addresses - ${RESERVED_ADDRESSES} kept by OCI = ` +
          `${usableAddresses(cidr)}, but ${need} are asked for`,
        `Give at least a /${prefixFor(need)}`,
      );
    }
  }

  private checkVcn(vcn: Cidr): void {
    if (vcn.prefix >= LARGEST_VCN && vcn.prefix <= SMALLEST_SUBNET) return;
    this.problems.add(
      "SUBNET_SIZE",
      `vcnCidr is ${vcn.text}, a /${vcn.prefix}`,
      `Give a range from a /${LARGEST_VCN} to a /${SMALLEST_SUBNET}`,
    );
  }

  private checkGiven(vcn: Cidr, parts: readonly Part[]): void {
    for (const { name, given } of parts) {
      if (!given) continue;
      if (!contains(vcn, given)) {
        this.problems.add(
          "SUBNET_OUTSIDE_VCN",
          `${name} is ${given.text}, which is not part of the VCN's ${vcn.text}`,
          `Give a part of ${vcn.text}, or widen vcnCidr`,
        );
      }
      for (const other of this.taken.filter((entry) => overlaps(entry.cidr, given))) {
        this.problems.add(
          "SUBNET_OVERLAP",
          `${name} ${given.text} overlaps ${other.name} ${other.cidr.text}`,
          "Give each subnet a range of its own, or leave one out and let the plan find it",
        );
      }
      this.taken.push({ name, cidr: given });
    }
  }

  private place(vcn: Cidr, part: Part, asked: readonly Part[], from: "start" | "end"): Cidr | undefined {
    if (part.given) return part.given;
    const size = 1n << BigInt(32 - part.prefix);
    const last = vcn.last - size + 1n;
    const step = from === "start" ? size : -size;
    for (let at = from === "start" ? vcn.first : last; at >= vcn.first && at <= last; at += step) {
      const cidr = cidrAt(at, part.prefix);
      if (this.taken.some((other) => overlaps(other.cidr, cidr))) continue;
      this.taken.push({ name: part.name, cidr });
      return cidr;
    }
    this.problems.add("SUBNET_EXHAUSTED", this.arithmetic(vcn, part, asked), exhaustedFix(vcn));
    return undefined;
  }

  private arithmetic(vcn: Cidr, part: Part, asked: readonly Part[]): string {
    const sizes = asked.map(({ name, prefix, given }) => ({
      name: name.replace("Cidr", ""),
      size: given ? sizeOf(given) : 2 ** (32 - prefix),
    }));
    const sum = sizes.reduce((total, { size }) => total + size, 0);
    const terms = sizes.map(({ name, size }) => `${name} ${size}`).join(" + ");
    return (
      `${vcn.text} holds ${sizeOf(vcn)} addresses and has no free block of ${2 ** (32 - part.prefix)} ` +
      `for ${part.name.replace("Cidr", "")}: ${terms} = ${sum}, each aligned to its size`
    );
  }
}

function exhaustedFix(vcn: Cidr): string {
  const wider = vcn.prefix > LARGEST_VCN ? ` or widen vcnCidr to a /${vcn.prefix - 1}` : "";
  return `Ask for fewer nodes or pods, give smaller ranges for single subnets${wider}`;
}

/** The smallest subnet that holds a number of addresses beside those that OCI keeps. */
function prefixFor(count: number): number {
  return Math.min(SMALLEST_SUBNET, 32 - Math.ceil(Math.log2(count + RESERVED_ADDRESSES)));
}
