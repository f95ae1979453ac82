import { type IConstruct } from "constructs";
import { Chart, type ApiObject } from "cdk8s";
import { Token } from "cdktf";
import { type ReadGuardrail } from "./read-guardrails";
import { GuardrailRule } from "../core/guardrail-catalogue";
import { Problems } from "../core/validation-error";
import { checkChartsBelow } from "../manifests/chart-checks";
import { apiObjectsIn, dataOf } from "../manifests/chart-objects";
import { isAdded, whenAdded } from "../manifests/chart-scopes";
import { referenceOf } from "../manifests/references";
import { checkAtSynthesis } from "../manifests/synthesis-checks";

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
 * Refuses workloads of the program that its own guardrail would refuse for want of labels: of the cluster that the guardrails
 * are for, and of their App where plain cdk8s writes them.
 */
export function checkRequiredLabels(
  guardrails: IConstruct,
  all: readonly ReadGuardrail[],
  requiredLabels: readonly string[],
): void {
  const rule = all.find(({ definition }) => definition.rule === GuardrailRule.REQUIRED_LABELS);
  if (!rule?.mode.validationActions.includes("Deny")) return;
  const keys = [...new Set(requiredLabels)].sort();
  const check = (scope: IConstruct) => {
    const problems = new Problems(guardrails);
    for (const object of apiObjectsIn(scope)) problems.collect(() => checkObject(object, rule, keys));
    problems.throwIfAny();
  };
  const chart = Chart.of(guardrails);
  whenAdded(chart, (scope) => checkChartsBelow(scope, check));
  checkAtSynthesis(chart, () => {
    if (!isAdded(chart)) check(chart.node.root);
  });
}

function checkObject(object: ApiObject, { sparedNamespaces }: ReadGuardrail, keys: readonly string[]): void {
  if (!KINDS.test(`${object.apiVersion}/${object.kind}`)) return;
  const data = dataOf(object) as Workload;
  if (sparedNamespaces.includes(data.metadata?.namespace ?? "")) return;
  const template =
    data.kind === "Pod" ? data : (data.spec?.jobTemplate?.spec?.template ?? data.spec?.template);
  const labels = template?.metadata?.labels ?? {};
  // Labels that Terraform fills in may be any.
  if (typeof labels !== "object" || Token.isUnresolved(labels) || referenceOf(labels) !== undefined) return;
  const given = labels as { readonly [key: string]: unknown };
  const missing = keys.filter((key) => given[key] === undefined || given[key] === "");
  if (missing.length === 0) return;
  const problems = new Problems(object);
  problems.add(
    "LABEL_INVALID",
    `The pods of the ${object.kind} ${object.name} lack the labels ${missing.join(", ")}, which requiredLabels of the guardrails ask for`,
    `Give the workload labels: { ${missing.map((key) => `${JSON.stringify(key)}: "…"`).join(", ")} }, or except its namespace by GuardrailException.of`,
  );
  problems.throwIfAny();
}
