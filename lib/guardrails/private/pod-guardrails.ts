import { BREAK_GLASS, GuardrailRule, TOKEN_LABEL } from "../../core/guardrail-catalogue";

/** The resources that a rule applies to, as in a policy's `resourceRules`. */
export interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

/** A named CEL expression. */
interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** A rule as the API server evaluates it. */
export interface GuardrailDefinition {
  readonly rule: GuardrailRule;
  readonly resourceRules: readonly ResourceRule[];
  /** The conditions under which the rule is evaluated; all of them must be true. */
  readonly matchConditions: readonly NamedExpression[];
  /** The variables of `offenders`; each may use the earlier ones. */
  readonly variables: readonly NamedExpression[];
  /** The list of violations, as texts for the message; empty if there are none. */
  readonly offenders: string;
}

/** The parameters of rules. */
export interface GuardrailParameters {
  /** The exempt namespaces of a rule, sorted: the system namespaces and the exceptions. */
  readonly exemptNamespaces: (rule: GuardrailRule) => readonly string[];
  readonly allowedRegistries: readonly string[];
  readonly requiredLabels: readonly string[];
  /** The OCIDs of the allowed compartments for load balancers of Services. */
  readonly loadBalancerCompartmentIds: readonly string[];
  /** The OCIDs of the groups that a Service may use. */
  readonly loadBalancerGroupIds: readonly string[];
}

/** A text as a CEL literal, which has the same escapes as JSON. */
export function celText(text: string): string {
  return JSON.stringify(text);
}

/** Texts as a CEL list, sorted and without duplicates. */
export function celList(texts: readonly string[]): string {
  return `[${[...new Set(texts)].sort().map(celText).join(", ")}]`;
}

/**
 * The condition that an object is new, or that a field that the rule checks has changed.
 *
 * Without it, a rule that is added later would block existing violations: controllers could not scale down an
 * old ReplicaSet, nor remove the finalizer from a terminating pod or Service.
 *
 * @param evaluated the expressions on `object` that the rule reads
 */
export function whenChanged(...evaluated: string[]): NamedExpression {
  const changes = evaluated.map((expression) => {
    const before = expression.replace(/\bobject\b/g, "oldObject");
    return `${expression} != ${before}`;
  });
  return {
    name: "is-new-or-changed",
    expression: `request.operation != "UPDATE" || ${changes.join(" || ")}`,
  };
}

const OPERATIONS = ["CREATE", "UPDATE"];
const WORKLOADS = [
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: OPERATIONS,
    resources: ["pods", "pods/ephemeralcontainers", "replicationcontrollers"],
  },
  {
    apiGroups: ["apps"],
    apiVersions: ["v1"],
    operations: OPERATIONS,
    resources: ["daemonsets", "deployments", "replicasets", "statefulsets"],
  },
  { apiGroups: ["batch"], apiVersions: ["v1"], operations: OPERATIONS, resources: ["cronjobs", "jobs"] },
];

// A pod, or the pod template of a controller; both have metadata and a spec. As dyn, as otherwise Kubernetes'
// type checker reports in the policy's status, for each kind, the fields of the other kinds that it lacks.
const POD =
  '(dyn(object).kind == "Pod" ? dyn(object) : ' +
  'dyn(object).kind == "CronJob" ? dyn(object).spec.jobTemplate.spec.template : dyn(object).spec.template)';

/** The value of a container's field, in an expression where the container is `c`. */
const own = (field: string, otherwise: string) => `c.?securityContext.?${field}.orValue(${otherwise})`;
/** The value of a pod's field. */
const podValue = (field: string, otherwise: string) =>
  `variables.spec.?securityContext.?${field}.orValue(${otherwise})`;
/** The value of a container's field, or the pod's if the container has none. */
const inherited = (field: string, otherwise: string) => own(field, podValue(field, otherwise));

// A missing list may be null if Kubernetes can't omit it.
const listOf = (key: string) =>
  `(has(variables.spec.${key}) && variables.spec.${key} != null ? variables.spec.${key} : [])`;

const VARIABLES: readonly NamedExpression[] = [
  { name: "pod", expression: POD },
  { name: "spec", expression: "variables.pod.spec" },
  {
    name: "containers",
    expression: ["containers", "initContainers", "ephemeralContainers"].map(listOf).join(" + "),
  },
  { name: "labels", expression: "variables.pod.?metadata.?labels.orValue({})" },
];

/** The names of the entries of a list that match an expression. */
function namesOf(list: string, entry: string, condition: string, before = ""): string {
  const name = `string(${entry}.?name.orValue("?"))`;
  return `${list}.filter(${entry}, ${condition}).map(${entry}, ${before === "" ? name : `${celText(before)} + ${name}`})`;
}

const containersWhere = (condition: string, before = "") =>
  namesOf("variables.containers", "c", condition, before);
const wordWhere = (condition: string, word: string) => `(${condition} ? [${celText(word)}] : [])`;

function podRule(rule: GuardrailRule, offenders: string, evaluated = [`${POD}.spec`]): GuardrailDefinition {
  return {
    rule,
    resourceRules: WORKLOADS,
    matchConditions: [whenChanged(...evaluated)],
    variables: VARIABLES,
    offenders,
  };
}

