export { RoleRule } from "./allow";
export { RbacResource, type RbacResourceProps } from "./role-resource";
export { RbacVerb } from "./role-verb";
export { LeastPrivilegeRole, type LeastPrivilegeRoleProps, RoleScope } from "./role";
export { type IServiceAccountUser, Subject } from "./subject";
