import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { GuardrailRule } from "../core/guardrail-catalogue";
import { checkObjectName } from "../core/kubernetes-names";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

/**
 * The system namespaces of every cluster, which are exempt from all guardrails.
 *
 * The agents of OKE run there: network, storage and DNS need the node, and a rejected agent causes an outage
 * of the cluster.
 */
export const SYSTEM_NAMESPACES = ["kube-node-lease", "kube-public", "kube-system"];

/** All rules, sorted. */
export const ALL_RULES: readonly GuardrailRule[] = Object.values(GuardrailRule).sort();

/** A namespace that is exempt from every rule, with the reason. */
export interface NamespaceExceptionProps extends ReasonedChoice {
  /** The name of the namespace. */
  readonly namespace: string;
}

/** A namespace that is exempt from a rule, with the reason. */
export interface GuardrailExceptionProps extends NamespaceExceptionProps {
  /** The rule. */
  readonly rule: GuardrailRule;
}

/** An exemption of a namespace from guardrails, with its reason. */
@checked
export class GuardrailException {
  /**
   * Exempts a namespace from one rule.
   *
   * The reason is recorded as an acknowledgement, and written into the cluster with the rule.
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
   * Exempts a namespace from every rule, such as that of an OKE add-on whose objects Oracle writes.
   *
   * The reason is recorded as an acknowledgement, and written into the cluster with each rule. List only
   * existing namespaces: anyone who can create a namespace with that name bypasses all rules.
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
    /** The rules that the namespace is exempt from. */
    public readonly rules: GuardrailRule[],
    /** The reason. */
    public readonly reason: string,
  ) {}
}

function checkNamespace(problems: Problems, namespace: string): void {
  checkObjectName(problems, "namespace", namespace);
  if (!SYSTEM_NAMESPACES.includes(namespace)) return;
  problems.add("NAME_DUPLICATE", `No guardrail holds in ${namespace} anyway`, "Leave the exception out");
}

/** Adds a problem for an unknown rule id. */
export function checkRule(problems: Problems, rule: unknown): void {
  if (ALL_RULES.includes(rule as GuardrailRule)) return;
  problems.add("GUARDRAIL_INVALID", `There is no rule ${shown(rule)}`, `Name one of ${ALL_RULES.join(", ")}`);
}
