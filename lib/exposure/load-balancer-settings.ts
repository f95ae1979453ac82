import { readChoice, readReason, type ReasonedChoice } from "../core/reason";
import { type IConstruct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { isInsidePrivate } from "../core/cidr";
import {
  cidrs,
  type GivenCidr,
  checkedBy,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  wholeDuration,
  wholeNumber,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { type Duration } from "cdk8s";

/** The type of the OCI load balancer of a Service. */
export enum LoadBalancerType {
  /** A load balancer: a proxy for TCP, HTTP and gRPC, which can terminate TLS. */
  LOAD_BALANCER = "lb",
  /** A network load balancer: forwards TCP and UDP unchanged, and can preserve the client's address. */
  NETWORK_LOAD_BALANCER = "nlb",
}

/**
 * The nodes that receive the traffic of a load balancer.
 *
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
 */
export enum ExternalTrafficPolicy {
  /** Every node, which forwards the traffic to a pod on any node with its own source address. */
  CLUSTER = "Cluster",
  /** Only nodes with a ready pod, which forward the traffic to that pod with the source address preserved. */
  LOCAL = "Local",
}

/**
 * How a load balancer selects a node; each type of load balancer supports three policies.
 *
 * @see https://docs.oracle.com/iaas/Content/Balance/Reference/lbpolicies.htm
 */
export enum LoadBalancingPolicy {
  /** Load balancer: round robin. */
  ROUND_ROBIN = "ROUND_ROBIN",
  /** Load balancer: the node with the fewest connections. */
  LEAST_CONNECTIONS = "LEAST_CONNECTIONS",
  /** Load balancer: by a hash of the client's address. */
  IP_HASH = "IP_HASH",
  /**
   * Network load balancer: by a hash of the source and destination addresses and ports and the protocol, thus
   * per connection.
   */
  FIVE_TUPLE = "FIVE_TUPLE",
  /** Network load balancer: by a hash of the source and destination addresses and the protocol. */
  THREE_TUPLE = "THREE_TUPLE",
  /** Network load balancer: by a hash of the source and destination addresses. */
  TWO_TUPLE = "TWO_TUPLE",
}

/**
 * The proxy protocol header, which carries the client's address to the program; the program must expect it.
 *
 * @see https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt
 */
export enum ProxyProtocol {
  /** The text header of version 1; load balancers only. */
  V1 = "1",
  /** The binary header of version 2. */
  V2 = "2",
}

/** The point at which TLS is terminated. */
export enum TlsTerminationPoint {
  /** The load balancer, which connects to the nodes without TLS. */
  LOAD_BALANCER = "loadBalancer",
  /** The pod: the load balancer forwards the encrypted traffic. */
  POD = "pod",
  /** The load balancer, which opens a new TLS connection to the pod. */
  LOAD_BALANCER_AND_POD = "loadBalancerAndPod",
  /** An ingress gateway, which connects to the pods without TLS. */
  INGRESS = "ingress",
  /** None: there is no TLS. */
  NONE = "none",
}

/** The owner of the rules of the network security groups. */
export enum RuleOwner {
  /** The cluster's cloud controller, at run time. */
  CLOUD = "cloud",
  /** Terraform. */
  TERRAFORM = "terraform",
}

/** Options of an internal load balancer. */
export interface InternalAccessOptions {
  /**
   * The reason for public client ranges, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; private ranges need no reason
   */
  readonly reason?: string;
}

const CIDRS = cidrs();
const CLIENT_CIDRS = cidrs({ everyone: "LoadBalancerAccess.publicFromAnywhere({ reason })" });

/** The access to a load balancer: internal or public, with the ranges of its clients. */
@checked
export class LoadBalancerAccess {
  /**
   * An internal load balancer, with an address in the VCN only, for clients in the given ranges.
   *
   * Ranges other than the private ones of RFC 1918 and RFC 6598 need a reason, for example that a company
   * uses them internally; it is recorded as an acknowledgement.
   *
   * @param cidrs IPv4 ranges such as `10.0.0.0/8`, in any order
   */
  public static internalFrom(cidrs: string[], options?: InternalAccessOptions): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.internalFrom");
    const read = CIDRS(problems, "cidrs", cidrs) ?? [];
    const others = read.filter(isPublic).map(({ text }) => text);
    const ranges = read.map(({ text }) => text);
    if (others.length === 0) {
      if (options?.reason !== undefined) readReason(problems, "An internal load balancer", options);
      problems.throwIfAny();
      return new LoadBalancerAccess(true, ranges);
    }
    const what = `internal load balancer for the public ${others.join(", ")}`;
    const reason = readReason(problems, `An ${what}`, options);
    problems.throwIfAny();
    return new LoadBalancerAccess(true, ranges, reason, what);
  }

  /**
   * A public load balancer for clients in the given ranges.
   *
   * @param cidrs IPv4 ranges such as `203.0.113.0/24`, in any order
   */
  public static publicFrom(cidrs: string[], choice: ReasonedChoice): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.publicFrom");
    const ranges = CLIENT_CIDRS(problems, "cidrs", cidrs)?.map(({ text }) => text) ?? [];
    const reason = readReason(problems, "A public load balancer", choice);
    problems.throwIfAny();
    return new LoadBalancerAccess(false, ranges, reason, `public load balancer for ${ranges.join(", ")}`);
  }

  /** A public load balancer for any client. */
  public static publicFromAnywhere(choice: ReasonedChoice): LoadBalancerAccess {
    const reason = readChoice(
      "LoadBalancerAccess.publicFromAnywhere",
      "A load balancer for everyone",
      choice,
    );
    return new LoadBalancerAccess(false, ["0.0.0.0/0"], reason, "public load balancer for 0.0.0.0/0");
  }

  private constructor(
    /** Whether the load balancer has an address in the VCN only. */
    public readonly isInternal: boolean,
    /** The ranges of the clients, sorted. */
    public readonly sourceRanges: string[],
    /** The reason for a public load balancer, or for public client ranges, if there are any. */
    public readonly reason?: string,
    /** What the reason is for. */
    private readonly exposure = "",
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "exposure", this.exposure, this.reason);
  }
}

