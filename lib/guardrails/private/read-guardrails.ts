import { Token } from "cdktf";
import { type Construct } from "constructs";
import { objectGuardrails } from "./object-rules";
import {
  celList,
  celText,
  type GuardrailDefinition,
  type GuardrailParameters,
  podGuardrails,
  whenChanged,
} from "./pod-guardrails";
import { pathOf } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { GuardrailRule } from "../../core/guardrail-catalogue";
import { keyedByValue } from "../../core/keyed-by-value";
import { checkObjectName, isQualifiedName } from "../../core/kubernetes-names";
import { checkOcid } from "../../core/ocid";
import { Problems } from "../../core/validation-error";
import { isOfKind } from "../../core/value-readers";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { chartOf, checkUnused, findNamed } from "../../synthesis/chart-objects";
import { checkImageName } from "../../workload/images/private/image-reference";
import { type AdmissionGuardrailsProps } from "../admission-guardrails-props";
import { ALL_RULES, checkRule, GuardrailException, SYSTEM_NAMESPACES } from "../guardrail-exception";
import { GuardrailMode } from "../guardrail-mode";

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
function serviceGuardrails(parameters: GuardrailParameters): GuardrailDefinition[] {
  const { loadBalancerCompartmentIds, loadBalancerGroupIds } = parameters;
  return [
    loadBalancerAnnotations,
    loadBalancerCompartment(loadBalancerCompartmentIds),
    ...(loadBalancerGroupIds.length > 0 ? [loadBalancerGroups(loadBalancerGroupIds)] : []),
    loadBalancerSecrets,
  ];
}

export const POLICY_KIND = "ValidatingAdmissionPolicy";
const MAX_RULE_LENGTH = Math.max(...ALL_RULES.map((rule) => rule.length));
const MAX_NAME_LENGTH = 63;

/** A rule with the data of its policy and binding. */
export interface ReadGuardrail {
  readonly name: string;
  readonly definition: GuardrailDefinition;
  readonly mode: GuardrailMode;
  /** The exceptions from this rule, by namespace. */
  readonly exceptions: readonly GuardrailException[];
  /** All exempt namespaces of the rule, sorted. */
  readonly sparedNamespaces: readonly string[];
}

/** Validates the props; throws an error that lists every problem. */
export function readGuardrails(
  scope: Construct,
  id: string,
  props: AdmissionGuardrailsProps,
): readonly ReadGuardrail[] {
  const problems = new Problems(pathOf(scope, id));
  const { namePrefix = "secure-oke", mode = GuardrailMode.deny() } = props;
  const modes = keyedByValue(GuardrailRule, props.modes ?? {});
  checkPrefix(problems, namePrefix);
  checkMode(problems, "mode", mode);
  const parameters = {
    allowedRegistries: readRegistries(problems, props.allowedRegistries),
    requiredLabels: readLabels(problems, props.requiredLabels),
    loadBalancerCompartmentIds: readCompartments(problems, props.loadBalancerCompartmentIds),
    loadBalancerGroupIds: readGroups(problems, props.loadBalancerGroups),
  };
  const exceptions = readExceptions(problems, props.exceptions ?? []);
  const of = (rule: GuardrailRule) => exceptions.filter(({ rules }) => rules.includes(rule));
  const sparedNamespaces = (rule: GuardrailRule) =>
    [...SYSTEM_NAMESPACES, ...of(rule).map(({ namespace }) => namespace)].sort();
  const definitions = definitionsOf({ ...parameters, sparedNamespaces });
  checkModes(problems, modes, definitions);
  checkExceptedRules(problems, exceptions, definitions);
  const all = definitions.map((definition) => ({
    name: `${namePrefix}-${definition.rule}`,
    definition,
    mode: modes[definition.rule] ?? mode,
    exceptions: of(definition.rule),
    sparedNamespaces: sparedNamespaces(definition.rule),
  }));
  checkNames(problems, scope, all, namePrefix);
  problems.throwIfAny();
  return all;
}

/** Adds one problem if the chart already has guardrails with the prefix, regardless of their number. */
function checkNames(
  problems: Problems,
  scope: Construct,
  all: readonly { readonly name: string }[],
  namePrefix: string,
): void {
  const chart = chartOf(scope);
  const taken = all.map(({ name }) => name).filter((name) => !chart || findNamed(chart, [POLICY_KIND], name));
  const [first] = taken;
  if (first === undefined) return;
  if (taken.length === 1 || !chart) {
    checkUnused(problems, scope, [POLICY_KIND], first, "Give each a namePrefix of its own");
    return;
  }
  const owner = findNamed(chart, [POLICY_KIND], first)?.node.scope?.node.scope?.node.path;
  problems.add(
    "NAME_DUPLICATE",
    `The chart has guardrails with the namePrefix ${namePrefix} already, made by ${owner}: ${taken.length} policies would be there twice`,
    "One AdmissionGuardrails holds for the whole cluster: put all of it into that one, or give this one a namePrefix of its own",
  );
}

