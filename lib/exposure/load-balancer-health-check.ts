import { type Duration } from "cdk8s";
import { LoadBalancerType } from "./load-balancer-kinds";
import {
  checkedBy,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  wholeDuration,
  wholeNumber,
} from "../core/readers";
import { type Problems } from "../core/validation-error";

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
