import { type ApiObject } from "cdk8s";
import { RuleOwner } from "./load-balancer-combinations";
import { LoadBalancerType } from "./load-balancer-kinds";
import { type LoadBalancerProps } from "./load-balancer-props";
import { type Protocol } from "../core/port";
import { type INetworkSecurityGroup } from "../network/network-security-group";

/** The port of a Service in the manifest. */
export interface ServicePort {
  readonly protocol?: string;
}

/** A load balancer that a second call for the same workload, port and clients may share. */
export interface SharedBalancer {
  /** What the two calls have in common. */
  readonly key: string;
  /** The name of the Service. */
  readonly name: string;
  /** The namespace and the name of the Service, for people. */
  readonly service: string;
  readonly transports: Protocol[];
  readonly nodePort?: number;
  readonly object: ApiObject;
  /** The ports in the spec of the Service. */
  readonly ports: ServicePort[];
  readonly securityGroup: INetworkSecurityGroup;
}

const shared = new WeakMap<object, SharedBalancer[]>();

/**
 * What two calls must have in common so that one load balancer serves both.
 *
 * Left out are the name, the transport, reasons, and where TLS ends: a network load balancer ends none, and UDP has none.
 */
function keyOf(props: Partial<LoadBalancerProps>): string | undefined {
  const { cluster, access, workload, securityRules, type, port = 443 } = props;
  if (!cluster || !access || !workload || securityRules?._owner !== RuleOwner.TERRAFORM) return undefined;
  if (type !== LoadBalancerType.NETWORK_LOAD_BALANCER) return undefined;
  return JSON.stringify([
    cluster.node.path,
    port,
    [props.targetPort, workload.port],
    [access.isInternal, access.sourceRanges],
    [props.externalTrafficPolicy, props.preserveSource, props.policy, props.proxyProtocol],
    props.healthCheck,
    props.reservedAddress,
    (props.securityGroups ?? []).map(({ node }) => node.path).sort(),
    [props.compartmentId, Object.entries(props.nodeLabels ?? {}).sort()],
    securityRules._options,
  ]);
}

/** The load balancer that already serves the other transport of the same port, where there is one. */
export function sharedBalancerOf(
  props: Partial<LoadBalancerProps>,
  transports: readonly Protocol[],
): SharedBalancer | undefined {
  const key = keyOf(props);
  const known = props.workload ? shared.get(props.workload.node) : undefined;
  return known?.find((one) => one.key === key && !transports.some((each) => one.transports.includes(each)));
}

/** Lets later calls share a load balancer. */
export function offerBalancer(props: LoadBalancerProps, balancer: Omit<SharedBalancer, "key">): void {
  const key = keyOf(props);
  if (key === undefined) return;
  const { node } = props.workload;
  shared.set(node, [...(shared.get(node) ?? []), { ...balancer, key }]);
}
