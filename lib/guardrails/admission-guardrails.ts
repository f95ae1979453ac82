import { Chart } from "cdk8s";
import { Construct } from "constructs";
import {
  ALL_RULES,
  checkException,
  checkMode,
  checkRule,
  type GuardrailException,
  GuardrailMode,
  SYSTEM_NAMESPACES,
} from "./guardrail-enforcement";
import {
  AdmissionGuardrail,
  checkRequiredLabels,
  POLICY_KIND,
  type ReadGuardrail,
} from "./private/guardrail-policy";
import { objectGuardrails, serviceGuardrails } from "./private/object-guardrails";
import { type GuardrailDefinition, type GuardrailParameters, podGuardrails } from "./private/pod-guardrails";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { GuardrailRule } from "../core/guardrail-catalogue";
import { isQualifiedName } from "../core/kubernetes-names";
import {
  checkedBy,
  listOf,
  mapOf,
  mapped,
  objectName,
  ocid,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../core/readers";
import { byText } from "../core/stable-order";
import { Problems } from "../core/validation-error";
import { keyedByValue, nonEmptyListOf } from "../core/value-readers";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { guardStaticSynthesis } from "../synthesis/chart-guards";
import { chartOf, checkUnused, findNamed } from "../synthesis/chart-objects";
import { REGISTRY_PREFIX } from "../workload/images/private/image-reference";

/** Props for AdmissionGuardrails. */
export interface AdmissionGuardrailsProps {
  /**
   * The registries and repositories that all images must come from, such as `fra.ocir.io/acme`.
   *
   * @default - any; the rule `allowed-registries` is left out
   */
  readonly allowedRegistries?: string[];
  /**
   * The keys of the labels that every pod must have, with a non-empty value.
   *
   * @default - none; the rule `required-labels` is left out
   */
  readonly requiredLabels?: string[];
  /**
   * The network security groups that Services may use: for a cluster with cloud-managed load balancers
   * `cluster.workerSecurityGroup`, and the `securityGroup` of each Terraform-managed one.
   *
   * @default - any; the rule `load-balancer-groups` is left out
   */
  readonly loadBalancerGroups?: INetworkSecurityGroup[];
  /**
   * The OCIDs of the compartments for load balancers of Services, besides that of the cluster.
   *
   * @default - none; the rule `load-balancer-compartment` refuses any compartment that a Service sets
   */
  readonly loadBalancerCompartmentIds?: string[];
  /**
   * The action for objects that violate a rule.
   *
   * @default GuardrailMode.deny()
   */
  readonly mode?: GuardrailMode;
  /**
   * The actions for violations of certain rules, by the rule's id, such as `{ "image-digest":
   * GuardrailMode.warn(…) }`.
   *
   * @default - `mode` for all rules
   */
  readonly modes?: { [rule: string]: GuardrailMode };
  /**
   * The namespaces that are exempt from rules.
   *
   * @default - only `kube-system`, `kube-node-lease` and `kube-public`
   */
  readonly exceptions?: GuardrailException[];
  /**
   * The prefix of the names of the policies and their bindings.
   *
   * @default "secure-oke"
   */
  readonly namePrefix?: string;
}

/**
 * The checks of this library at synthesis, enforced by the API server for everyone: one
 * ValidatingAdmissionPolicy and one binding per rule.
 *
 * They apply to pods and to the templates of Deployments, StatefulSets, DaemonSets, ReplicaSets,
 * ReplicationControllers, Jobs and CronJobs; to Services, Secrets and role bindings. Existing objects stay
 * until somebody changes a field that a rule checks.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
@checked
export class AdmissionGuardrails extends Construct {
  /**
   * The active rules, sorted.
   *
   * Each is the id of a child, whose `node.defaultChild` is the policy.
   */
  public readonly rules: GuardrailRule[];
  /** The prefix of the names of the policies and their bindings. */
  public readonly namePrefix: string;
  /** The registries and repositories that all images must come from; empty if any may be used. */
  public readonly allowedRegistries: string[];
  /** The keys of the labels that every pod must have. */
  public readonly requiredLabels: string[];
  /** The OCIDs of the network security groups that Services may use; empty if any may be used. */
  public readonly loadBalancerGroupIds: string[];
  /** The OCIDs of the compartments for load balancers of Services, besides that of the cluster. */
  public readonly loadBalancerCompartmentIds: string[];
  /** The action for objects that violate a rule without its own mode. */
  public readonly mode: GuardrailMode;
  /** The namespaces that are exempt from rules, besides the system namespaces. */
  public readonly exceptions: GuardrailException[];

  constructor(scope: Construct, id: string, props: AdmissionGuardrailsProps = {}) {
    const read = readGuardrails(scope, id, props);
    super(scope, id);
    const { guardrails } = read;
    guardStaticSynthesis(Chart.of(this));
    this.rules = guardrails.map(({ definition }) => definition.rule);
    this.namePrefix = read.namePrefix;
    this.allowedRegistries = read.allowedRegistries;
    this.requiredLabels = read.requiredLabels;
    this.loadBalancerGroupIds = read.loadBalancerGroups;
    this.loadBalancerCompartmentIds = read.loadBalancerCompartmentIds;
    this.mode = read.mode;
    this.exceptions = read.exceptions;
    checkRequiredLabels(this, guardrails, read.requiredLabels);
    for (const guardrail of guardrails) new AdmissionGuardrail(this, guardrail);
  }
}

