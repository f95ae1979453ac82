import { IpProtocol } from "../../core/port";

/** The application protocol of a port. */
export enum AppProtocol {
  /** HTTP/1, which load balancers parse and add headers to. */
  HTTP = "HTTP",
  /** gRPC over HTTP/2 without TLS. */
  GRPC = "GRPC",
  /** Any other protocol over TCP, which load balancers forward unread. */
  TCP = "TCP",
}

/**
 * The name of a container port, which Services refer to: if its number changes, old and new pods stay
 * reachable.
 */
export function portName(protocol: AppProtocol): string {
  return protocol.toLowerCase();
}

// The standard names; TCP has none.
const APP_PROTOCOLS = {
  [AppProtocol.HTTP]: { appProtocol: "http" },
  [AppProtocol.GRPC]: { appProtocol: "kubernetes.io/h2c" },
  [AppProtocol.TCP]: {},
};

/**
 * A port of a Service, which targets a port of the pods by name.
 *
 * @param target the name of the target port; by default the one named after the protocol
 * @param transport for UDP, the application protocol is unknown
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
 */
export function servicePort(
  name: string,
  port: number,
  protocol: AppProtocol,
  target = portName(protocol),
  transport = IpProtocol.TCP,
): object {
  const spoken = transport === IpProtocol.UDP ? {} : APP_PROTOCOLS[protocol];
  return { name, port, targetPort: target, protocol: transport, ...spoken };
}