const HOST_ACCESS = [
  ...["hostNetwork", "hostPID", "hostIPC"].map((field) =>
    wordWhere(`variables.spec.?${field}.orValue(false)`, field),
  ),
  namesOf(listOf("volumes"), "v", "has(v.hostPath)", "volume "),
  containersWhere("c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)", "hostPort of "),
  containersWhere(inherited("windowsOptions.?hostProcess", "false"), "hostProcess of "),
];

// The pod's own value is checked too, as in the restricted standard: an ephemeral container may inherit it.
const NON_ROOT = [
  wordWhere(`!${podValue("runAsNonRoot", "true")} || ${podValue("runAsUser", "-1")} == 0`, "the pod itself"),
  containersWhere(`!${inherited("runAsNonRoot", "false")} || ${own("runAsUser", "-1")} == 0`),
];

const KEEPS_CAPABILITIES =
  `!${own("capabilities.?drop", "[]")}.exists(d, d == "ALL") || ` +
  `${own("capabilities.?add", "[]")}.exists(a, a != "NET_BIND_SERVICE")`;

const annotation = (key: string) => `${POD}.?metadata.?annotations[?${celText(key)}]`;
const label = (key: string) => `${POD}.?metadata.?labels[?${celText(key)}]`;

const UNREQUESTED_TOKEN =
  "variables.spec.?automountServiceAccountToken.orValue(true) && " +
  `variables.labels[?${celText(TOKEN_LABEL.key)}].orValue("") != ${celText(TOKEN_LABEL.value)}`;

/** The images of containers and volumes that match an expression, where the image is `i`. */
function imagesWhere(condition: string): string {
  const ofContainers = 'variables.containers.map(c, string(c.?image.orValue("")))';
  const ofVolumes = `${listOf("volumes")}.filter(v, has(v.image)).map(v, string(v.image.?reference.orValue("")))`;
  return `(${ofContainers} + ${ofVolumes}).filter(i, ${condition}).map(i, i == "" ? "no image" : i)`;
}

/**
 * Whether an image comes from a registry or a repository.
 *
 * A colon after a registry begins its port, after a repository the tag.
 */
function isInRegistry(prefix: string): string {
  const ends = prefix.includes("/") ? ["/", ":", "@"] : ["/"];
  const within = ends.map((end) => `i.startsWith(${celText(prefix + end)})`);
  return [...(prefix.includes("/") ? [`i == ${celText(prefix)}`] : []), ...within].join(" || ");
}

function allowedRegistries(prefixes: readonly string[]): GuardrailDefinition[] {
  if (prefixes.length === 0) return [];
  const allowed = [...new Set(prefixes)].sort().map(isInRegistry).join(" || ");
  return [podRule(GuardrailRule.ALLOWED_REGISTRIES, imagesWhere(`!(${allowed})`))];
}

function requiredLabels(labels: readonly string[]): GuardrailDefinition[] {
  if (labels.length === 0) return [];
  const keys = [...new Set(labels)].sort();
  const missing = `${celList(keys)}.filter(l, variables.labels[?l].orValue("") == "")`;
  return [podRule(GuardrailRule.REQUIRED_LABELS, missing, keys.map(label))];
}

/** The rules for pods and pod templates. */
export function podGuardrails(parameters: GuardrailParameters): GuardrailDefinition[] {
  return [
    ...allowedRegistries(parameters.allowedRegistries),
    ...requiredLabels(parameters.requiredLabels),
    podRule(GuardrailRule.DROPPED_CAPABILITIES, containersWhere(KEEPS_CAPABILITIES)),
    podRule(GuardrailRule.IMAGE_DIGEST, imagesWhere('!i.matches("^[^@]+@sha256:[0-9a-f]{64}$")')),
    // Whatever its value: a cluster that requires verification has no use for the annotation.
    podRule(
      GuardrailRule.IMAGE_POLICY_BREAK_GLASS,
      wordWhere(`${annotation(BREAK_GLASS)}.hasValue()`, BREAK_GLASS),
      [annotation(BREAK_GLASS)],
    ),
    podRule(GuardrailRule.NO_HOST_ACCESS, HOST_ACCESS.join(" + ")),
    podRule(
      GuardrailRule.NO_PRIVILEGE_ESCALATION,
      containersWhere(`${own("allowPrivilegeEscalation", "true")} || ${own("privileged", "false")}`),
    ),
    podRule(GuardrailRule.NO_TOKEN_AUTOMOUNT, wordWhere(UNREQUESTED_TOKEN, "automountServiceAccountToken"), [
      `${POD}.spec.?automountServiceAccountToken`,
      label(TOKEN_LABEL.key),
    ]),
    podRule(GuardrailRule.NON_ROOT, NON_ROOT.join(" + ")),
    podRule(
      GuardrailRule.READ_ONLY_ROOT_FILESYSTEM,
      containersWhere(`!${own("readOnlyRootFilesystem", "false")}`),
    ),
  ];
}
