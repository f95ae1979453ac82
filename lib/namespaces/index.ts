export { type NamespaceLimits, type NamespaceQuota, type StorageClassQuota } from "./namespace-limits";
export { SecureNamespace, type SecureNamespaceProps } from "./secure-namespace";
export { Tenant, type TenantProps } from "./tenant";