const MAX_NAME_LENGTH = 63;
const MAX_PREFIX_LENGTH = MAX_NAME_LENGTH - Math.max(...ALL_RULES.map((rule) => rule.length)) - 1;

const LABEL_KEY = checkedBy(text('a text, for example "team"'), (problems, name, key) => {
  if (isQualifiedName(key)) return;
  const fix = 'Give the key of a label, for example "team" or "acme.example/cost-center"';
  problems.add("LABEL_INVALID", `${name} is ${shown(key)}`, fix);
});

const GROUP_ID = mapped(
  valueOf<INetworkSecurityGroup>("INetworkSecurityGroup"),
  ({ networkSecurityGroupId }) => networkSecurityGroupId,
);
const MODE = checkedBy(valueOf<GuardrailMode>("GuardrailMode"), checkMode);
const EXCEPTION = checkedBy(valueOf<GuardrailException>("GuardrailException"), checkException);

const MODES = mapOf(MODE, 'modes by rule, for example { "image-digest": GuardrailMode.warn({ reason }) }');

/** Reads modes by the ids of their rules, or by the names of the rules in the enumeration. */
const modesByRule: Reader<{ readonly [rule: string]: GuardrailMode }> = (problems, name, value) => {
  const read = MODES(problems, name, value);
  if (read === undefined) return undefined;
  const modes: { readonly [rule: string]: GuardrailMode } = keyedByValue(GuardrailRule, read);
  for (const rule of Object.keys(modes)) checkRule(problems, name, rule);
  return modes;
};

const NO_MODES: { readonly [rule: string]: GuardrailMode } = {};

const NAME_PREFIX = checkedBy(objectName(), (problems, name, prefix) => {
  if (prefix.length <= MAX_PREFIX_LENGTH) return;
  problems.add("NAME_INVALID", `${name} has ${prefix.length} characters`, `Use at most ${MAX_PREFIX_LENGTH}`);
});

const GUARDRAILS_PROPS = {
  allowedRegistries: withDefault(
    nonEmptyListOf(REGISTRY_PREFIX, '["fra.ocir.io/acme"]', "GUARDRAIL_INVALID", "to allow all"),
    [],
  ),
  requiredLabels: withDefault(
    nonEmptyListOf(LABEL_KEY, '["team"]', "GUARDRAIL_INVALID", "to require none"),
    [],
  ),
  loadBalancerGroups: withDefault(
    nonEmptyListOf(GROUP_ID, "[cluster.workerSecurityGroup]", "GUARDRAIL_INVALID", "to allow all"),
    [],
  ),
  loadBalancerCompartmentIds: withDefault(
    nonEmptyListOf(
      ocid("compartment", "tenancy"),
      '["ocid1.compartment.oc1..example"]',
      "GUARDRAIL_INVALID",
      "to allow only that of the cluster",
    ),
    [],
  ),
  mode: withDefault(MODE, GuardrailMode.deny()),
  modes: withDefault(modesByRule, NO_MODES),
  exceptions: withDefault(listOf(EXCEPTION, "a list of GuardrailException.of({ … })"), []),
  namePrefix: withDefault(NAME_PREFIX, "secure-oke"),
} satisfies PropsSchema<AdmissionGuardrailsProps>;

/** The props of guardrails, with a definition for each active rule. */
export interface ReadGuardrails extends Resolved<typeof GUARDRAILS_PROPS> {
  readonly guardrails: readonly ReadGuardrail[];
}

