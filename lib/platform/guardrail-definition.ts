import { type GuardrailRule } from "../core/guardrail-catalogue";

/** What the API server asks a rule about, as a policy's `resourceRules` say it. */
export interface JudgedResources {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

/** A named expression of CEL. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** A rule as the API server evaluates it. */
export interface GuardrailDefinition {
  readonly rule: GuardrailRule;
  readonly resourceRules: readonly JudgedResources[];
  /** The rule is asked only where all of these hold. */
  readonly matchConditions: readonly NamedExpression[];
  /** What `offenders` uses; each may use those before it. */
  readonly variables: readonly NamedExpression[];
  /** The list of what breaks the rule, as texts for the message; empty where nothing does. */
  readonly offenders: string;
}

/** What rules depend on. */
export interface GuardrailParameters {
  /** The namespaces that a rule does not hold in, sorted: those of the system and those that are excepted. */
  readonly sparedNamespaces: (rule: GuardrailRule) => readonly string[];
  readonly allowedRegistries: readonly string[];
  readonly requiredLabels: readonly string[];
  /** The OCIDs of the compartments that a Service may put its load balancer in. */
  readonly loadBalancerCompartmentIds: readonly string[];
  /** The OCIDs of the groups that a Service may name. */
  readonly loadBalancerGroupIds: readonly string[];
}
