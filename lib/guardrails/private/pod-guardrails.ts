import { BREAK_GLASS, GuardrailRule, TOKEN_LABEL } from "../../core/guardrail-catalogue";

/** What the API server asks a rule about, as a policy's `resourceRules` say it. */
export interface JudgedResources {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

/** A named expression of CEL. */
interface NamedExpression {
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

/** A text as a literal of CEL, whose escapes are those of JSON. */
export function celText(text: string): string {
  return JSON.stringify(text);
}

/** Texts as a list of CEL, sorted and each once. */
export function celList(texts: readonly string[]): string {
  return `[${[...new Set(texts)].sort().map(celText).join(", ")}]`;
}

/**
 * The condition that an object is new, or that something of it changed that the rule is about.
 *
 * Without it, a rule that comes later would hold on to what it refuses: controllers could not scale an old ReplicaSet down,
 * nor take the finalizer from a pod or a Service that is to go.
 *
 * @param judged expressions of what the rule reads, of `object`
 */
export function whenChanged(...judged: string[]): NamedExpression {
  const changes = judged.map((expression) => {
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

// A pod, or the template that a controller makes pods of; both have metadata and a spec. As dyn, for else Kubernetes' type
// checker notes in the policy's status for each kind which fields of the others it does not have.
const POD =
  '(dyn(object).kind == "Pod" ? dyn(object) : ' +
  'dyn(object).kind == "CronJob" ? dyn(object).spec.jobTemplate.spec.template : dyn(object).spec.template)';

/** What a container's field says, in an expression where the container is `c`. */
const own = (field: string, otherwise: string) => `c.?securityContext.?${field}.orValue(${otherwise})`;
/** What the pod's field says. */
const podSays = (field: string, otherwise: string) =>
  `variables.spec.?securityContext.?${field}.orValue(${otherwise})`;
/** What a container's field says, or the pod's where the container's says nothing. */
const inherited = (field: string, otherwise: string) => own(field, podSays(field, otherwise));

// A list that is missing is null where Kubernetes has no way to leave it out.
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

/** The names of the entries of a list that an expression holds for. */
function namesOf(list: string, entry: string, condition: string, before = ""): string {
  const name = `string(${entry}.?name.orValue("?"))`;
  return `${list}.filter(${entry}, ${condition}).map(${entry}, ${before === "" ? name : `${celText(before)} + ${name}`})`;
}

const containersWhere = (condition: string, before = "") =>
  namesOf("variables.containers", "c", condition, before);
const wordWhere = (condition: string, word: string) => `(${condition} ? [${celText(word)}] : [])`;

function podRule(rule: GuardrailRule, offenders: string, judged = [`${POD}.spec`]): GuardrailDefinition {
  return {
    rule,
    resourceRules: WORKLOADS,
    matchConditions: [whenChanged(...judged)],
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

// What the pod says is judged for itself too, as the restricted standard does: an ephemeral container may inherit it.
const NON_ROOT = [
  wordWhere(`!${podSays("runAsNonRoot", "true")} || ${podSays("runAsUser", "-1")} == 0`, "the pod itself"),
  containersWhere(`!${inherited("runAsNonRoot", "false")} || ${own("runAsUser", "-1")} == 0`),
];

const KEEPS_CAPABILITIES =
  `!${own("capabilities.?drop", "[]")}.exists(d, d == "ALL") || ` +
  `${own("capabilities.?add", "[]")}.exists(a, a != "NET_BIND_SERVICE")`;

const annotation = (key: string) => `${POD}.?metadata.?annotations[?${celText(key)}]`;
const label = (key: string) => `${POD}.?metadata.?labels[?${celText(key)}]`;

const UNASKED_TOKEN =
  "variables.spec.?automountServiceAccountToken.orValue(true) && " +
  `variables.labels[?${celText(TOKEN_LABEL.key)}].orValue("") != ${celText(TOKEN_LABEL.value)}`;

/** The images of containers and of volumes that an expression holds for, where the image is `i`. */
function imagesWhere(condition: string): string {
  const ofContainers = 'variables.containers.map(c, string(c.?image.orValue("")))';
  const ofVolumes = `${listOf("volumes")}.filter(v, has(v.image)).map(v, string(v.image.?reference.orValue("")))`;
  return `(${ofContainers} + ${ofVolumes}).filter(i, ${condition}).map(i, i == "" ? "no image" : i)`;
}

/**
 * Whether an image comes from a registry or a repository.
 *
 * After a registry alone a colon begins its port, and after a repository the tag.
 */
function comesFrom(prefix: string): string {
  const ends = prefix.includes("/") ? ["/", ":", "@"] : ["/"];
  const within = ends.map((end) => `i.startsWith(${celText(prefix + end)})`);
  return [...(prefix.includes("/") ? [`i == ${celText(prefix)}`] : []), ...within].join(" || ");
}

function allowedRegistries(prefixes: readonly string[]): GuardrailDefinition[] {
  if (prefixes.length === 0) return [];
  const allowed = [...new Set(prefixes)].sort().map(comesFrom).join(" || ");
  return [podRule(GuardrailRule.ALLOWED_REGISTRIES, imagesWhere(`!(${allowed})`))];
}

function requiredLabels(given: readonly string[]): GuardrailDefinition[] {
  if (given.length === 0) return [];
  const keys = [...new Set(given)].sort();
  const missing = `${celList(keys)}.filter(l, variables.labels[?l].orValue("") == "")`;
  return [podRule(GuardrailRule.REQUIRED_LABELS, missing, keys.map(label))];
}

/** The rules for pods and for the templates of all that makes pods. */
export function podGuardrails(parameters: GuardrailParameters): GuardrailDefinition[] {
  return [
    ...allowedRegistries(parameters.allowedRegistries),
    ...requiredLabels(parameters.requiredLabels),
    podRule(GuardrailRule.DROPPED_CAPABILITIES, containersWhere(KEEPS_CAPABILITIES)),
    podRule(GuardrailRule.IMAGE_DIGEST, imagesWhere('!i.matches("^[^@]+@sha256:[0-9a-f]{64}$")')),
    // Whatever it says: who wants the verification has no use for it.
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
    podRule(GuardrailRule.NO_TOKEN_AUTOMOUNT, wordWhere(UNASKED_TOKEN, "automountServiceAccountToken"), [
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
