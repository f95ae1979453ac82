import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { GuardrailRule } from "../core/guardrail-catalogue";
import {
  any,
  checkedBy,
  objectName,
  type PropsSchema,
  type Reader,
  readProps,
  reasonFor,
} from "../core/readers";
import { checkReason, readReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/**
 * The action for an object that violates a rule.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions
 */
@checked
export class GuardrailMode {
  /** The API server rejects it. */
  public static deny(): GuardrailMode {
    return new GuardrailMode(["Deny"]);
  }

  /**
   * The API server accepts it, warns the client, and records it in the audit log.
   *
   * The reason is recorded as an acknowledgement.
   */
  public static warn(choice: ReasonedChoice): GuardrailMode {
    return GuardrailMode.weaker("warn", ["Audit", "Warn"], choice);
  }

  /**
   * The API server accepts it, and only records it in the audit log.
   *
   * The reason is recorded as an acknowledgement.
   */
  public static audit(choice: ReasonedChoice): GuardrailMode {
    return GuardrailMode.weaker("audit", ["Audit"], choice);
  }

  private static weaker(name: string, actions: string[], choice: ReasonedChoice): GuardrailMode {
    const problems = new Problems(`GuardrailMode.${name}`);
    const reason = readReason(problems, `The mode ${name}`, choice);
    problems.throwIfAny();
    return new GuardrailMode(actions, reason);
  }

  private constructor(
    /** The Kubernetes names of the validation actions. */
    public readonly validationActions: string[],
    /** The reason for not rejecting violations, if they are accepted. */
    public readonly reason?: string,
  ) {}
}

/** Adds a problem for a mode that no factory would create. */
export function checkMode(
  problems: Problems,
  name: string,
  { validationActions, reason }: GuardrailMode,
): void {
  if (!validationActions.includes("Deny"))
    checkReason(problems, `${name} without Deny`, reason, `${name}.reason`);
}

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

const NAMESPACE: Reader<string> = checkedBy(objectName(), (problems, name, namespace) => {
  if (!SYSTEM_NAMESPACES.includes(namespace)) return;
  problems.add(
    "NAME_DUPLICATE",
    `${name} is ${namespace}, which every guardrail exempts`,
    "Remove the exception",
  );
});
const RULE = checkedBy(any<GuardrailRule>(), checkRule);
const NAMESPACE_EXCEPTION = {
  namespace: NAMESPACE,
  reason: reasonFor("An exception from a guardrail"),
} satisfies PropsSchema<NamespaceExceptionProps>;
const EXCEPTION = { ...NAMESPACE_EXCEPTION, rule: RULE } satisfies PropsSchema<GuardrailExceptionProps>;

/** An exemption of a namespace from guardrails, with its reason. */
@checked
export class GuardrailException {
  /**
   * Exempts a namespace from one rule.
   *
   * The reason is recorded as an acknowledgement, and written into the cluster with the rule.
   */
  public static of(props: GuardrailExceptionProps): GuardrailException {
    const problems = new Problems("GuardrailException.of");
    const read = readProps(problems, props, EXCEPTION);
    const { namespace, rule, reason } = problems.resolved<GuardrailExceptionProps>(read);
    return new GuardrailException(namespace, [rule], reason);
  }

  /**
   * Exempts a namespace from every rule, such as that of an OKE add-on whose objects Oracle writes.
   *
   * The reason is recorded as an acknowledgement, and written into the cluster with each rule. List only
   * existing namespaces: anyone who can create a namespace with that name bypasses all rules.
   */
  public static ofEveryRule(props: NamespaceExceptionProps): GuardrailException {
    const problems = new Problems("GuardrailException.ofEveryRule");
    const read = readProps(problems, props, NAMESPACE_EXCEPTION);
    const { namespace, reason } = problems.resolved<NamespaceExceptionProps>(read);
    return new GuardrailException(namespace, [...ALL_RULES], reason);
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

/** Adds a problem for an exception that no factory would create. */
export function checkException(problems: Problems, name: string, exception: GuardrailException): void {
  NAMESPACE(problems, `${name}.namespace`, exception.namespace);
  for (const rule of exception.rules) checkRule(problems, `${name}.rules`, rule);
  checkReason(problems, "An exception from a guardrail", exception.reason, `${name}.reason`);
}

/** Adds a problem for an unknown rule ID. */
export function checkRule(problems: Problems, name: string, rule: unknown): void {
  if (ALL_RULES.includes(rule as GuardrailRule)) return;
  problems.add(
    "GUARDRAIL_INVALID",
    `${name} contains the unknown rule ${shown(rule)}`,
    `Use one of ${ALL_RULES.join(", ")}`,
  );
}
