import { Token } from "cdktf";
import { isIP } from "node:net";
import {
  celList,
  celText,
  type GuardrailDefinition,
  type GuardrailParameters,
  type ResourceRule,
  whenChanged,
} from "./pod-guardrails";
import { GuardrailRule } from "../../core/guardrail-catalogue";
import { referenceOf } from "../../synthesis/references";
import { SYSTEM_NAMESPACES } from "../guardrail-enforcement";

const RULE_MODE = "oci.oraclecloud.com/security-rule-management-mode";
const GROUPS = [
  "oci-network-load-balancer.oraclecloud.com/oci-network-security-groups",
  "oci.oraclecloud.com/oci-network-security-groups",
];
const INTERNAL = [
  "oci-network-load-balancer.oraclecloud.com/internal",
  "service.beta.kubernetes.io/oci-load-balancer-internal",
];
// The values that Go's strconv.ParseBool, which the cloud controller uses for annotations, accepts as true.
const TRUE = ["1", "T", "TRUE", "True", "t", "true"];
const EVERYONE = [
  "system:anonymous",
  "system:authenticated",
  "system:serviceaccounts",
  "system:unauthenticated",
];

const annotation = (key: string) => `object.metadata.?annotations[?${celText(key)}]`;

function resourcesOf(group: string, resources: string[], operations = ["CREATE", "UPDATE"]): ResourceRule[] {
  return [{ apiGroups: [group], apiVersions: ["v1"], operations, resources }];
}

const SERVICES = resourcesOf("", ["services"]);
const BINDINGS = resourcesOf("rbac.authorization.k8s.io", ["clusterrolebindings", "rolebindings"]);

const TYPE = "object.spec.?type";
const IS_LOAD_BALANCER = { name: "is-load-balancer", expression: `${TYPE}.orValue("") == "LoadBalancer"` };
const RANGES = "object.spec.?loadBalancerSourceRanges";

// The API server itself maintains Kubernetes' bindings for everyone, such as that of system:discovery.
const NOT_BY_API_SERVER = {
  name: "is-not-by-the-api-server",
  expression: 'request.userInfo.username != "system:apiserver"',
};
const BINDING_CHANGED = whenChanged("object.roleRef", "object.?subjects");

// In mode None, the cloud controller writes no rules: only those of the attached groups apply. It reads NSG
// case-insensitively, and None case-sensitively.
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

// Ranges that CEL can't parse are refused too: Kubernetes accepts some of them, such as 000.0.0.0/0.
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

// CVE-2020-8554, which has no other mitigation.
const noExternalIp: GuardrailDefinition = {
  rule: GuardrailRule.NO_EXTERNAL_IP,
  resourceRules: SERVICES,
  matchConditions: [whenChanged(EXTERNAL_IPS)],
  variables: [],
  offenders: `${EXTERNAL_IPS}.orValue([]).map(a, string(a))`,
};

const noTokenSecret: GuardrailDefinition = {
  rule: GuardrailRule.NO_TOKEN_SECRET,
  // The type of a Secret is immutable.
  resourceRules: resourcesOf("", ["secrets"], ["CREATE"]),
  matchConditions: [],
  variables: [],
  offenders:
    'object.?type.orValue("") == "kubernetes.io/service-account-token" ? ["type kubernetes.io/service-account-token"] : []',
};

const noEveryone: GuardrailDefinition = {
  rule: GuardrailRule.NO_EVERYONE,
  resourceRules: BINDINGS,
  matchConditions: [NOT_BY_API_SERVER, BINDING_CHANGED],
  variables: [],
  offenders: `object.?subjects.orValue([]).filter(s, s.name in ${celList(EVERYONE)}).map(s, string(s.name))`,
};

/**
 * A ClusterRoleBinding has no namespace, so its subjects decide: service accounts of exempt namespaces are
 * allowed.
 */
function noClusterAdmin(exempt: readonly string[]): GuardrailDefinition {
  const isExempt = `s.kind == "ServiceAccount" && s.?namespace.orValue("") in ${celList(exempt)}`;
  const isExemptBinding =
    `object.kind == "ClusterRoleBinding" && object.?subjects.orValue([]).size() > 0 && ` +
    `object.subjects.all(s, ${isExempt})`;
  return {
    rule: GuardrailRule.NO_CLUSTER_ADMIN,
    resourceRules: BINDINGS,
    matchConditions: [
      NOT_BY_API_SERVER,
      BINDING_CHANGED,
      { name: "is-not-of-an-exempt-namespace", expression: `!(${isExemptBinding})` },
    ],
    variables: [],
    offenders:
      'object.roleRef.kind == "ClusterRole" && object.roleRef.name == "cluster-admin" ? ["roleRef cluster-admin"] : []',
  };
}

