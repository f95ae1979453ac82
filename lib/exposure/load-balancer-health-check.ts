import { type Duration } from "cdk8s";
import { LoadBalancerType } from "./load-balancer-kinds";
import { shown } from "../core/display-value";
import { type Problems } from "../core/validation-error";
import { wholeDurationOf } from "../core/whole-duration";

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
const MAX_TIMEOUT = 600;
const MAX_RETRIES = 10;

/** A health check in seconds; members that were left out keep the controller's defaults. */
export interface HealthCheckSeconds {
  readonly interval?: number;
  readonly timeout?: number;
  readonly retries?: number;
}

/** Reads a health check, and adds a problem for each value that the type of load balancer does not accept. */
export function readHealthCheck(
  problems: Problems,
  type: LoadBalancerType,
  { interval, timeout, retries }: LoadBalancerHealthCheck,
): HealthCheckSeconds {
  const secondsOf = (name: string, duration: Duration | undefined, least: number, most: number) =>
    duration === undefined
      ? undefined
      : wholeDurationOf(problems, `healthCheck.${name}`, duration, "seconds", { least, most });
  const minInterval = type === LoadBalancerType.NETWORK_LOAD_BALANCER ? 10 : 1;
  const read = {
    interval: secondsOf("interval", interval, minInterval, MAX_INTERVAL),
    timeout: secondsOf("timeout", timeout, 1, MAX_TIMEOUT),
    retries,
  };
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 1 && retries <= MAX_RETRIES)) {
    problems.add(
      "COUNT_INVALID",
      `healthCheck.retries is ${shown(retries)}`,
      `Give a whole number from 1 to ${MAX_RETRIES}, for example 3`,
    );
  }
  checkTimeout(problems, read.interval ?? DEFAULT_INTERVAL, read.timeout ?? DEFAULT_TIMEOUT);
  return read;
}

function checkTimeout(problems: Problems, interval: number, timeout: number): void {
  // An interval of no whole second was reported already.
  if (timeout <= interval || interval < 1) return;
  problems.add(
    "DURATION_INVALID",
    `healthCheck.timeout is ${timeout} s, which exceeds the interval of ${interval} s`,
    `Give at most ${interval} s, for example Duration.seconds(${Math.min(DEFAULT_TIMEOUT, Math.floor(interval))})`,
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
