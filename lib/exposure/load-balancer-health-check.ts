import { LoadBalancerType } from "./load-balancer-kinds";
import { shown } from "../core/display-value";
import { type Problems } from "../core/validation-error";
import { given } from "../synthesis/chart-objects";

/**
 * How a load balancer finds out which nodes work.
 *
 * With the policy Cluster it asks kube-proxy, port 10256; with Local, whether the node runs a ready pod.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancer_topic-Summaryofannotations.htm
 */
export interface LoadBalancerHealthCheck {
  /**
   * Seconds from one question to the next, up to 1800: from 1 for a load balancer, from 10 for a network load balancer.
   *
   * @default 10
   */
  readonly intervalSeconds?: number;
  /**
   * Seconds within which a node must answer, 1 to 600, not above the interval.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
  /**
   * How many questions must go unanswered, or be answered again, in a row: 1 to 10.
   *
   * @default 3
   */
  readonly retries?: number;
}

const DEFAULTS = { intervalSeconds: 10, timeoutSeconds: 3, retries: 3 };
const MOST = { intervalSeconds: 1800, timeoutSeconds: 600, retries: 10 };

/** Adds a problem for each number that a load balancer of the type does not take. */
export function checkHealthCheck(
  problems: Problems,
  type: LoadBalancerType,
  check: LoadBalancerHealthCheck,
): void {
  const least = type === LoadBalancerType.NETWORK_LOAD_BALANCER ? 10 : 1;
  const all = { ...DEFAULTS, ...given(check) };
  for (const name of ["intervalSeconds", "timeoutSeconds", "retries"] as const) {
    const from = name === "intervalSeconds" ? least : 1;
    const value = all[name];
    if (Number.isInteger(value) && value >= from && value <= MOST[name]) continue;
    const what = `healthCheck.${name} is ${shown(value)}`;
    problems.add("COUNT_INVALID", what, `Give a whole number from ${from} to ${MOST[name]}`);
  }
  if (all.timeoutSeconds <= all.intervalSeconds) return;
  problems.add(
    "COUNT_INVALID",
    `healthCheck.timeoutSeconds ${all.timeoutSeconds} is above intervalSeconds ${all.intervalSeconds}`,
    "Let a question end before the next one is asked",
  );
}

/** The annotations, with milliseconds as the controller takes them; none for what was not given. */
export function healthCheckAnnotations(
  prefix: string,
  check: LoadBalancerHealthCheck | undefined,
): { [key: string]: string } {
  const { intervalSeconds, timeoutSeconds, retries } = check ?? {};
  return {
    ...(intervalSeconds === undefined ? {} : { [`${prefix}interval`]: String(intervalSeconds * 1000) }),
    ...(timeoutSeconds === undefined ? {} : { [`${prefix}timeout`]: String(timeoutSeconds * 1000) }),
    ...(retries === undefined ? {} : { [`${prefix}retries`]: String(retries) }),
  };
}
