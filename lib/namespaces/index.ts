export { type NamespaceLimits } from "./namespace-limits";
export { type NamespaceQuota, type StorageClassQuota } from "./namespace-quota";
export { SecureNamespace, type SecureNamespaceProps } from "./secure-namespace";
export { Tenant, type TenantProps } from "./tenant";
