export * from "./ingress-controllers";
export {
  type CertManagerCertificateOptions,
  CertificateStore,
  IngressCertificate,
} from "./ingress-certificate";
export { IngressHost } from "./ingress-host";
export {
  IngressGateway,
  type IngressOptions,
  IngressPathType,
  type IngressRouteProps,
} from "./ingress-props";
export { IngressRoute } from "./ingress-route";
export { ListenerRule, type StrictTransportSecurityOptions } from "./listener-rule";
export { type InternalAccessOptions, LoadBalancerAccess } from "./load-balancer-access";
export { type LoadBalancerHealthCheck } from "./load-balancer-health-check";
export {
  ExternalTrafficPolicy,
  LoadBalancingPolicy,
  LoadBalancerType,
  ProxyProtocol,
  TlsTerminationPoint,
} from "./load-balancer-kinds";
export { type LoadBalancerOptions, type LoadBalancerProps, LoadBalancerShape } from "./load-balancer-props";
export { LoadBalancer } from "./load-balancer";
export { type ExposedPort } from "./read-service-ports";
export { SecurityRuleManagement, type TerraformManagedOptions } from "./security-rule-management";
export { type IServiceBackend } from "./service-backend";
export { type LoadBalancerTlsOptions, type ReencryptionOptions, TlsTermination } from "./tls-termination";
export { type ServiceOptions, WorkloadService, type WorkloadServiceProps } from "./workload-service";
