import { IpProtocol } from "../../core/port";
import { type Problems } from "../../core/validation-error";
import { PodNetworkType } from "../../network/vcn/pod-networking";
import {
  ExternalTrafficPolicy,
  LoadBalancerType,
  RuleOwner,
  TlsTerminationPoint,
} from "../load-balancer-kinds";

/** The properties of an exposure whose combinations OCI supports or not. */
export interface Exposure {
  readonly type: LoadBalancerType;
  readonly isInternal: boolean;
  readonly transport: IpProtocol;
  readonly rules: RuleOwner;
  readonly policy: ExternalTrafficPolicy;
  readonly preserveSource: boolean;
  readonly tls: TlsTerminationPoint;
  /** The pod networking of the cluster; a load balancer always connects to node ports. */
  readonly podNetworking: PodNetworkType;
}

/** A combination that the cloud controller or OCI does not support. */
interface UnsupportedCombination {
  /** The name in the documentation. */
  readonly name: string;
  /** The values of the combination, a list of alternatives for each property. */
  readonly when: { readonly [K in keyof Exposure]?: readonly Exposure[K][] };
  readonly why: string;
  readonly fix: string;
}

const { LOAD_BALANCER, NETWORK_LOAD_BALANCER } = LoadBalancerType;
const USE_LOCAL = "Set externalTrafficPolicy: ExternalTrafficPolicy.LOCAL";

/**
 * The unsupported combinations; every other combination is supported.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer_spec.go
 */
export const UNSUPPORTED: readonly UnsupportedCombination[] = [
  {
    name: "UDP on a load balancer",
    when: { type: [LOAD_BALANCER], transport: [IpProtocol.UDP] },
    why: "an OCI load balancer is a TCP proxy, and the cloud controller rejects such a Service",
    fix: "Set type: LoadBalancerType.NETWORK_LOAD_BALANCER for UDP",
  },
  {
    name: "UDP with cloud-managed rules",
    when: { rules: [RuleOwner.CLOUD], transport: [IpProtocol.UDP] },
    why: "the cloud controller writes rules for TCP only, so all datagrams would be dropped",
    fix: "Set securityRules: SecurityRuleManagement.terraformManaged()",
  },
  {
    name: "TLS on UDP",
    when: {
      transport: [IpProtocol.UDP],
      tls: [
        TlsTerminationPoint.LOAD_BALANCER,
        TlsTerminationPoint.POD,
        TlsTerminationPoint.LOAD_BALANCER_AND_POD,
      ],
    },
    why: "TLS requires TCP; encryption of datagrams, such as DTLS or QUIC, is up to the program",
    fix: "Set tls: TlsTermination.none({ reason }), and name the encryption of the datagrams in the reason",
  },
  {
    name: "TLS at a network load balancer",
    when: {
      type: [NETWORK_LOAD_BALANCER],
      tls: [TlsTerminationPoint.LOAD_BALANCER, TlsTerminationPoint.LOAD_BALANCER_AND_POD],
    },
    why: "a network load balancer forwards packets and can't terminate TLS; the cloud controller ignores the certificate",
    fix: "Terminate TLS in the pod with TlsTermination.atPod(), or set type: LoadBalancerType.LOAD_BALANCER",
  },
  {
    name: "TLS at an ingress gateway",
    when: { tls: [TlsTerminationPoint.INGRESS] },
    why: "the gateway has its own load balancer, which serves the hosts of many workloads",
    fix: "Call exposeViaIngress({ gateway, host, tls }), or use TlsTermination.atLoadBalancer",
  },
  {
    name: "Source preservation on a load balancer",
    when: { type: [LOAD_BALANCER], preserveSource: [true] },
    why: "a load balancer is a proxy, so nodes see its address instead of the client's",
    fix: "Read the header X-Forwarded-For, use proxyProtocol for TCP, or set type: LoadBalancerType.NETWORK_LOAD_BALANCER",
  },
  {
    name: "Source preservation with the policy Cluster",
    when: { policy: [ExternalTrafficPolicy.CLUSTER], preserveSource: [true] },
    why: "with the policy Cluster, a node replaces the client's address with its own; the cloud controller rejects the combination",
    fix: USE_LOCAL,
  },
  {
    name: "A flannel overlay with the policy Cluster",
    when: { policy: [ExternalTrafficPolicy.CLUSTER], podNetworking: [PodNetworkType.FLANNEL_OVERLAY] },
    why: "a node forwards traffic for other nodes from its overlay address, which a NetworkPolicy can't distinguish from pods",
    fix: USE_LOCAL,
  },
];

/** The unsupported combinations that an exposure matches. */
export function unsupportedIn(exposure: Exposure): readonly UnsupportedCombination[] {
  return UNSUPPORTED.filter(({ when }) =>
    Object.entries<readonly unknown[]>(when).every(([name, values]) =>
      values.includes(exposure[name as keyof Exposure]),
    ),
  );
}

/** Adds a problem for each unsupported combination among the exposures, each once. */
export function checkCombinations(problems: Problems, ...exposures: readonly Exposure[]): void {
  for (const { name, why, fix } of new Set(exposures.flatMap(unsupportedIn))) {
    problems.add("LOAD_BALANCER_INVALID", `${name}: ${why}`, fix);
  }
}
