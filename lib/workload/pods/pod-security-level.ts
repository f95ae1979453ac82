import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/**
 * Which level of the Pod Security Standard a namespace enforces.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export class PodSecurityLevel {
  /** The restricted level: no pod reaches its node, and none runs as root. */
  public static restricted(): PodSecurityLevel {
    return new PodSecurityLevel("restricted");
  }

  /**
   * No level is enforced, for daemon sets with declared host access: every lower one refuses all access to a node.
   *
   * Warnings and audit stay with the restricted level. The chart may then run nothing else in the namespace, and nobody else
   * should be let in: who may make a pod there has the node. The reason is kept as an acknowledgement. AdmissionGuardrails
   * refuse host access in every namespace that they hold in: name this one in a `GuardrailException.of` of the rule
   * `NO_HOST_ACCESS`, and of `NON_ROOT` where a daemon set runs as root.
   *
   * @throws REASON_MISSING
   */
  public static privilegedFor(choice: ReasonedChoice): PodSecurityLevel {
    const problems = new Problems("PodSecurityLevel.privilegedFor");
    checkReason(problems, "A namespace without Pod Security", choice?.reason);
    problems.throwIfAny();
    return new PodSecurityLevel("privileged", choice.reason);
  }

  private constructor(
    /** The level, as the label of the namespace has it. */
    public readonly enforcedLevel: string,
    /** Why it is not the restricted one. */
    public readonly reason?: string,
  ) {}
}
