import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/**
 * What happens to an object that breaks a rule.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions
 */
@checked
export class GuardrailMode {
  /** The API server refuses it. */
  public static deny(): GuardrailMode {
    return new GuardrailMode(["Deny"]);
  }

  /**
   * The API server takes it, warns who sent it, and notes it in the audit log.
   *
   * The reason is kept as an acknowledgement.
   *
   * @throws REASON_MISSING
   */
  public static warn(choice: ReasonedChoice): GuardrailMode {
    return GuardrailMode.weaker("warn", ["Audit", "Warn"], choice);
  }

  /**
   * The API server takes it, and notes it in the audit log only.
   *
   * The reason is kept as an acknowledgement.
   *
   * @throws REASON_MISSING
   */
  public static audit(choice: ReasonedChoice): GuardrailMode {
    return GuardrailMode.weaker("audit", ["Audit"], choice);
  }

  private static weaker(name: string, actions: string[], choice: ReasonedChoice): GuardrailMode {
    const problems = new Problems(`GuardrailMode.${name}`);
    // Plain JavaScript may give no choice at all.
    checkReason(problems, `The mode ${name}`, (choice as ReasonedChoice | undefined)?.reason);
    problems.throwIfAny();
    return new GuardrailMode(actions, choice.reason);
  }

  private constructor(
    /** The actions, as Kubernetes names them. */
    public readonly validationActions: string[],
    /** Why nothing is refused, where nothing is. */
    public readonly reason?: string,
  ) {}
}
