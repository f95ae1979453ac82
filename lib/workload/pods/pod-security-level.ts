import { checked } from "../../core/checked";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/**
 * The level of the Pod Security Standard that a namespace enforces.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export class PodSecurityLevel {
  /** The restricted level: no pod has access to its node, and none runs as root. */
  public static restricted(): PodSecurityLevel {
    return new PodSecurityLevel("restricted");
  }

  /**
   * Enforces no level, for daemon sets with declared host access: every stricter level rejects all host
   * access.
   *
   * Warnings and audit keep the restricted level. The chart may then run nothing else in the namespace, and
   * nobody else should have access to it: anyone who can create a pod there controls the node. The reason is
   * recorded as an acknowledgement. AdmissionGuardrails refuse host access in every namespace that they apply
   * to: exempt this one with a `GuardrailException.of` the rule `NO_HOST_ACCESS`, and `NON_ROOT` if a daemon
   * set runs as root.
   */
  public static privilegedFor(choice: ReasonedChoice): PodSecurityLevel {
    const problems = new Problems("PodSecurityLevel.privilegedFor");
    const reason = readReason(problems, "A namespace without Pod Security", choice);
    problems.throwIfAny();
    return new PodSecurityLevel("privileged", reason);
  }

  private constructor(
    /** The level, as in the label of the namespace. */
    public readonly enforcedLevel: string,
    /** The reason for a level other than restricted. */
    public readonly reason?: string,
  ) {}
}
