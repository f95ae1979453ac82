import { AppProtocol, portName, servicePort } from "./app-protocol";
import { LoadBalancerType, TlsPlace } from "./load-balancer-kinds";
import { targetOf, type IServiceBackend } from "./service-backend";
import { Port, Protocol } from "../core/port";

/** A port of the Service, and with it a listener of the load balancer. */
export interface Listener {
  /** What the node port is for, in the words that it is chosen by. */
  readonly purpose: string;
  readonly port: Port;
  readonly nodePort?: number;
  /** Whether it is the one for redirects, without TLS. */
  readonly isPlain?: boolean;
}

/** What the load balancer speaks to clients: what it does not read is TCP. */
export function listenerProtocol(
  type: LoadBalancerType,
  place: TlsPlace,
  workload: IServiceBackend,
): AppProtocol {
  const unread = type === LoadBalancerType.NETWORK_LOAD_BALANCER || place === TlsPlace.POD;
  return unread ? AppProtocol.TCP : workload.protocol;
}

/** The one port of a transport. */
export function portOf(transport: Protocol, port: number): Port {
  return transport === Protocol.UDP ? Port.udp(port) : Port.tcp(port);
}

/** The ports of the Service, the one with TLS first. */
export function servicePorts(
  listeners: readonly Listener[],
  workload: IServiceBackend,
  place: TlsPlace,
): object[] {
  return listeners.map((listener) => ({
    ...(listener.isPlain ? httpPort(listener, workload) : mainPort(listener, workload, place)),
    ...nodePortOf(listener),
  }));
}

function httpPort({ port }: Listener, workload: IServiceBackend): object {
  const { from = 0 } = port;
  const { protocol, _redirectPort: redirects } = workload;
  if (redirects === undefined) return servicePort("http", from, protocol, targetOf(workload));
  return { name: "http", port: from, targetPort: redirects, protocol: "TCP" };
}

function nodePortOf({ nodePort }: Listener): object {
  return nodePort === undefined ? {} : { nodePort };
}

function mainPort({ port }: Listener, workload: IServiceBackend, place: TlsPlace): object {
  const { protocol } = workload;
  const number = port.from ?? 0;
  if (port.protocol === Protocol.UDP) {
    // The port of the pods is named for TCP, and a Service finds no port of another transport by its name.
    return { name: "udp", port: number, targetPort: workload.port, protocol: "UDP" };
  }
  const name = protocol === AppProtocol.HTTP && place !== TlsPlace.NONE ? "https" : portName(protocol);
  const isSecret = place === TlsPlace.POD || place === TlsPlace.LOAD_BALANCER_AND_POD;
  if (!isSecret) return servicePort(name, number, protocol, targetOf(workload));
  const inside = protocol === AppProtocol.HTTP ? { appProtocol: "https" } : {};
  return { name, port: number, targetPort: targetOf(workload), protocol: "TCP", ...inside };
}
