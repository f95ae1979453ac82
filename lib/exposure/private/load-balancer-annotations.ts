import { listenerProtocol } from "./check-load-balancer";
import { type ReadLoadBalancer } from "./read-load-balancer";
import { addressAnnotations } from "./reserved-address";
import { IpProtocol } from "../../core/port";
import { ruleAnnotations } from "../listener-rule";
import { healthCheckAnnotations } from "../load-balancer-health-check";
import { ExternalTrafficPolicy, LoadBalancerType, RuleOwner } from "../load-balancer-kinds";
import { type LoadBalancerProps, LoadBalancerShape } from "../load-balancer-props";

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
export function annotationsOf(
  props: LoadBalancerProps,
  read: ReadLoadBalancer,
  groups: readonly string[],
): Annotations {
  const ofType =
    read.way.type === LoadBalancerType.NETWORK_LOAD_BALANCER ? networkLoadBalancer : loadBalancer;
  return { ...common(props, read), ...ofType(props, read, groups.join(",")) };
}

function common(props: LoadBalancerProps, { way, nodesGroup }: ReadLoadBalancer): Annotations {
  const isCloud = way.rules === RuleOwner.CLOUD;
  // Pods reach the address through the load balancer too if it modifies the traffic: kube-proxy's shortcut
  // would bypass TLS termination and the proxy protocol header.
  const isProxy = way.type === LoadBalancerType.LOAD_BALANCER || props.proxyProtocol !== undefined;
  return {
    [`${OCI}/load-balancer-type`]: way.type,
    // Without it, the cloud controller changes security lists outside of Terraform.
    [`${OCI}/security-rule-management-mode`]: isCloud ? "NSG" : "None",
    ...(isCloud ? { [`${OCI}/oci-backend-network-security-group`]: nodesGroup } : {}),
    [`${OCI}/ingress-ip-mode`]: isProxy ? "proxy" : "VIP",
    ...(props.compartmentId === undefined ? {} : { [`${OCI}/compartment-id`]: props.compartmentId }),
    ...addressAnnotations(props.reservedAddress, way),
  };
}

function loadBalancer(
  props: LoadBalancerProps,
  { way, port, subnetId, certificates, seconds }: ReadLoadBalancer,
  groups: string,
): Annotations {
  const protocol = listenerProtocol(way.type, way.tls, props.workload);
  const { shape = LoadBalancerShape.flexible(10, 100), tls, policy, proxyProtocol } = props;
  return {
    [`${BETA}/oci-load-balancer-internal`]: String(way.isInternal),
    [`${BETA}/oci-load-balancer-subnet1`]: subnetId,
    ...shape._annotations(),
    [`${BETA}/oci-load-balancer-backend-protocol`]: protocol,
    [`${BETA}/oci-load-balancer-connection-idle-timeout`]: String(seconds.idle),
    ...tls._annotations(port, protocol, certificates),
    ...ruleAnnotations(props.listenerRules ?? []),
    ...nodeLabels(`${OCI}/node-label-selector`, props.nodeLabels),
    ...(groups === "" ? {} : { [`${OCI}/oci-network-security-groups`]: groups }),
    ...(policy === undefined ? {} : { [`${OCI}/loadbalancer-policy`]: policy }),
    ...healthCheckAnnotations(`${BETA}/oci-load-balancer-health-check-`, seconds.healthCheck),
    ...(proxyProtocol === undefined
      ? {}
      : { [`${BETA}/oci-load-balancer-connection-proxy-protocol-version`]: proxyProtocol }),
  };
}

function networkLoadBalancer(
  props: LoadBalancerProps,
  { way, subnetId, transports, seconds }: ReadLoadBalancer,
  groups: string,
): Annotations {
  const { policy, proxyProtocol } = props;
  return {
    [`${NLB}/internal`]: String(way.isInternal),
    [`${NLB}/subnet`]: subnetId,
    ...(groups === "" ? {} : { [`${NLB}/oci-network-security-groups`]: groups }),
    ...(policy === undefined ? {} : { [`${NLB}/backend-policy`]: policy }),
    ...healthCheckAnnotations(`${NLB}/health-check-`, seconds.healthCheck),
    // Set explicitly with the policy Local, where true is the default; with Cluster the controller rejects
    // even false.
    ...(way.policy === ExternalTrafficPolicy.LOCAL
      ? { [`${NLB}/is-preserve-source`]: String(way.preserveSource) }
      : {}),
    ...(transports.includes(IpProtocol.TCP) ? proxyHeader(proxyProtocol !== undefined) : {}),
    ...nodeLabels(`${NLB}/node-label-selector`, props.nodeLabels),
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
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? {}
    : { [key]: entries.map(([label, value]) => `${label}=${value}`).join(",") };
}
