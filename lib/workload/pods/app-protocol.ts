import { IpProtocol } from "../../core/port";

/** What a program speaks on its port. */
export enum AppProtocol {
  /** HTTP 1, which load balancers read and add headers to. */
  HTTP = "HTTP",
  /** gRPC over HTTP/2 without TLS. */
  GRPC = "GRPC",
  /** Anything else over TCP; load balancers pass it on unread. */
  TCP = "TCP",
}

/** The name of a container's port, by which Services find it: a port that moves is found in old and new pods. */
export function portName(protocol: AppProtocol): string {
  return protocol.toLowerCase();
}

// The standard names; for TCP there is none.
const APP_PROTOCOLS = {
  [AppProtocol.HTTP]: { appProtocol: "http" },
  [AppProtocol.GRPC]: { appProtocol: "kubernetes.io/h2c" },
  [AppProtocol.TCP]: {},
};

/**
 * The port of a Service, which leads to a port of the pods by its name.
 *
 * @param target by default that of the port that is named after its protocol
 * @param transport nothing is known of what is spoken over UDP
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
