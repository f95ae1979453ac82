import { IpProtocol, Port } from "../../core/port";
import { AppProtocol, portName, servicePort } from "../../workload/pods/ports";
import { LoadBalancerType, TlsTerminationPoint } from "../load-balancer-kinds";
import { type IServiceBackend, type ServiceTarget } from "../service-backend";

/** A port of the Service, and the corresponding listener of the load balancer. */
export interface Listener {
  /** The purpose of the node port, from which it is derived. */
  readonly purpose: string;
  readonly port: Port;
  readonly nodePort?: number;
  /** Whether it is the listener for redirects, without TLS. */
  readonly isPlain?: boolean;
}

/** The protocol between clients and the load balancer: TCP if it does not parse the traffic. */
export function listenerProtocol(
  type: LoadBalancerType,
  tls: TlsTerminationPoint,
  protocol: AppProtocol,
): AppProtocol {
  const isForwarded = type === LoadBalancerType.NETWORK_LOAD_BALANCER || tls === TlsTerminationPoint.POD;
  return isForwarded ? AppProtocol.TCP : protocol;
}

/** A single port of a transport. */
export function portOf(transport: IpProtocol, port: number): Port {
  return transport === IpProtocol.UDP ? Port.udp(port) : Port.tcp(port);
}

/** The ports of the Service, the TLS port first. */
export function servicePorts(
  listeners: readonly Listener[],
  workload: IServiceBackend,
  target: ServiceTarget,
  tls: TlsTerminationPoint,
): object[] {
  return listeners.map((listener) => ({
    ...(listener.isPlain ? redirectPort(listener, workload, target) : mainPort(listener, target, tls)),
    ...(listener.nodePort === undefined ? {} : { nodePort: listener.nodePort }),
  }));
}

function redirectPort(
  { port: { from = 0 } }: Listener,
  { _redirectPort: redirects }: IServiceBackend,
  { protocol, portName: name }: ServiceTarget,
): object {
  if (redirects === undefined) return servicePort("http", from, protocol, name);
  return { name: "http", port: from, targetPort: redirects, protocol: "TCP" };
}

function mainPort(
  { port: { protocol: transport, from = 0 } }: Listener,
  { port, protocol, portName: targetPort }: ServiceTarget,
  tls: TlsTerminationPoint,
): object {
  if (transport === IpProtocol.UDP) {
    // The pods' port is named for TCP, and a Service can't target a port of another transport by its name.
    return { name: "udp", port: from, targetPort: port, protocol: "UDP" };
  }
  const isHttps = protocol === AppProtocol.HTTP && tls !== TlsTerminationPoint.NONE;
  const name = isHttps ? "https" : portName(protocol);
  const isEncrypted = tls === TlsTerminationPoint.POD || tls === TlsTerminationPoint.LOAD_BALANCER_AND_POD;
  if (!isEncrypted) return servicePort(name, from, protocol, targetPort);
  const appProtocol = protocol === AppProtocol.HTTP ? { appProtocol: "https" } : {};
  return { name, port: from, targetPort, protocol: "TCP", ...appProtocol };
}
