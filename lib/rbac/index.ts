export { RoleRule } from "./allow";
export { CiAccess, type CiAccessProps } from "./ci-access";
export { CiCredentials, type LongLivedTokenOptions, type ShortLivedTokenOptions } from "./ci-credentials";
export { type BreakGlassOptions, KubernetesAccess } from "./kubernetes-access";
export { RbacResource, type RbacResourceProps } from "./role-resource";
export { RbacVerb } from "./role-verb";
export { LeastPrivilegeRole, type LeastPrivilegeRoleProps, RoleScope } from "./role";
export { type IServiceAccountUser, Subject } from "./subject";
