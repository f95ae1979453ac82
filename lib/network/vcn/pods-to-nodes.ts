import { shown } from "../../core/display-value";
import { hasPorts, type Port, IpProtocol } from "../../core/port";
import { checkRuleReason } from "../../core/reason";
import { type Problems } from "../../core/validation-error";

/**
 * A port of the nodes that pods connect to.
 *
 * Pods reach the kubelets anyway, TCP 10250, for the metrics server. What else listens on the nodes, such as a node exporter on
 * TCP 9100 or a daemon set in the network of its host, is named one by one. A workload under a NetworkPolicy needs its own
 * rule too.
 */
export interface PodsToNodesAccess {
  /** The port, such as `Port.tcp(9100)`. */
  readonly port: Port;
  /** Who connects, and why: up to 255 characters, the description of the rule. */
  readonly reason: string;
}

/** Adds a problem for each port that is none, or has no reason. */
export function checkPodsToNodes(problems: Problems, given: unknown): void {
  if (given === undefined) return;
  if (!Array.isArray(given)) {
    const fix = 'Write [{ port: Port.tcp(9100), reason: "Prometheus reads the node exporters" }]';
    problems.add("VALUE_INVALID", `podsToNodes is ${shown(given)}`, fix);
    return;
  }
  (given as (Partial<PodsToNodesAccess> | null | undefined)[]).forEach((access, index) => {
    const { port, reason } = access ?? {};
    if (typeof port !== "object" || port === null || port.protocol === IpProtocol.ICMP || !hasPorts(port)) {
      problems.add(
        "PORT_INVALID",
        `podsToNodes[${index}].port is ${shown(port)}`,
        "Give a TCP or UDP Port, for example Port.tcp(9100)",
      );
    }
    checkRuleReason(problems, `podsToNodes[${index}]`, reason);
  });
}
