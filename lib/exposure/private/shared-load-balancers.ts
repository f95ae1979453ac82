import { type ApiObject } from "cdk8s";
import { type Node } from "constructs";
import { type LoadBalancerInput } from "./load-balancer-schema";
import { StateOf } from "../../core/construct-state";
import { type IpProtocol } from "../../core/port";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type HealthCheckSeconds } from "../load-balancer-health-check";
import { LoadBalancerType, RuleOwner } from "../load-balancer-kinds";
import { type IServiceBackend } from "../service-backend";

/** The port of a Service in the manifest. */
export interface ServicePort {
  readonly protocol?: string;
}

/** A load balancer that a second call for the same workload, port and clients may share. */
export interface SharedBalancer {
  /** The key that both calls have in common. */
  readonly key: string;
  /** The name of the Service. */
  readonly name: string;
  /** The namespace and the name of the Service, for messages. */
  readonly service: string;
  readonly transports: IpProtocol[];
  readonly nodePort?: number;
  readonly object: ApiObject;
  /** The ports in the spec of the Service. */
  readonly ports: ServicePort[];
  readonly securityGroup: INetworkSecurityGroup;
}

const balancersOf = new StateOf<Node, SharedBalancer[]>(() => []);

/**
 * The key of calls that may share one load balancer.
 *
 * It leaves out the name, the transport, reasons, and TLS termination: a network load balancer terminates
 * none, and UDP has none.
 */
export function shareKeyOf(
  input: LoadBalancerInput,
  healthCheck: HealthCheckSeconds | undefined,
): string | undefined {
  const { cluster, access, workload, securityRules, type, port } = input;
  if (!cluster || !access || !workload || securityRules?._owner !== RuleOwner.TERRAFORM) return undefined;
  if (type !== LoadBalancerType.NETWORK_LOAD_BALANCER) return undefined;
  return JSON.stringify([
    cluster.node.path,
    port,
    input.targetPort,
    [access.isInternal, access.sourceRanges],
    [input.externalTrafficPolicy, input.preserveSource, input.policy, input.proxyProtocol],
    healthCheck,
    input.reservedAddress,
    (input.securityGroups ?? []).map(({ node }) => node.path).sort(),
    [input.compartmentId, Object.entries(input.nodeLabels ?? {}).sort()],
    securityRules._options,
  ]);
}

/** The load balancer that already serves the other transport of the same port, if there is one. */
export function sharedBalancerOf(
  workload: IServiceBackend | undefined,
  key: string | undefined,
  transports: readonly IpProtocol[],
): SharedBalancer | undefined {
  return (workload ? balancersOf.of(workload.node) : []).find(
    (balancer) =>
      balancer.key === key && !transports.some((transport) => balancer.transports.includes(transport)),
  );
}

/** Lets later calls share a load balancer. */
export function offerBalancer({ node }: IServiceBackend, balancer: SharedBalancer): void {
  balancersOf.of(node).push(balancer);
}