/** The rules for objects other than workloads. */
export function objectGuardrails({ exemptNamespaces }: GuardrailParameters): GuardrailDefinition[] {
  return [
    loadBalancerRules,
    loadBalancerSources,
    noClusterAdmin(exemptNamespaces(GuardrailRule.NO_CLUSTER_ADMIN)),
    noEveryone,
    noExternalIp,
    noNodePort,
    noTokenSecret,
  ];
}

/** A violation of a guardrail by an object other than a workload. */
export interface ObjectViolation {
  readonly rule: GuardrailRule;
  /** The path of the field in the object. */
  readonly field: string;
  /** The value of the field. */
  readonly value: unknown;
}

interface Fields {
  readonly [key: string]: unknown;
}

// The shortest prefixes of an internal load balancer, as in the policy.
const MAX_WIDTH = { 4: 8, 6: 19 } as const;

const mapOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
// A reference to a Terraform value is unknown, so it violates no rule.
const isUnknown = (value: unknown) => Token.isUnresolved(value) || referenceOf(value) !== undefined;
const groupOf = ({ apiVersion }: Fields) =>
  String(apiVersion).includes("/") ? String(apiVersion).split("/")[0] : "";

/** Whether a range is too wide for an internal load balancer; an invalid range is too. */
function isTooWide(range: unknown): boolean {
  if (isUnknown(range)) return false;
  const [, address = "", prefix = ""] = /^([^/]+)\/(\d{1,3})$/.exec(String(range).trim()) ?? [];
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || (family === 6 && address.includes("."))) return true;
  return Number(prefix) < MAX_WIDTH[family] || Number(prefix) > (family === 4 ? 32 : 128);
}

function violationsOfService({ metadata, spec }: Fields): ObjectViolation[] {
  const annotations = mapOf(mapOf(metadata).annotations);
  const { type, externalIPs, loadBalancerSourceRanges: ranges } = mapOf(spec);
  const found: ObjectViolation[] = [];
  const add = (rule: GuardrailRule, field: string, value: unknown) => found.push({ rule, field, value });
  if (listOf(externalIPs).length > 0) add(GuardrailRule.NO_EXTERNAL_IP, "spec.externalIPs", externalIPs);
  if (type === "NodePort") add(GuardrailRule.NO_NODE_PORT, "spec.type", type);
  if (type !== "LoadBalancer") return found;
  const mode = annotations[RULE_MODE] ?? "";
  const hasGroups = GROUPS.some((key) => String(annotations[key] ?? "").trim() !== "");
  if (!isUnknown(mode) && String(mode).toLowerCase() !== "nsg" && !(mode === "None" && hasGroups)) {
    const field = `metadata.annotations.${RULE_MODE}`;
    add(GuardrailRule.LOAD_BALANCER_RULES, field, mode === "" ? undefined : mode);
  }
  const isInternal = INTERNAL.some((key) => TRUE.includes(String(annotations[key] ?? "")));
  if (isUnknown(ranges)) return found;
  const all = listOf(ranges);
  if (all.length === 0 || (isInternal && all.some(isTooWide)))
    add(GuardrailRule.LOAD_BALANCER_SOURCES, "spec.loadBalancerSourceRanges", ranges);
  return found;
}

/** The range that opens a public load balancer to everyone, if a Service has one. */
export function openRangeOf({ apiVersion, kind, metadata, spec }: Fields): string | undefined {
  const { type, loadBalancerSourceRanges: ranges } = mapOf(spec);
  if (apiVersion !== "v1" || kind !== "Service" || type !== "LoadBalancer") return undefined;
  const annotations = mapOf(mapOf(metadata).annotations);
  const internal = INTERNAL.map((key) => annotations[key] ?? "");
  if (isUnknown(ranges) || internal.some((text) => isUnknown(text) || TRUE.includes(String(text))))
    return undefined;
  const texts = listOf(ranges).filter(
    (range): range is string => typeof range === "string" && !isUnknown(range),
  );
  return texts.find((range) => /\/0+$/.test(range.trim()));
}

function isOfSystem(subject: unknown): boolean {
  const { kind, namespace } = mapOf(subject);
  return kind === "ServiceAccount" && SYSTEM_NAMESPACES.includes(String(namespace));
}

function violationsOfBinding({ kind, roleRef, subjects }: Fields): ObjectViolation[] {
  const found: ObjectViolation[] = [];
  const all = listOf(subjects);
  const role = mapOf(roleRef);
  const isExempt = kind === "ClusterRoleBinding" && all.length > 0 && all.every(isOfSystem);
  if (role.kind === "ClusterRole" && role.name === "cluster-admin" && !isExempt)
    found.push({ rule: GuardrailRule.NO_CLUSTER_ADMIN, field: "roleRef.name", value: role.name });
  const everyone = all
    .map((subject) => mapOf(subject).name)
    .filter((name) => EVERYONE.includes(String(name)));
  if (everyone.length > 0)
    found.push({ rule: GuardrailRule.NO_EVERYONE, field: "subjects", value: everyone });
  return found;
}

