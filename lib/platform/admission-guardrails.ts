import { Chart } from "cdk8s";
import { Construct } from "constructs";
import { AdmissionGuardrail } from "./admission-guardrail";
import { type AdmissionGuardrailsProps } from "./admission-guardrails-props";
import { readGuardrails } from "./read-guardrails";
import { checkRequiredLabels } from "./required-labels";
import { checked } from "../core/checked";
import { type GuardrailRule } from "../core/guardrail-catalogue";
import { guardStaticSynthesis } from "../manifests/static-synthesis";

/**
 * What this library does when it synthesizes, enforced by the API server for everyone: one ValidatingAdmissionPolicy and one
 * binding a rule.
 *
 * Pods are judged, and the templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Jobs and
 * CronJobs; Services, Secrets and bindings of roles. What is there already stays until somebody changes what a rule is about.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
@checked
export class AdmissionGuardrails extends Construct {
  /**
   * The rules that hold, sorted.
   *
   * Each is the id of a child, whose `node.defaultChild` is the policy.
   */
  public readonly rules: GuardrailRule[];

  /** @throws GUARDRAIL_INVALID, IMAGE_INVALID, LABEL_INVALID, also at synthesis for a workload without a required label; NAME_INVALID, NAME_DUPLICATE */
  constructor(scope: Construct, id: string, props: AdmissionGuardrailsProps = {}) {
    const guardrails = readGuardrails(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    this.rules = guardrails.map(({ definition }) => definition.rule);
    checkRequiredLabels(this, guardrails, props.requiredLabels ?? []);
    for (const guardrail of guardrails) new AdmissionGuardrail(this, guardrail);
  }
}
