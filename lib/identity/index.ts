export {
  DynamicGroup,
  type DynamicGroupProps,
  DynamicGroupRule,
  type TaggedInstancesProps,
} from "./dynamic-group";
export { LeastPrivilegePolicy, type LeastPrivilegePolicyProps } from "./least-privilege-policy";
export { PolicyResourceType, PolicyVerb } from "./policy-action";
export { PolicyCondition } from "./policy-condition";
export { PolicyPrincipal, type WorkloadPrincipalProps } from "./policy-principal";
export {
  type IPolicyGrantee,
  type PolicyGrant,
  PolicyLocation,
  PolicyStatement,
  type PolicyStatementParseOptions,
  type PolicyStatementProps,
} from "./policy-statement";
