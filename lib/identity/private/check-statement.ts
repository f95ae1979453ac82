import {
  ALL_RESOURCES,
  type Comparison,
  type ConditionModel,
  isGroup,
  isResourceType,
  printSubject,
  type StatementModel,
  type SubjectModel,
} from "./statement-model";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";
import { PolicyVerb } from "../policy-action";

const VERBS: readonly string[] = Object.values(PolicyVerb);
const READING: readonly string[] = [PolicyVerb.INSPECT, PolicyVerb.READ];
/** Variables that identify the principal. `request.principal` covers resources and the tags of groups and compartments. */
const PRINCIPAL = /^request\.(principal\.|user\.id$|user\.name$|groups\.id$)/;
const WORKLOAD = [
  "request.principal.namespace",
  "request.principal.service_account",
  "request.principal.cluster_id",
];
const PRINCIPAL_FIX =
  "Name the principal: PolicyPrincipal.workload({ clusterId, namespace, serviceAccountName }), .cluster(clusterId), or .group(groupId)";
const MAX_BRANCHES = 1000;

/** Adds a problem for each way in which a statement is malformed or grants more than any program needs. */
export function checkStatement(problems: Problems, statement: StatementModel, reason?: string): void {
  const { action, subject, location, condition } = statement;
  if (!("permissions" in action)) {
    checkVerb(problems, action.verb);
    checkResourceType(problems, statement, action.verb, action.resourceType, reason);
  }
  if (location.kind === "tenancy" && !reason) {
    problems.add(
      "STATEMENT_TOO_WIDE",
      "The statement applies to the whole tenancy and has no reason",
      'Name a compartment, or give the reason: PolicyLocation.tenancy({ reason: "Tag namespaces exist in the tenancy only" }), or tenancyReason of PolicyStatement.parse',
    );
  }
  checkEverybody(problems, subject, condition);
}

function checkVerb(problems: Problems, verb: string): void {
  if (VERBS.includes(verb)) return;
  problems.add("STATEMENT_INVALID", `The verb is ${shown(verb)}`, `Use one of ${VERBS.join(", ")}`);
}

function checkResourceType(
  problems: Problems,
  { subject }: StatementModel,
  verb: string,
  resourceType: string,
  reason: string | undefined,
): void {
  if (resourceType === ALL_RESOURCES) {
    // Cloud Guard can't be granted anything narrower; people and programs can.
    if (subject.kind === "service" && READING.includes(verb) && reason) return;
    problems.add(
      "STATEMENT_TOO_WIDE",
      `The statement lets ${printSubject(subject)} ${verb} all-resources, which includes every service, also those that OCI adds later`,
      "Write a statement for each resource type, for example with PolicyResourceType.OBJECTS",
    );
  } else if (!isResourceType(resourceType)) {
    problems.add(
      "STATEMENT_INVALID",
      `The resource type is ${shown(resourceType)}`,
      'Write lower-case letters, digits and dashes, such as "objects"',
    );
  } else if (verb === "manage" && resourceType === "cluster-family") {
    problems.add(
      "STATEMENT_TOO_WIDE",
      `The statement lets ${printSubject(subject)} manage cluster-family, which makes an administrator of every cluster there`,
      "Give people `use clusters` and a role in Kubernetes: cluster.grantAccess(groupId, KubernetesAccess.viewer())",
    );
  }
}

/** any-user includes all instances, functions, and clusters of the tenancy beside its people. */
function checkEverybody(
  problems: Problems,
  subject: SubjectModel,
  condition: ConditionModel | undefined,
): void {
  if (subject.kind !== "any-user" && subject.kind !== "any-group") return;
  const branches = condition ? branchesOf(condition) : [[]];
  if (!branches) {
    problems.add(
      "STATEMENT_INVALID",
      `The condition has more than ${MAX_BRANCHES} alternatives`,
      "Write several statements",
    );
  } else if (!branches.every((branch) => branch.some(isNarrowing))) {
    problems.add(
      "STATEMENT_TOO_WIDE",
      `The statement allows ${subject.kind}, and its condition does not restrict the principal`,
      PRINCIPAL_FIX,
    );
  } else {
    for (const branch of branches) checkBranch(problems, branch);
  }
}

function checkBranch(problems: Problems, branch: readonly Comparison[]): void {
  const types = branch.filter(({ variable }) => variable === "request.principal.type").map(typeIn);
  const missing = WORKLOAD.filter(
    (variable) => !branch.some((comparison) => comparison.variable === variable && isNarrowing(comparison)),
  );
  if (types.includes("workload") && missing.length > 0) {
    problems.add(
      "STATEMENT_TOO_WIDE",
      `The statement is for workloads, and its condition has no ${missing.join(", ")}`,
      "Name the pods: PolicyPrincipal.workload({ clusterId, namespace, serviceAccountName })",
    );
  }
  const isOneInstance = branch.some(
    (comparison) => comparison.variable === "request.principal.id" && isNarrowing(comparison),
  );
  if (types.includes("instance") && !isOneInstance) {
    problems.add(
      "STATEMENT_TOO_WIDE",
      "The statement is for instances without naming one, so every pod on their nodes has the right too",
      PRINCIPAL_FIX,
    );
  }
}

function typeIn({ operator, operands: [operand] }: Comparison): string | undefined {
  return operator === "=" && operand?.form === "text" ? operand.value.toLowerCase() : undefined;
}

/** Whether a comparison narrows the principals; a comparison that only excludes some of them does not. */
function isNarrowing({ variable, operator, operands }: Comparison): boolean {
  if (!PRINCIPAL.test(variable) || (operator !== "=" && operator !== "in")) return false;
  return operands.every(({ form, value }) => form !== "pattern" || !/^\*+$/.test(value));
}

/** The alternatives of a condition, each as the comparisons that all must hold; undefined where they are too many. */
function branchesOf(condition: ConditionModel): Comparison[][] | undefined {
  if (!isGroup(condition)) return [[condition]];
  const parts = condition.conditions.map(branchesOf);
  if (parts.some((part) => part === undefined)) return undefined;
  const alternatives = parts as Comparison[][][];
  if (condition.quantifier === "any") return alternatives.flat();
  let product: Comparison[][] = [[]];
  for (const part of alternatives) {
    if (product.length * part.length > MAX_BRANCHES) return undefined;
    product = product.flatMap((branch) => part.map((added) => [...branch, ...added]));
  }
  return product;
}
