import { celList, celText, whenChanged } from "./cel";
import {
  type GuardrailDefinition,
  type GuardrailParameters,
  type JudgedResources,
} from "./guardrail-definition";
import { GuardrailRule } from "../core/guardrail-catalogue";

export const RULE_MODE = "oci.oraclecloud.com/security-rule-management-mode";
export const GROUPS = [
  "oci-network-load-balancer.oraclecloud.com/oci-network-security-groups",
  "oci.oraclecloud.com/oci-network-security-groups",
];
export const INTERNAL = [
  "oci-network-load-balancer.oraclecloud.com/internal",
  "service.beta.kubernetes.io/oci-load-balancer-internal",
];
// What Go's strconv.ParseBool, by which the cloud controller reads the annotations, takes for true.
export const TRUE = ["1", "T", "TRUE", "True", "t", "true"];
export const EVERYONE = [
  "system:anonymous",
  "system:authenticated",
  "system:serviceaccounts",
  "system:unauthenticated",
];

const annotation = (key: string) => `object.metadata.?annotations[?${celText(key)}]`;

function resourcesOf(
  group: string,
  resources: string[],
  operations = ["CREATE", "UPDATE"],
): JudgedResources[] {
  return [{ apiGroups: [group], apiVersions: ["v1"], operations, resources }];
}

const SERVICES = resourcesOf("", ["services"]);
const BINDINGS = resourcesOf("rbac.authorization.k8s.io", ["clusterrolebindings", "rolebindings"]);

const TYPE = "object.spec.?type";
const IS_LOAD_BALANCER = { name: "is-load-balancer", expression: `${TYPE}.orValue("") == "LoadBalancer"` };
const RANGES = "object.spec.?loadBalancerSourceRanges";

// The API server itself keeps the bindings that Kubernetes has for everyone, such as that of system:discovery.
const NOT_BY_THE_SERVER = {
  name: "is-not-by-the-api-server",
  expression: 'request.userInfo.username != "system:apiserver"',
};
const BINDING_CHANGED = whenChanged("object.roleRef", "object.?subjects");

// In mode None the cloud controller writes no rules: those of the groups that are attached are all there are. It reads NSG in any
// letter case, and None letter by letter.
const loadBalancerRules: GuardrailDefinition = {
  rule: GuardrailRule.LOAD_BALANCER_RULES,
  resourceRules: SERVICES,
  matchConditions: [IS_LOAD_BALANCER, whenChanged(TYPE, ...[RULE_MODE, ...GROUPS].map(annotation))],
  variables: [
    { name: "mode", expression: `${annotation(RULE_MODE)}.orValue("")` },
    {
      name: "hasGroups",
      expression: GROUPS.map((key) => `${annotation(key)}.orValue("").trim() != ""`).join(" || "),
    },
  ],
  offenders:
    'variables.mode.lowerAscii() == "nsg" || (variables.mode == "None" && variables.hasGroups) ? [] : ' +
    '[variables.mode == "" ? "no mode" : variables.mode == "None" ? "mode None without groups" : variables.mode]',
};

// What CEL reads as no range is refused too: Kubernetes takes some of it, such as 000.0.0.0/0.
const TOO_WIDE =
  "!isCIDR(r.trim()) || " + "cidr(r.trim()).prefixLength() < (cidr(r.trim()).ip().family() == 4 ? 8 : 19)";

const loadBalancerSources: GuardrailDefinition = {
  rule: GuardrailRule.LOAD_BALANCER_SOURCES,
  resourceRules: SERVICES,
  matchConditions: [IS_LOAD_BALANCER, whenChanged(TYPE, RANGES, ...INTERNAL.map(annotation))],
  variables: [
    { name: "ranges", expression: `${RANGES}.orValue([])` },
    {
      name: "isInternal",
      expression: INTERNAL.map((key) => `${annotation(key)}.orValue("") in ${celList(TRUE)}`).join(" || "),
    },
  ],
  offenders:
    'variables.ranges.size() == 0 ? ["no range"] : ' +
    `variables.isInternal ? variables.ranges.filter(r, ${TOO_WIDE}).map(r, string(r)) : []`,
};

const noNodePort: GuardrailDefinition = {
  rule: GuardrailRule.NO_NODE_PORT,
  resourceRules: SERVICES,
  matchConditions: [whenChanged(TYPE)],
  variables: [],
  offenders: `${TYPE}.orValue("") == "NodePort" ? ["type NodePort"] : []`,
};

const EXTERNAL_IPS = "object.spec.?externalIPs";

// CVE-2020-8554, which has no other remedy.
const noExternalIp: GuardrailDefinition = {
  rule: GuardrailRule.NO_EXTERNAL_IP,
  resourceRules: SERVICES,
  matchConditions: [whenChanged(EXTERNAL_IPS)],
  variables: [],
  offenders: `${EXTERNAL_IPS}.orValue([]).map(a, string(a))`,
};

const noTokenSecret: GuardrailDefinition = {
  rule: GuardrailRule.NO_TOKEN_SECRET,
  // The type of a Secret never changes.
  resourceRules: resourcesOf("", ["secrets"], ["CREATE"]),
  matchConditions: [],
  variables: [],
  offenders:
    'object.?type.orValue("") == "kubernetes.io/service-account-token" ? ["type kubernetes.io/service-account-token"] : []',
};

const noEveryone: GuardrailDefinition = {
  rule: GuardrailRule.NO_EVERYONE,
  resourceRules: BINDINGS,
  matchConditions: [NOT_BY_THE_SERVER, BINDING_CHANGED],
  variables: [],
  offenders: `object.?subjects.orValue([]).filter(s, s.name in ${celList(EVERYONE)}).map(s, string(s.name))`,
};

/**
 * A binding of the whole cluster is in no namespace, so it is judged by whose it is: those of the system's own service
 * accounts, and of a namespace that the rule spares, are left alone.
 */
function noClusterAdmin(spared: readonly string[]): GuardrailDefinition {
  const isSpared = `s.kind == "ServiceAccount" && s.?namespace.orValue("") in ${celList(spared)}`;
  const ofSpared =
    `object.kind == "ClusterRoleBinding" && object.?subjects.orValue([]).size() > 0 && ` +
    `object.subjects.all(s, ${isSpared})`;
  return {
    rule: GuardrailRule.NO_CLUSTER_ADMIN,
    resourceRules: BINDINGS,
    matchConditions: [
      NOT_BY_THE_SERVER,
      BINDING_CHANGED,
      { name: "is-not-of-a-spared-namespace", expression: `!(${ofSpared})` },
    ],
    variables: [],
    offenders:
      'object.roleRef.kind == "ClusterRole" && object.roleRef.name == "cluster-admin" ? ["roleRef cluster-admin"] : []',
  };
}

/** The rules for objects that are no workloads. */
export function objectGuardrails({ sparedNamespaces }: GuardrailParameters): GuardrailDefinition[] {
  return [
    loadBalancerRules,
    loadBalancerSources,
    noClusterAdmin(sparedNamespaces(GuardrailRule.NO_CLUSTER_ADMIN)),
    noEveryone,
    noExternalIp,
    noNodePort,
    noTokenSecret,
  ];
}
