import { checked } from "../core/checked";
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
