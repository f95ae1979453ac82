export { type NamespaceLimits, type NamespaceQuota, type StorageClassQuota } from "./namespace-resources";
export { SecureNamespace, type SecureNamespaceProps } from "./secure-namespace";
export { Tenant, type TenantProps } from "./tenant";