/** Whether a range certainly contains public addresses. */
function isPublic({ block }: GivenCidr): boolean {
  return block !== undefined && !isInsidePrivate(block);
}

/**
 * The health check of the nodes of a load balancer.
 *
 * With the policy Cluster, it probes kube-proxy on port 10256; with Local, it checks whether the node runs a
 * ready pod.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancer_topic-Summaryofannotations.htm
 */
export interface LoadBalancerHealthCheck {
  /**
   * The interval, in whole seconds up to 30 minutes: from 1 second for a load balancer, from 10 seconds for a
   * network load balancer.
   *
   * @default Duration.seconds(10)
   */
  readonly interval?: Duration;
  /**
   * The timeout, in whole seconds from 1 second to 10 minutes, at most the interval.
   *
   * @default Duration.seconds(3)
   */
  readonly timeout?: Duration;
  /**
   * The number of failures, or successes, in a row that change the state of a node: 1 to 10.
   *
   * @default 3
   */
  readonly retries?: number;
}

const DEFAULT_INTERVAL = 10;
const DEFAULT_TIMEOUT = 3;
const MAX_INTERVAL = 1800;
const MIN_NETWORK_INTERVAL = 10;
const MAX_TIMEOUT = 600;
const MAX_RETRIES = 10;

/** A health check in seconds; members that were left out keep the controller's defaults. */
export interface HealthCheckSeconds {
  readonly interval?: number;
  readonly timeout?: number;
  readonly retries?: number;
}

const HEALTH_CHECK = {
  interval: optional(wholeDuration("seconds", { least: 1, most: MAX_INTERVAL })),
  timeout: optional(wholeDuration("seconds", { least: 1, most: MAX_TIMEOUT })),
  retries: optional(wholeNumber({ least: 1, most: MAX_RETRIES })),
} satisfies PropsSchema<LoadBalancerHealthCheck>;

/** Reads a health check in seconds. */
export function healthCheck(): Reader<HealthCheckSeconds> {
  return checkedBy(objectOf(HEALTH_CHECK), checkTimeout);
}

/** Adds a problem if the interval is too short for the type of load balancer. */
export function checkInterval(
  problems: Problems,
  type: LoadBalancerType,
  { interval = DEFAULT_INTERVAL }: HealthCheckSeconds,
): void {
  if (type !== LoadBalancerType.NETWORK_LOAD_BALANCER || interval >= MIN_NETWORK_INTERVAL) return;
  problems.add(
    "DURATION_INVALID",
    `healthCheck.interval is ${interval} s, and a network load balancer needs at least ${MIN_NETWORK_INTERVAL} s`,
    `Give at least Duration.seconds(${MIN_NETWORK_INTERVAL})`,
  );
}

function checkTimeout(
  problems: Problems,
  name: string,
  { interval = DEFAULT_INTERVAL, timeout = DEFAULT_TIMEOUT }: HealthCheckSeconds,
): void {
  if (timeout <= interval) return;
  problems.add(
    "DURATION_INVALID",
    `${name}.timeout is ${timeout} s, which exceeds the interval of ${interval} s`,
    `Give at most ${interval} s, for example Duration.seconds(${Math.min(DEFAULT_TIMEOUT, interval)})`,
  );
}

/** The annotations, in milliseconds as the controller expects them; none for members that were left out. */
export function healthCheckAnnotations(
  prefix: string,
  check: HealthCheckSeconds | undefined,
): { [key: string]: string } {
  const { interval, timeout, retries } = check ?? {};
  return {
    ...(interval === undefined ? {} : { [`${prefix}interval`]: String(interval * 1000) }),
    ...(timeout === undefined ? {} : { [`${prefix}timeout`]: String(timeout * 1000) }),
    ...(retries === undefined ? {} : { [`${prefix}retries`]: String(retries) }),
  };
}
