export {
  type CertManagerCertificateOptions,
  CertificateStore,
  IngressCertificate,
} from "./ingress-certificate";
export * from "./ingress-controllers";
export {
  IngressGateway,
  IngressHost,
  type IngressOptions,
  IngressPathType,
  type IngressRouteProps,
} from "./ingress-gateway";
export { IngressRoute } from "./ingress-route";
export { ListenerRule, type StrictTransportSecurityOptions } from "./listener-rule";
export { LoadBalancer } from "./load-balancer";
export { type LoadBalancerOptions, type LoadBalancerProps, LoadBalancerShape } from "./load-balancer-props";
export {
  ExternalTrafficPolicy,
  type InternalAccessOptions,
  LoadBalancerAccess,
  type LoadBalancerHealthCheck,
  LoadBalancerType,
  LoadBalancingPolicy,
  ProxyProtocol,
  TlsTerminationPoint,
} from "./load-balancer-settings";
export { SecurityRuleManagement, type TerraformManagedOptions } from "./security-rule-management";
export { type LoadBalancerTlsOptions, type ReencryptionOptions, TlsTermination } from "./tls-termination";
export {
  type ExposedPort,
  type IServiceBackend,
  type ServiceOptions,
  WorkloadService,
  type WorkloadServiceProps,
} from "./workload-service";
