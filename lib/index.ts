// The public surface, nothing else. In the built package these exports load when they are touched.
export * as oci from "./oci";

export * from "./core";
export * from "./network";
export * from "./encryption";
export * from "./cluster";
export * from "./network-policy";
export * from "./rbac";
export * from "./workload";
export * from "./exposure";
export * from "./namespaces";
export * from "./guardrails";
export * from "./hardening";
export * from "./observability";
export * from "./checks";
export { Acknowledgements, type Acknowledgement } from "./core/acknowledgement";
export { GuardrailRule } from "./core/guardrail-catalogue";
export { Port, Protocol } from "./core/port";
export { type ReasonedChoice } from "./core/reason";
export { ResourceTags } from "./core/resource-tags";
export { ResourceConstruct } from "./core/resource-construct";
export { type TaggingProps } from "./core/tagging";
export * from "./cluster/packet-routing";
export * from "./core/validation-errors";
export * from "./core/validation-problem";

export * from "./network/bastion";
export * from "./network/bastion-clients";
export * from "./network/bastion-target";
export * from "./network/cluster-network";
export { ClusterSecurityGroups, type ClusterSecurityGroupsProps } from "./network/cluster-security-groups";
export { type DrgAttachmentProps } from "./network/drg-attachment-props";
export * from "./network/egress";
export { type EgressInspectionProps } from "./network/egress-inspection-props";
export { EgressSource } from "./network/egress-source";
export * from "./network/file-storage-ports";
export * from "./network/flow-logs";
export * from "./network/load-balancer-logs";
export * from "./network/network-address-list";
export * from "./network/network-peer";
export * from "./network/network-security-group";
export * from "./network/network-subnet";
export * from "./network/oracle-services";
export { type LocalPeeringProps, type RemotePeeringProps } from "./network/peering-props";
export { type PodsToNodesAccess } from "./network/pods-to-nodes";
export { PodNetworking, PodNetworkType, type FlannelOverlayProps } from "./network/pod-networking";
export {
  RegionServices,
  type IRegionServices,
  type RegionServicesAttributes,
} from "./network/region-services";
export { type ClusterSubnet } from "./network/subnet";
export * from "./network/security-attribute";
export * from "./network/subnet-exposure";
export * from "./network/subnet-plan";
export * from "./network/web-application-firewall";
export { WafCapability, type WafExclusions } from "./network/web-application-firewall-capability";
export { WafCondition } from "./network/web-application-firewall-condition";
export { WafMode } from "./network/web-application-firewall-mode";
export {
  type WafRequestLimits,
  type WebApplicationFirewallProps,
} from "./network/web-application-firewall-props";
export { WafResponse, type WafResponseOptions } from "./network/web-application-firewall-response";
export { WafAccessRule, type WafRateLimit } from "./network/web-application-firewall-rules";

export * from "./cluster/cluster";
export * from "./cluster/cluster-encryption";
export * from "./cluster/endpoint-access";
export { type ClusterAttributes } from "./cluster/imported-cluster";
export * from "./cluster/kubernetes-version";
export { NetworkPolicyEngine } from "./cluster/network-policy-engine";
export * from "./cluster/network-policy-engine-options";
export * from "./cluster/native-ingress-controller";
export * from "./cluster/node-image";
export * from "./cluster/node-registry-access";
export * from "./cluster/node-registry-access-props";
export * from "./cluster/node-shape";
export * from "./cluster/private-node-pool";
export * from "./cluster/private-node-pool-props";
export * from "./cluster/secure-oke-cluster";
export * from "./cluster/secure-oke-cluster-props";

export { Alarm, type WatchProps } from "./observability/alarm";
export * from "./observability/alarms";
export * from "./observability/archive-retention";
export * from "./observability/archive-target";
export * from "./observability/audit-alarm";
export * from "./observability/audit-archive";
export * from "./observability/audit-scope";
export * from "./observability/cluster-alarms";
export * from "./observability/event-alarm";
export * from "./observability/flow-log-archive";
export * from "./observability/metric-alarm";
export * from "./observability/notification-topic";
export * from "./observability/saved-search";
export * from "./observability/saved-searches";
export * from "./observability/searched-logs";
export * from "./observability/subscriber";
export * from "./cluster/control-plane-logging";
export * from "./cluster/control-plane-logs";
export * from "./network/logs";

