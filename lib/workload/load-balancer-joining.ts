import { proxyHeader } from "./load-balancer-annotations";
import { servicePorts } from "./load-balancer-listeners";
import { type LoadBalancerProps } from "./load-balancer-props";
import { addListenerRules } from "./load-balancer-rules";
import { type ServicePort, type SharedBalancer } from "./load-balancer-sharing";
import { type ReadLoadBalancer } from "./read-load-balancer";
import { Protocol } from "../core/port";

/** Adds the listeners of a later call to a load balancer that is there. */
export function joinBalancer(
  { ports, object, service, transports, securityGroup }: SharedBalancer,
  props: LoadBalancerProps,
  read: ReadLoadBalancer,
): void {
  ports.push(...(servicePorts(read.listeners, props.workload, props.tls.place) as ServicePort[]));
  // TCP first, in whatever order the calls are.
  ports.sort((a, b) => Number(b.protocol === Protocol.TCP) - Number(a.protocol === Protocol.TCP));
  transports.push(...read.transports);
  addListenerRules(securityGroup, props, { ...read, service });
  for (const [key, value] of Object.entries(proxyHeader(props.proxyProtocol !== undefined))) {
    object.metadata.addAnnotation(key, value);
  }
}
