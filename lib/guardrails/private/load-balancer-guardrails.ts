import { Token } from "cdktf";
import {
  celList,
  celText,
  type GuardrailDefinition,
  type GuardrailParameters,
  whenChanged,
} from "./pod-guardrails";
import { GuardrailRule } from "../../core/guardrail-catalogue";

const OCI = "oci.oraclecloud.com/";
const BETA = "service.beta.kubernetes.io/oci-load-balancer-";
const LB = "oci-load-balancer.oraclecloud.com/";
const NLB = "oci-network-load-balancer.oraclecloud.com/";
const TYPE = `${OCI}load-balancer-type`;
const COMPARTMENT = `${OCI}compartment-id`;
/** The annotations of load balancers whose prefix network load balancer annotations share. */
const OF_LOAD_BALANCERS = [
  "initial-defined-tags-override",
  "initial-freeform-tags-override",
  "loadbalancer-policy",
  "node-label-selector",
  "oci-load-balancer-backendset-ssl-config",
  "oci-load-balancer-listener-ssl-config",
  "oci-load-balancer-rule-sets",
  "oci-network-security-groups",
].map((name) => OCI + name);
const SECRETS = [`${BETA}tls-backendset-secret`, `${BETA}tls-secret`];
const GROUPS = [
  `${NLB}oci-network-security-groups`,
  `${OCI}oci-backend-network-security-group`,
  `${OCI}oci-network-security-groups`,
];

const ALL = "object.metadata.?annotations";
const annotation = (key: string) => `${ALL}[?${celText(key)}]`;
const SERVICES = [
  { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["services"] },
];
const SERVICE_TYPE = "object.spec.?type";
const IS_LOAD_BALANCER = {
  name: "is-load-balancer",
  expression: `${SERVICE_TYPE}.orValue("") == "LoadBalancer"`,
};

/** The list of the violations at each key, as texts. */
const atEach = (keys: readonly string[], offenders: (key: string) => string) =>
  keys.map((key) => `(${offenders(key)})`).join(" + ");

// The cloud controller reads the annotations of one type only, so those of the other have no effect.
const loadBalancerAnnotations: GuardrailDefinition = {
  rule: GuardrailRule.LOAD_BALANCER_ANNOTATIONS,
  resourceRules: SERVICES,
  matchConditions: [IS_LOAD_BALANCER, whenChanged(SERVICE_TYPE, ALL)],
  variables: [
    { name: "kind", expression: `${annotation(TYPE)}.orValue("lb")` },
    { name: "keys", expression: `${ALL}.orValue({}).map(k, k)` },
  ],
  offenders:
    `(variables.kind in ["lb", "nlb"] ? [] : [${celText(`${TYPE}: `)} + variables.kind]) + ` +
    '(variables.kind.lowerAscii() == "nlb" ' +
    `? variables.keys.filter(k, k.startsWith(${celText(BETA)}) || k.startsWith(${celText(LB)}) || k in ${celList(OF_LOAD_BALANCERS)}) ` +
    `: variables.keys.filter(k, k.startsWith(${celText(NLB)})))`,
};

// The cloud controller reads Secrets of every namespace for any Service.
const loadBalancerSecrets: GuardrailDefinition = {
  rule: GuardrailRule.LOAD_BALANCER_SECRETS,
  resourceRules: SERVICES,
  matchConditions: [IS_LOAD_BALANCER, whenChanged(SERVICE_TYPE, ...SECRETS.map(annotation))],
  variables: [{ name: "own", expression: 'request.namespace + "/"' }],
  offenders: atEach(SECRETS, (key) => {
    const value = `${annotation(key)}.orValue("")`;
    return `${value}.contains("/") && !${value}.startsWith(variables.own) ? [${value}] : []`;
  }),
};

/**
 * Known values sorted, without duplicates; references in the given order, as their placeholders have no
 * stable order.
 */
function celListOf(values: readonly string[]): string {
  const known = values.filter((value) => !Token.isUnresolved(value)).sort();
  const references = values.filter((value) => Token.isUnresolved(value));
  return `[${[...new Set([...known, ...references])].map(celText).join(", ")}]`;
}

function loadBalancerCompartment(compartmentIds: readonly string[]): GuardrailDefinition {
  const value = `${annotation(COMPARTMENT)}.orValue("")`;
  return {
    rule: GuardrailRule.LOAD_BALANCER_COMPARTMENT,
    resourceRules: SERVICES,
    matchConditions: [IS_LOAD_BALANCER, whenChanged(SERVICE_TYPE, annotation(COMPARTMENT))],
    variables: [],
    offenders: `${annotation(COMPARTMENT)}.hasValue() && !(${value} in ${celListOf(compartmentIds)}) ? [${value}] : []`,
  };
}

function loadBalancerGroups(groupIds: readonly string[]): GuardrailDefinition {
  return {
    rule: GuardrailRule.LOAD_BALANCER_GROUPS,
    resourceRules: SERVICES,
    matchConditions: [IS_LOAD_BALANCER, whenChanged(SERVICE_TYPE, ...GROUPS.map(annotation))],
    variables: [{ name: "known", expression: celListOf(groupIds) }],
    offenders: atEach(
      GROUPS,
      (key) =>
        `${annotation(key)}.orValue("").replace(" ", "").split(",").filter(g, g != "" && !(g in variables.known))`,
    ),
  };
}

/** The rules for the options of LoadBalancer Services. */
export function serviceGuardrails(parameters: GuardrailParameters): GuardrailDefinition[] {
  const { loadBalancerCompartmentIds, loadBalancerGroupIds } = parameters;
  return [
    loadBalancerAnnotations,
    loadBalancerCompartment(loadBalancerCompartmentIds),
    ...(loadBalancerGroupIds.length > 0 ? [loadBalancerGroups(loadBalancerGroupIds)] : []),
    loadBalancerSecrets,
  ];
}
