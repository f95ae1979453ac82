import { ApiObject, Chart } from "cdk8s";
import { Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { celText, type GuardrailDefinition } from "./pod-guardrails";
import { Acknowledgements } from "../../core/acknowledgement";
import { GuardrailRule, GUARDRAILS } from "../../core/guardrail-catalogue";
import { Problems } from "../../core/validation-error";
import { checkChartsBelow, checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { apiObjectsIn, dataOf, removeNamespace } from "../../synthesis/chart-objects";
import { isAdded, whenAdded } from "../../synthesis/chart-scopes";
import { referenceOf } from "../../synthesis/references";
import { type GuardrailException, type GuardrailMode } from "../guardrail-enforcement";

/** The kind of the policies. */
export const POLICY_KIND = "ValidatingAdmissionPolicy";
const API_VERSION = "admissionregistration.k8s.io/v1";
const PREFIX = "secure-oke";

/** A rule with the data of its policy and binding. */
export interface ReadGuardrail {
  readonly name: string;
  readonly definition: GuardrailDefinition;
  readonly mode: GuardrailMode;
  /** The exceptions from this rule, by namespace. */
  readonly exceptions: readonly GuardrailException[];
  /** All exempt namespaces of the rule, sorted. */
  readonly exemptNamespaces: readonly string[];
}

/** One rule: the policy with its conditions, and the binding with its scope. */
export class AdmissionGuardrail extends Construct {
  constructor(scope: Construct, guardrail: ReadGuardrail) {
    super(scope, guardrail.definition.rule);
    const policy = this.add(
      "Resource",
      POLICY_KIND,
      guardrail.name,
      policyAnnotations(guardrail),
      policySpec(guardrail),
    );
    this.node.defaultChild = policy;
    this.add(
      "Binding",
      `${POLICY_KIND}Binding`,
      guardrail.name,
      bindingAnnotations(guardrail),
      bindingSpec(guardrail),
    ).addDependency(policy);
    this.acknowledge(guardrail);
  }

  private add(id: string, kind: string, name: string, annotations: object, spec: object): ApiObject {
    const metadata = { name, annotations: annotations as { [key: string]: string } };
    const object = new ApiObject(this, id, { apiVersion: API_VERSION, kind, metadata, spec });
    removeNamespace(object);
    return object;
  }

  private acknowledge({ definition, mode, exceptions }: ReadGuardrail): void {
    const { rule } = definition;
    const { practice } = GUARDRAILS[rule];
    const note = (what: string, reason: string) => {
      Acknowledgements._record(this, practice, what, reason);
    };
    if (mode.reason !== undefined) {
      note(`guardrail ${rule} does not deny: ${mode.validationActions.join(", ")}`, mode.reason);
    }
    for (const { namespace, reason } of exceptions) note(`guardrail ${rule} exempts ${namespace}`, reason);
  }
}

function policyAnnotations({ definition }: ReadGuardrail): object {
  const { title, why, fix, practice } = GUARDRAILS[definition.rule];
  return {
    [`${PREFIX}/title`]: title,
    [`${PREFIX}/why`]: why,
    [`${PREFIX}/fix`]: fix,
    [`${PREFIX}/practice`]: practice,
  };
}

function policySpec({ definition }: ReadGuardrail): object {
  const { rule, resourceRules, matchConditions, variables, offenders } = definition;
  const { title, fix } = GUARDRAILS[rule];
  return {
    // Denies objects that can't be evaluated.
    failurePolicy: "Fail",
    matchConstraints: { matchPolicy: "Equivalent", resourceRules },
    ...(matchConditions.length > 0 ? { matchConditions } : {}),
    variables: [...variables, { name: "offenders", expression: offenders }],
    validations: [
      {
        expression: "variables.offenders.size() == 0",
        message: `${rule}: ${title}. ${fix}.`,
        messageExpression: `${celText(`${rule}: ${title}: `)} + variables.offenders.join(", ") + ${celText(`. ${fix}.`)}`,
        reason: "Forbidden",
      },
    ],
  };
}

function reasons(exceptions: readonly GuardrailException[]): string {
  return exceptions.map(({ namespace, reason }) => `${namespace}: ${reason}`).join("\n");
}

function bindingAnnotations({ mode, exceptions }: ReadGuardrail): object {
  return {
    ...(mode.reason === undefined ? {} : { [`${PREFIX}/mode-reason`]: mode.reason }),
    ...(exceptions.length === 0 ? {} : { [`${PREFIX}/exceptions`]: reasons(exceptions) }),
  };
}

function bindingSpec({ name, mode, exemptNamespaces }: ReadGuardrail): object {
  return {
    policyName: name,
    validationActions: mode.validationActions,
    matchResources: {
      // Kubernetes itself sets this label of a namespace, and prevents changes to it.
      namespaceSelector: {
        matchExpressions: [
          { key: "kubernetes.io/metadata.name", operator: "NotIn", values: exemptNamespaces },
        ],
      },
    },
  };
}

interface PodTemplate {
  readonly metadata?: { readonly labels?: unknown };
}

interface Workload extends PodTemplate {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly labels?: unknown; readonly namespace?: string };
  readonly spec?: {
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplate } };
  };
}

const KINDS =
  /^(v1\/(Pod|ReplicationController)|apps\/v1\/(DaemonSet|Deployment|ReplicaSet|StatefulSet)|batch\/v1\/(CronJob|Job))$/;

/**
 * Adds problems for workloads of the program whose missing labels the guardrail would deny: those of the
 * guardrails' cluster, and those of their App if plain cdk8s writes them.
 */
export function checkRequiredLabels(
  construct: IConstruct,
  guardrails: readonly ReadGuardrail[],
  requiredLabels: readonly string[],
): void {
  const rule = guardrails.find(({ definition }) => definition.rule === GuardrailRule.REQUIRED_LABELS);
  if (!rule?.mode.validationActions.includes("Deny")) return;
  const keys = [...new Set(requiredLabels)].sort();
  const check = (scope: IConstruct) => {
    const problems = new Problems(construct);
    for (const object of apiObjectsIn(scope)) problems.collect(() => checkObject(object, rule, keys));
    problems.throwIfAny();
  };
  const chart = Chart.of(construct);
  whenAdded(chart, (scope) => checkChartsBelow(scope, check));
  checkAtSynthesis(chart, () => {
    if (!isAdded(chart)) check(chart.node.root);
  });
}

function checkObject(object: ApiObject, { exemptNamespaces }: ReadGuardrail, keys: readonly string[]): void {
  if (!KINDS.test(`${object.apiVersion}/${object.kind}`)) return;
  const data = dataOf(object) as Workload;
  if (exemptNamespaces.includes(data.metadata?.namespace ?? "")) return;
  const template =
    data.kind === "Pod" ? data : (data.spec?.jobTemplate?.spec?.template ?? data.spec?.template);
  const labels = template?.metadata?.labels ?? {};
  // Labels from Terraform values are unknown.
  if (typeof labels !== "object" || Token.isUnresolved(labels) || referenceOf(labels) !== undefined) return;
  const values = labels as { readonly [key: string]: unknown };
  const missing = keys.filter((key) => values[key] === undefined || values[key] === "");
  if (missing.length === 0) return;
  const problems = new Problems(object);
  problems.add(
    "LABEL_INVALID",
    `The pods of the ${object.kind} ${object.name} lack the labels ${missing.join(", ")}, which the guardrails require`,
    `Give the workload labels: { ${missing.map((key) => `${JSON.stringify(key)}: "…"`).join(", ")} }, or exempt its namespace with GuardrailException.of`,
  );
  problems.throwIfAny();
}
