import { shown } from "../../core/display-value";
import { hasPorts, type Port, IpProtocol } from "../../core/port";
import { checkRuleReason } from "../../core/reason";
import { type Problems } from "../../core/validation-error";

/**
 * A port of the nodes that pods may connect to.
 *
 * Pods may always connect to the kubelets, TCP 10250, for the metrics server. List each other port that something on the nodes listens
 * on, such as a node exporter on TCP 9100 or a DaemonSet with host networking. A workload under a NetworkPolicy needs its own rule too.
 */
export interface PodsToNodesAccess {
  /** The port, such as `Port.tcp(9100)`. */
  readonly port: Port;
  /** The client and the purpose of the connection: up to 255 characters, used as the description of the rule. */
  readonly reason: string;
}

/** Adds a problem for each entry that is not a port, or that has no reason. */
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