/** Reads the props; throws an error that lists every problem. */
export function readGuardrails(
  scope: Construct,
  id: string,
  props: AdmissionGuardrailsProps,
): ReadGuardrails {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, GUARDRAILS_PROPS);
  const { namePrefix = "", mode = GuardrailMode.deny() } = read;
  const exceptions = [...(read.exceptions ?? [])].sort((a, b) => byText(a.namespace, b.namespace));
  checkDuplicates(problems, exceptions);
  const exceptionsFrom = (rule: GuardrailRule) => exceptions.filter(({ rules }) => rules.includes(rule));
  const exemptNamespaces = (rule: GuardrailRule) =>
    [...SYSTEM_NAMESPACES, ...exceptionsFrom(rule).map(({ namespace }) => namespace)].sort();
  const definitions = definitionsOf({
    allowedRegistries: read.allowedRegistries ?? [],
    requiredLabels: read.requiredLabels ?? [],
    loadBalancerCompartmentIds: read.loadBalancerCompartmentIds ?? [],
    loadBalancerGroupIds: read.loadBalancerGroups ?? [],
    exemptNamespaces,
  });
  const { modes = {} } = read;
  for (const rule of Object.keys(modes)) {
    checkActive(problems, `modes sets a mode for ${rule}`, rule, definitions);
  }
  checkExemptedRules(problems, exceptions, definitions);
  const guardrails = definitions.map((definition) => ({
    name: `${namePrefix}-${definition.rule}`,
    definition,
    mode: modes[definition.rule] ?? mode,
    exceptions: exceptionsFrom(definition.rule),
    exemptNamespaces: exemptNamespaces(definition.rule),
  }));
  if (read.namePrefix !== undefined) checkNames(problems, scope, guardrails, namePrefix);
  return problems.resolved<ReadGuardrails>({ ...read, guardrails });
}

/** Adds one problem if the chart already has guardrails with the prefix, regardless of their number. */
function checkNames(
  problems: Problems,
  scope: Construct,
  guardrails: readonly { readonly name: string }[],
  namePrefix: string,
): void {
  const chart = chartOf(scope);
  const taken = guardrails.filter(({ name }) => !chart || findNamed(chart, [POLICY_KIND], name));
  const [first] = taken;
  if (first === undefined) return;
  if (taken.length === 1 || !chart) {
    checkUnused(
      problems,
      scope,
      [POLICY_KIND],
      first.name,
      "Give each AdmissionGuardrails its own namePrefix",
    );
    return;
  }
  const owner = findNamed(chart, [POLICY_KIND], first.name)?.node.scope?.node.scope?.node.path;
  problems.add(
    "NAME_DUPLICATE",
    `namePrefix is ${namePrefix}, which ${owner} uses in the same chart for ${taken.length} of these policies`,
    'Combine both into one AdmissionGuardrails, which applies to the whole cluster, or give another namePrefix, for example "acme"',
  );
}

function definitionsOf(parameters: GuardrailParameters): GuardrailDefinition[] {
  const definitions = [
    ...podGuardrails(parameters),
    ...objectGuardrails(parameters),
    ...serviceGuardrails(parameters),
  ];
  return definitions.sort((a, b) => byText(a.rule, b.rule));
}

function checkDuplicates(problems: Problems, sorted: readonly GuardrailException[]): void {
  for (const [index, exception] of sorted.entries()) {
    const duplicates = sorted
      .slice(index + 1)
      .filter(({ namespace }) => namespace === exception.namespace)
      .flatMap(({ rules }) => rules.filter((rule) => exception.rules.includes(rule)));
    if (duplicates.length === 0) continue;
    problems.add(
      "NAME_DUPLICATE",
      `exceptions exempts ${exception.namespace} more than once from ${[...new Set(duplicates)].join(", ")}`,
      "Keep one of the exceptions, with the whole reason",
    );
  }
}

function checkExemptedRules(
  problems: Problems,
  exceptions: readonly GuardrailException[],
  definitions: readonly GuardrailDefinition[],
): void {
  // An exception from every rule applies to the active rules only.
  for (const { namespace, rules } of exceptions.filter((exception) => exception.rules.length === 1)) {
    for (const rule of rules)
      checkActive(problems, `exceptions exempts ${namespace} from ${rule}`, rule, definitions);
  }
}

const PARAMETER_OF: { readonly [rule: string]: string } = {
  [GuardrailRule.ALLOWED_REGISTRIES]: "allowedRegistries",
  [GuardrailRule.LOAD_BALANCER_GROUPS]: "loadBalancerGroups",
  [GuardrailRule.REQUIRED_LABELS]: "requiredLabels",
};

/** Adds a problem if a known rule is inactive because its parameter is missing. */
function checkActive(
  problems: Problems,
  what: string,
  rule: string,
  definitions: readonly GuardrailDefinition[],
): void {
  const parameter = PARAMETER_OF[rule];
  if (parameter === undefined || definitions.some((definition) => definition.rule === rule)) return;
  problems.add(
    "GUARDRAIL_INVALID",
    `${what}, a rule that is inactive without ${parameter}`,
    `Give ${parameter}`,
  );
}
