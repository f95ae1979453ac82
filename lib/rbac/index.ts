export { Allow } from "./allow";
export { Resource, type ResourceProps } from "./role-resource";
export { Verb } from "./role-verb";
export { LeastPrivilegeRole, type LeastPrivilegeRoleProps, RoleScope } from "./role";
export { type IServiceAccountUser, Subject } from "./subject";