/**
 * The violations of the guardrails by an object other than a workload, as the guardrails would find them at
 * admission.
 */
export function objectViolations(object: Fields): ObjectViolation[] {
  const group = groupOf(object);
  const { kind, type } = object;
  if (group === "" && kind === "Service") return violationsOfService(object);
  if (group === "" && kind === "Secret" && type === "kubernetes.io/service-account-token")
    return [{ rule: GuardrailRule.NO_TOKEN_SECRET, field: "type", value: type }];
  const isBinding = kind === "ClusterRoleBinding" || kind === "RoleBinding";
  return isBinding && group === "rbac.authorization.k8s.io" ? violationsOfBinding(object) : [];
}

const OCI = "oci.oraclecloud.com/";
const BETA = "service.beta.kubernetes.io/oci-load-balancer-";
const LB = "oci-load-balancer.oraclecloud.com/";
const NLB = "oci-network-load-balancer.oraclecloud.com/";
const TYPE_ANNOTATION = `${OCI}load-balancer-type`;
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
const GROUP_ANNOTATIONS = [
  `${NLB}oci-network-security-groups`,
  `${OCI}oci-backend-network-security-group`,
  `${OCI}oci-network-security-groups`,
];

const ANNOTATIONS = "object.metadata.?annotations";

/** The list of the violations at each key, as texts. */
const atEach = (keys: readonly string[], offenders: (key: string) => string) =>
  keys.map((key) => `(${offenders(key)})`).join(" + ");

// The cloud controller reads the annotations of one type only, so those of the other have no effect.
const loadBalancerAnnotations: GuardrailDefinition = {
  rule: GuardrailRule.LOAD_BALANCER_ANNOTATIONS,
  resourceRules: SERVICES,
  matchConditions: [IS_LOAD_BALANCER, whenChanged(TYPE, ANNOTATIONS)],
  variables: [
    { name: "kind", expression: `${annotation(TYPE_ANNOTATION)}.orValue("lb")` },
    { name: "keys", expression: `${ANNOTATIONS}.orValue({}).map(k, k)` },
  ],
  offenders:
    `(variables.kind in ["lb", "nlb"] ? [] : [${celText(`${TYPE_ANNOTATION}: `)} + variables.kind]) + ` +
    '(variables.kind.lowerAscii() == "nlb" ' +
    `? variables.keys.filter(k, k.startsWith(${celText(BETA)}) || k.startsWith(${celText(LB)}) || k in ${celList(OF_LOAD_BALANCERS)}) ` +
    `: variables.keys.filter(k, k.startsWith(${celText(NLB)})))`,
};

// The cloud controller reads Secrets of every namespace for any Service.
const loadBalancerSecrets: GuardrailDefinition = {
  rule: GuardrailRule.LOAD_BALANCER_SECRETS,
  resourceRules: SERVICES,
  matchConditions: [IS_LOAD_BALANCER, whenChanged(TYPE, ...SECRETS.map(annotation))],
  variables: [{ name: "own", expression: 'request.namespace + "/"' }],
  offenders: atEach(SECRETS, (key) => {
    const value = `${annotation(key)}.orValue("")`;
    return `${value}.contains("/") && !${value}.startsWith(variables.own) ? [${value}] : []`;
  }),
};

/**
 * Literals sorted, without duplicates; references in the given order, as their placeholders have no
 * stable order.
 */
function celListOf(values: readonly string[]): string {
  const literals = values.filter((value) => !Token.isUnresolved(value)).sort();
  const references = values.filter((value) => Token.isUnresolved(value));
  return `[${[...new Set([...literals, ...references])].map(celText).join(", ")}]`;
}

function loadBalancerCompartment(compartmentIds: readonly string[]): GuardrailDefinition {
  const value = `${annotation(COMPARTMENT)}.orValue("")`;
  return {
    rule: GuardrailRule.LOAD_BALANCER_COMPARTMENT,
    resourceRules: SERVICES,
    matchConditions: [IS_LOAD_BALANCER, whenChanged(TYPE, annotation(COMPARTMENT))],
    variables: [],
    offenders: `${annotation(COMPARTMENT)}.hasValue() && !(${value} in ${celListOf(compartmentIds)}) ? [${value}] : []`,
  };
}

function loadBalancerGroups(groupIds: readonly string[]): GuardrailDefinition {
  return {
    rule: GuardrailRule.LOAD_BALANCER_GROUPS,
    resourceRules: SERVICES,
    matchConditions: [IS_LOAD_BALANCER, whenChanged(TYPE, ...GROUP_ANNOTATIONS.map(annotation))],
    variables: [{ name: "known", expression: celListOf(groupIds) }],
    offenders: atEach(
      GROUP_ANNOTATIONS,
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
