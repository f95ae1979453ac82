import { shown } from "../../core/display-value";
import { hasPorts, IpProtocol, Port } from "../../core/port";
import {
  checkedBy,
  listOf,
  objectOf,
  type PropsSchema,
  type Reader,
  ruleReasonFor,
  valueOf,
} from "../../core/readers";

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

const ACCESS = {
  port: checkedBy(valueOf(Port), (problems, name, port) => {
    if (port.protocol !== IpProtocol.ICMP && hasPorts(port)) return;
    problems.add(
      "PORT_INVALID",
      `${name} is ${shown(port)}`,
      "Give a TCP or UDP port, for example Port.tcp(9100)",
    );
  }),
  reason: ruleReasonFor("The access of pods to a port of the nodes"),
} satisfies PropsSchema<PodsToNodesAccess>;

/** Reads the ports of the nodes that pods may connect to. */
export function podsToNodes(): Reader<PodsToNodesAccess[]> {
  return listOf(
    objectOf(ACCESS),
    'a list, for example [{ port: Port.tcp(9100), reason: "Prometheus reads the nodes" }]',
  );
}
