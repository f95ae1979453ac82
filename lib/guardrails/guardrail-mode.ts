import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
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
   *
   * @throws REASON_MISSING
   */
  public static warn(choice: ReasonedChoice): GuardrailMode {
    return GuardrailMode.weaker("warn", ["Audit", "Warn"], choice);
  }

  /**
   * The API server accepts it, and only records it in the audit log.
   *
   * The reason is recorded as an acknowledgement.
   *
   * @throws REASON_MISSING
   */
  public static audit(choice: ReasonedChoice): GuardrailMode {
    return GuardrailMode.weaker("audit", ["Audit"], choice);
  }

  private static weaker(name: string, actions: string[], choice: ReasonedChoice): GuardrailMode {
    const problems = new Problems(`GuardrailMode.${name}`);
    // Plain JavaScript may omit the choice.
    checkReason(problems, `The mode ${name}`, (choice as ReasonedChoice | undefined)?.reason);
    problems.throwIfAny();
    return new GuardrailMode(actions, choice.reason);
  }

  private constructor(
    /** The Kubernetes names of the validation actions. */
    public readonly validationActions: string[],
    /** The reason for not rejecting violations, if they are accepted. */
    public readonly reason?: string,
  ) {}
}
