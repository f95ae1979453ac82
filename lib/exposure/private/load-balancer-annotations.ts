import { type ResolvedLoadBalancer } from "./read-load-balancer";
import { addressAnnotations } from "./reserved-address";
import { listenerProtocol } from "./service-ports";
import { IpProtocol } from "../../core/port";
import { ruleAnnotations } from "../listener-rule";
import { healthCheckAnnotations } from "../load-balancer-health-check";
import { ExternalTrafficPolicy, LoadBalancerType, RuleOwner } from "../load-balancer-kinds";
import { byKey } from "../../core/stable-order";

const OCI = "oci.oraclecloud.com";
const BETA = "service.beta.kubernetes.io";
const NLB = "oci-network-load-balancer.oraclecloud.com";

interface Annotations {
  [key: string]: string;
}

/**
 * The annotations of the Service for the cloud controller.
 *
 * @param groups the OCIDs of the load balancer's groups besides the controller's own
 */
export function annotationsOf(resolved: ResolvedLoadBalancer, groups: readonly string[]): Annotations {
  const isNetwork = resolved.type === LoadBalancerType.NETWORK_LOAD_BALANCER;
  const ofType = isNetwork ? networkLoadBalancer : loadBalancer;
  return { ...common(resolved), ...ofType(resolved, groups.join(",")) };
}

function common(resolved: ResolvedLoadBalancer): Annotations {
  const { exposure, compartmentId, proxyProtocol, reservedAddress, workerGroupId } = resolved;
  const isCloud = exposure.rules === RuleOwner.CLOUD;
  // Pods reach the address through the load balancer too if it modifies the traffic: kube-proxy's shortcut
  // would bypass TLS termination and the proxy protocol header.
  const isProxy = exposure.type === LoadBalancerType.LOAD_BALANCER || proxyProtocol !== undefined;
  return {
    [`${OCI}/load-balancer-type`]: exposure.type,
    // Without it, the cloud controller changes security lists outside of Terraform.
    [`${OCI}/security-rule-management-mode`]: isCloud ? "NSG" : "None",
    ...(isCloud ? { [`${OCI}/oci-backend-network-security-group`]: workerGroupId } : {}),
    [`${OCI}/ingress-ip-mode`]: isProxy ? "proxy" : "VIP",
    ...(compartmentId === undefined ? {} : { [`${OCI}/compartment-id`]: compartmentId }),
    ...addressAnnotations(reservedAddress, exposure),
  };
}

function loadBalancer(resolved: ResolvedLoadBalancer, groups: string): Annotations {
  const { exposure, healthCheck, policy, port, proxyProtocol, target, tls } = resolved;
  const protocol = listenerProtocol(exposure.type, exposure.tls, target.protocol);
  return {
    [`${BETA}/oci-load-balancer-internal`]: String(exposure.isInternal),
    [`${BETA}/oci-load-balancer-subnet1`]: resolved.subnetId,
    ...resolved.shape._annotations(),
    [`${BETA}/oci-load-balancer-backend-protocol`]: protocol,
    [`${BETA}/oci-load-balancer-connection-idle-timeout`]: String(resolved.idleTimeout),
    ...tls._annotations(port, protocol, resolved.certificateMap),
    ...ruleAnnotations(resolved.listenerRules),
    ...nodeLabels(`${OCI}/node-label-selector`, resolved.nodeLabels),
    ...(groups === "" ? {} : { [`${OCI}/oci-network-security-groups`]: groups }),
    ...(policy === undefined ? {} : { [`${OCI}/loadbalancer-policy`]: policy }),
    ...healthCheckAnnotations(`${BETA}/oci-load-balancer-health-check-`, healthCheck),
    ...(proxyProtocol === undefined
      ? {}
      : { [`${BETA}/oci-load-balancer-connection-proxy-protocol-version`]: proxyProtocol }),
  };
}

function networkLoadBalancer(resolved: ResolvedLoadBalancer, groups: string): Annotations {
  const { exposure, healthCheck, policy, proxyProtocol } = resolved;
  return {
    [`${NLB}/internal`]: String(exposure.isInternal),
    [`${NLB}/subnet`]: resolved.subnetId,
    ...(groups === "" ? {} : { [`${NLB}/oci-network-security-groups`]: groups }),
    ...(policy === undefined ? {} : { [`${NLB}/backend-policy`]: policy }),
    ...healthCheckAnnotations(`${NLB}/health-check-`, healthCheck),
    // Set explicitly with the policy Local, where true is the default; with Cluster the controller rejects
    // even false.
    ...(exposure.policy === ExternalTrafficPolicy.LOCAL
      ? { [`${NLB}/is-preserve-source`]: String(exposure.preserveSource) }
      : {}),
    ...(resolved.transports.includes(IpProtocol.TCP) ? proxyHeader(proxyProtocol !== undefined) : {}),
    ...nodeLabels(`${NLB}/node-label-selector`, resolved.nodeLabels),
  };
}

/**
 * The proxy protocol annotation, always set for TCP: without it, the controller leaves a listener unchanged,
 * including the header.
 */
export function proxyHeader(isEnabled: boolean): Annotations {
  return { [`${NLB}/is-ppv2-enabled`]: String(isEnabled) };
}

function nodeLabels(key: string, labels: { readonly [key: string]: string } | undefined): Annotations {
  const entries = Object.entries(labels ?? {}).sort(byKey);
  return entries.length === 0
    ? {}
    : { [key]: entries.map(([label, value]) => `${label}=${value}`).join(",") };
}
