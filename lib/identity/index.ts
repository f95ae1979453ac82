export { DynamicGroup, type DynamicGroupProps } from "./dynamic-group";
export { DynamicGroupRule, type TaggedInstancesProps } from "./dynamic-group-rule";
export { LeastPrivilegePolicy, type LeastPrivilegePolicyProps } from "./least-privilege-policy";
export { PolicyCondition } from "./policy-condition";
export { type IPolicyGrantee } from "./policy-grantee";
export { PolicyLocation } from "./policy-location";
export { PolicyPrincipal, type WorkloadPrincipalProps } from "./policy-principal";
export { PolicyResourceType } from "./policy-resource-type";
export {
  type PolicyGrant,
  PolicyStatement,
  type PolicyStatementParseOptions,
  type PolicyStatementProps,
} from "./policy-statement";
export { PolicyVerb } from "./policy-verb";
