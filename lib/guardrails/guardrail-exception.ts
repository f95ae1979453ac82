import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { GuardrailRule } from "../core/guardrail-catalogue";
import { checkObjectName } from "../core/kubernetes-names";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

/**
 * The namespaces that every cluster has for itself; no guardrail holds there.
 *
 * The agents of OKE run there: network, storage and DNS need the node, and a refused agent takes the cluster down.
 */
export const SYSTEM_NAMESPACES = ["kube-node-lease", "kube-public", "kube-system"];

/** All rules, sorted. */
export const ALL_RULES: readonly GuardrailRule[] = Object.values(GuardrailRule).sort();

/** A namespace that no rule holds in, and why. */
export interface NamespaceExceptionProps extends ReasonedChoice {
  /** The name of the namespace. */
  readonly namespace: string;
}

/** A namespace that a rule does not hold in, and why. */
export interface GuardrailExceptionProps extends NamespaceExceptionProps {
  /** The rule. */
  readonly rule: GuardrailRule;
}

/** A namespace where guardrails do not hold, with its reason. */
@checked
export class GuardrailException {
  /**
   * One rule does not hold in a namespace.
   *
   * The reason is kept as an acknowledgement, and written into the cluster beside the rule.
   *
   * @throws ATTRIBUTE_MISSING, NAME_INVALID, NAME_DUPLICATE, GUARDRAIL_INVALID, REASON_MISSING
   */
  public static of(props: GuardrailExceptionProps): GuardrailException {
    return GuardrailException.read("GuardrailException.of", props, (problems) => {
      checkGiven(problems, { rule: props.rule });
      return [props.rule];
    });
  }

  /**
   * No rule holds in a namespace, such as that of an add-on of OKE whose objects Oracle writes.
   *
   * The reason is kept as an acknowledgement, and written into the cluster beside each rule. Name only namespaces that
   * exist: who may make a namespace of that name stands outside of all rules.
   *
   * @throws ATTRIBUTE_MISSING, NAME_INVALID, NAME_DUPLICATE, REASON_MISSING
   */
  public static ofEveryRule(props: NamespaceExceptionProps): GuardrailException {
    return GuardrailException.read("GuardrailException.ofEveryRule", props, () => [...ALL_RULES]);
  }

  private static read(
    factory: string,
    props: NamespaceExceptionProps,
    rulesOf: (problems: Problems) => GuardrailRule[],
  ): GuardrailException {
    const problems = new Problems(factory);
    const { namespace, reason } = props;
    if (checkGiven(problems, { namespace })) checkNamespace(problems, namespace);
    const rules = rulesOf(problems);
    for (const rule of rules.filter((each) => (each ?? undefined) !== undefined)) checkRule(problems, rule);
    checkReason(problems, "An exception from a guardrail", reason);
    problems.throwIfAny();
    return new GuardrailException(namespace, rules, reason);
  }

  private constructor(
    /** The namespace. */
    public readonly namespace: string,
    /** The rules that do not hold there. */
    public readonly rules: GuardrailRule[],
    /** Why. */
    public readonly reason: string,
  ) {}
}

function checkNamespace(problems: Problems, namespace: string): void {
  checkObjectName(problems, "namespace", namespace);
  if (!SYSTEM_NAMESPACES.includes(namespace)) return;
  problems.add("NAME_DUPLICATE", `No guardrail holds in ${namespace} anyway`, "Leave the exception out");
}

/** Adds a problem where a text is the id of no rule. */
export function checkRule(problems: Problems, rule: unknown): void {
  if (ALL_RULES.includes(rule as GuardrailRule)) return;
  problems.add("GUARDRAIL_INVALID", `There is no rule ${shown(rule)}`, `Name one of ${ALL_RULES.join(", ")}`);
}