function definitionsOf(parameters: GuardrailParameters): GuardrailDefinition[] {
  const all = [
    ...podGuardrails(parameters),
    ...objectGuardrails(parameters),
    ...serviceGuardrails(parameters),
  ];
  return all.sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

function checkPrefix(problems: Problems, prefix: string): void {
  checkObjectName(problems, "namePrefix", prefix);
  const longest = MAX_NAME_LENGTH - MAX_RULE_LENGTH - 1;
  if (!(prefix.length > longest)) return;
  problems.add("NAME_INVALID", `namePrefix has ${prefix.length} characters`, `Use up to ${longest}`);
}

function checkMode(problems: Problems, name: string, mode: unknown): void {
  if (Array.isArray((mode as Partial<GuardrailMode> | null)?.validationActions)) return;
  problems.add(
    "GUARDRAIL_INVALID",
    `${name} is ${shown(mode)}`,
    "Take GuardrailMode.deny(), .warn({ reason }) or .audit({ reason })",
  );
}

/** The entries of a given list; adds a problem for a value that is not a list. */
function readList(
  problems: Problems,
  name: string,
  texts: readonly string[] | undefined,
  fix: string,
): string[] {
  if (texts === undefined) return [];
  if (!Array.isArray(texts) || texts.length === 0) {
    problems.add("GUARDRAIL_INVALID", `${name} is ${shown(texts)}, which names nothing`, fix);
    return [];
  }
  return [...(texts as string[])];
}

function readRegistries(problems: Problems, texts: readonly string[] | undefined): string[] {
  const fix = 'Name a registry, for example "fra.ocir.io/acme", or leave allowedRegistries out';
  return readList(problems, "allowedRegistries", texts, fix).filter((text) => {
    if (typeof text === "string") checkImageName(problems, "allowedRegistries", text, true);
    else problems.add("IMAGE_INVALID", `allowedRegistries holds ${shown(text)}`, fix);
    return typeof text === "string";
  });
}

function readLabels(problems: Problems, texts: readonly string[] | undefined): string[] {
  const fix =
    'Name keys of labels, for example "team" or "acme.example/cost-center", or leave requiredLabels out';
  return readList(problems, "requiredLabels", texts, fix).filter((text) => {
    if (typeof text === "string" && isQualifiedName(text)) return true;
    problems.add("LABEL_INVALID", `requiredLabels holds ${shown(text)}`, fix);
    return false;
  });
}

function readCompartments(problems: Problems, ids: readonly string[] | undefined): string[] {
  const fix = "Name the OCIDs of compartments, or leave loadBalancerCompartmentIds out";
  const read = readList(problems, "loadBalancerCompartmentIds", ids, fix);
  for (const id of read) checkOcid(problems, "loadBalancerCompartmentIds", id, "compartment", "tenancy");
  return read;
}

function readGroups(problems: Problems, groups: readonly INetworkSecurityGroup[] | undefined): string[] {
  const name = "loadBalancerGroups";
  if (groups === undefined) return [];
  const fix = `Give a list of groups, for example [cluster.workerSecurityGroup], or leave ${name} out`;
  if (!Array.isArray(groups) || groups.length === 0) {
    problems.add("GUARDRAIL_INVALID", `${name} is ${shown(groups)}, which names nothing`, fix);
    return [];
  }
  return (groups as INetworkSecurityGroup[]).flatMap((group) => {
    if (isOfKind(group, ["networkSecurityGroupId"])) return [group.networkSecurityGroupId];
    problems.add("GUARDRAIL_INVALID", `${name} holds ${shown(group)}, which is no group`, fix);
    return [];
  });
}

function readExceptions(problems: Problems, given: readonly GuardrailException[]): GuardrailException[] {
  const exceptions = given.filter((one) => {
    if (one instanceof GuardrailException) return true;
    problems.add("GUARDRAIL_INVALID", `exceptions holds ${shown(one)}`, "Take GuardrailException.of({ … })");
    return false;
  });
  const sorted = exceptions.sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  for (const [index, one] of sorted.entries()) {
    const twice = sorted
      .slice(index + 1)
      .filter(({ namespace }) => namespace === one.namespace)
      .flatMap(({ rules }) => rules.filter((rule) => one.rules.includes(rule)));
    if (twice.length === 0) continue;
    problems.add(
      "NAME_DUPLICATE",
      `exceptions names ${one.namespace} more than once for ${[...new Set(twice)].join(", ")}`,
      "Keep one of them, with all of the reason",
    );
  }
  return sorted;
}

function checkModes(
  problems: Problems,
  modes: { readonly [rule: string]: GuardrailMode },
  definitions: readonly GuardrailDefinition[],
): void {
  for (const [rule, mode] of Object.entries(modes)) {
    checkRule(problems, rule);
    checkMode(problems, `modes["${rule}"]`, mode);
    checkMade(problems, `modes names ${rule}`, rule, definitions);
  }
}

function checkExceptedRules(
  problems: Problems,
  exceptions: readonly GuardrailException[],
  definitions: readonly GuardrailDefinition[],
): void {
  // An exception from every rule applies to the active rules only.
  for (const { namespace, rules } of exceptions.filter((one) => one.rules.length === 1)) {
    for (const rule of rules)
      checkMade(problems, `exceptions spares ${namespace} from ${rule}`, rule, definitions);
  }
}

const PARAMETER_OF: { readonly [rule: string]: string } = {
  [GuardrailRule.ALLOWED_REGISTRIES]: "allowedRegistries",
  [GuardrailRule.LOAD_BALANCER_GROUPS]: "loadBalancerGroups",
  [GuardrailRule.REQUIRED_LABELS]: "requiredLabels",
};

/** Adds a problem if a known rule is left out because its parameter is missing. */
function checkMade(
  problems: Problems,
  what: string,
  rule: string,
  definitions: readonly GuardrailDefinition[],
): void {
  const parameter = PARAMETER_OF[rule];
  if (parameter === undefined || definitions.some((one) => one.rule === rule)) return;
  problems.add("GUARDRAIL_INVALID", `${what}, which is not there without ${parameter}`, `Give ${parameter}`);
}
