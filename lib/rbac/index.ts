export { RoleRule } from "./role-rule";
export {
  CiAccess,
  type CiAccessProps,
  CiCredentials,
  type LongLivedTokenOptions,
  type ShortLivedTokenOptions,
} from "./ci-access";
export { type BreakGlassOptions, KubernetesAccess } from "./kubernetes-access";
export { RbacResource, type RbacResourceProps } from "./rbac-resource";
export { RbacVerb } from "./rbac-verb";
export { LeastPrivilegeRole, type LeastPrivilegeRoleProps, RoleScope } from "./role";
export { type IServiceAccountUser, Subject } from "./subject";
