import { LoadBalancerType } from "./load-balancer-kinds";
import { shown } from "../core/display-value";
import { type Problems } from "../core/validation-error";
import { given } from "../synthesis/chart-objects";

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
   * The interval in seconds, up to 1800: from 1 for a load balancer, from 10 for a network load balancer.
   *
   * @default 10
   */
  readonly intervalSeconds?: number;
  /**
   * The timeout in seconds, 1 to 600, at most the interval.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
  /**
   * The number of failures, or successes, in a row that change the state of a node: 1 to 10.
   *
   * @default 3
   */
  readonly retries?: number;
}

const DEFAULTS = { intervalSeconds: 10, timeoutSeconds: 3, retries: 3 };
const MOST = { intervalSeconds: 1800, timeoutSeconds: 600, retries: 10 };

/** Adds a problem for each number that the type of load balancer does not accept. */
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

/** The annotations, in milliseconds as the controller expects them; none for missing options. */
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
