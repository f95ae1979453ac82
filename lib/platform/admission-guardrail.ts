import { ApiObject, Chart, JsonPatch } from "cdk8s";
import { Construct } from "constructs";
import { celText } from "./cel";
import { type GuardrailException } from "./guardrail-exception";
import { POLICY_KIND, type ReadGuardrail } from "./read-guardrails";
import { Acknowledgements } from "../core/acknowledgement";
import { GUARDRAILS } from "../core/guardrail-catalogue";

const API_VERSION = "admissionregistration.k8s.io/v1";
const PREFIX = "secure-oke";

/** One rule: the policy that says what is refused, and the binding that says where. */
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
    // Policies are in no namespace, but cdk8s puts that of the chart into every object.
    if (Chart.of(this).namespace !== undefined) object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
    return object;
  }

  private acknowledge({ definition, mode, exceptions }: ReadGuardrail): void {
    const { rule } = definition;
    const { practice } = GUARDRAILS[rule];
    const note = (what: string, reason: string) => {
      Acknowledgements._record(this, practice, what, reason);
    };
    if (mode.reason !== undefined) {
      note(`guardrail ${rule} refuses nothing: ${mode.validationActions.join(", ")}`, mode.reason);
    }
    for (const { namespace, reason } of exceptions) note(`guardrail ${rule} spares ${namespace}`, reason);
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
    // What could not be judged is refused.
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

function bindingSpec({ name, mode, sparedNamespaces }: ReadGuardrail): object {
  return {
    policyName: name,
    validationActions: mode.validationActions,
    matchResources: {
      // Kubernetes itself sets this label of a namespace, and lets nobody change it.
      namespaceSelector: {
        matchExpressions: [
          { key: "kubernetes.io/metadata.name", operator: "NotIn", values: sparedNamespaces },
        ],
      },
    },
  };
}