export * from "./workload/added-capability";
export * from "./workload/allow";
export * from "./workload/allowed-registries";
export { AppProtocol } from "./workload/app-protocol";
export { type AutoscaleOptions } from "./workload/autoscale";
export * from "./workload/block-volume-class";
export * from "./workload/config-file";
export * from "./workload/connections";
export * from "./workload/container-image";
export * from "./workload/container-props";
export * from "./workload/container-resources";
export * from "./workload/env-value";
export * from "./workload/fetch-at-start";
export * from "./workload/external-peer";
export * from "./workload/hardened-cron-job";
export * from "./workload/hardened-cron-job-props";
export * from "./workload/hardened-daemon-set";
export * from "./workload/hardened-daemon-set-props";
export * from "./workload/hardened-deployment";
export * from "./workload/hardened-deployment-props";
export * from "./workload/hardened-job";
export * from "./workload/hardened-job-props";
export * from "./workload/hardened-pod-props";
export * from "./workload/hardened-stateful-set";
export * from "./workload/hardened-stateful-set-props";
export * from "./workload/hardened-workload";
export * from "./workload/http-listener";
export { ImageLock, type ImageLockOptions } from "./workload/image-lock";
export * from "./workload/ingress/ingress-certificate";
export { IngressGateway } from "./workload/ingress/ingress-gateway";
export * from "./workload/ingress/ingress-host";
export * from "./workload/ingress/ingress-path-type";
export * from "./workload/ingress/ingress-props";
export * from "./workload/ingress/ingress-route";
export * from "./workload/listening-pod-props";
export * from "./workload/listening-workload";
export * from "./workload/host-access";
export { ListenerRule, type StrictTransportSecurityOptions } from "./workload/listener-rule";
export * from "./workload/load-balancer";
export * from "./workload/load-balancer-access";
export { type LoadBalancerHealthCheck } from "./workload/load-balancer-health-check";
export * from "./workload/load-balancer-kinds";
export * from "./workload/load-balancer-props";
export * from "./workload/load-balancer-shape";
export * from "./workload/namespace-limits";
export { OracleServiceRanges } from "./workload/oracle-service-ranges";
export { LowUser } from "./workload/low-user";
export { type NamedPort } from "./workload/named-port";
export * from "./workload/pod-info-files";
export * from "./workload/probe";
export { ProjectedToken, type ProjectedTokenOptions } from "./workload/projected-token";
export { ApiAccess, type ApiAccessOptions } from "./workload/rbac-api-access";
export { type ServedPort } from "./workload/read-service-ports";
export * from "./workload/role";
export { Resource, type ResourceProps } from "./workload/role-resource";
export { RoleScope } from "./workload/role-scope";
export { Verb } from "./workload/role-verb";
export * from "./workload/secret-files";
export * from "./workload/pod-security-level";
export * from "./workload/secure-namespace";
export * from "./workload/secure-namespace-props";
export * from "./workload/security-rule-management";
export { type IServiceBackend } from "./workload/service-backend";
export * from "./workload/subject";
export * from "./workload/tenant";
export * from "./workload/tls-termination";
export * from "./workload/toleration";
export * from "./workload/volume-claim";
export * from "./workload/workload-service";
export * from "./workload/writable-path";

export * from "./platform/admission-guardrails";
export * from "./platform/admission-guardrails-props";
export { GuardrailException } from "./platform/guardrail-exception";
export type { GuardrailExceptionProps, NamespaceExceptionProps } from "./platform/guardrail-exception";
export * from "./platform/guardrail-mode";
export { Hardening } from "./platform/hardening/hardening";
export { HardeningConflict } from "./platform/hardening/conflict";
export * from "./platform/hardening/hardening-options";
export {
  type HardeningChange,
  type HardeningFinding,
  type HardeningReport,
} from "./platform/hardening/hardening-report";
export * from "./platform/ingress/oci-native-ingress";
export * from "./platform/ingress/oci-native-ingress-props";
export * from "./platform/ingress/traefik-ingress";
export * from "./platform/ingress/traefik-ingress-props";
export * from "./platform/ingress/traefik-routing";

export * from "./checks/reachability";
export * from "./checks/stack-snapshot";
