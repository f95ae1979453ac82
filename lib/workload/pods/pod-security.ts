import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { wholeNumber } from "../../core/readers";
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

/**
 * A capability that a container keeps although all others are dropped.
 *
 * NET_BIND_SERVICE is the only one: the restricted Pod Security Standard rejects every other.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
@checked
export class AddedCapability {
  /**
   * NET_BIND_SERVICE, for a program that can only listen on a port below 1024.
   *
   * The pod also gets the safe sysctl `net.ipv4.ip_unprivileged_port_start` with the value 0. With it, any
   * program of the pod may bind the port, whether or not a shell or an init program such as dumb-init starts
   * it. The capability alone is not enough: a non-root program has it only if its file carries it (`setcap
   * cap_net_bind_service=+ep`), and, as privilege escalation is forbidden, only if it is the first program of
   * the container. The reason is recorded as an acknowledgement of the workload.
   *
   * @see https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
   */
  public static netBindService(choice: ReasonedChoice): AddedCapability {
    const problems = new Problems("AddedCapability.netBindService");
    const reason = readReason(problems, "An added capability", choice);
    problems.throwIfAny();
    return new AddedCapability("NET_BIND_SERVICE", reason);
  }

  private constructor(
    /** The Kubernetes name of the capability. */
    public readonly capability: string,
    /** The reason why the program needs it. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct, container: string): void {
    const what = `capability ${this.capability} of the container ${container}`;
    Acknowledgements._record(scope, "non-root", what, this.reason);
  }
}

/** The lowest user id that needs no reason. */
export const MIN_USER = 10_000;

const ID = wholeNumber({
  least: 1,
  most: MIN_USER - 1,
  code: "USER_INVALID",
  fix: `Give a whole number from 1 to ${MIN_USER - 1}; write higher ids as user: ${MIN_USER}, while 0 is root, which no program may use`,
});

/**
 * A user id below 10000, for an image whose program can't run as another user.
 *
 * Such ids belong to accounts of the node: after a container escape, the program acts as one of them. 0 is
 * refused.
 */
@checked
export class SystemUserId {
  /**
   * The user and group with an id. The reason is recorded as an acknowledgement of the workload.
   *
   * @param id 1 to 9999
   */
  public static of(id: number, choice: ReasonedChoice): SystemUserId {
    const problems = new Problems("SystemUserId.of");
    ID(problems, "id", id);
    const reason = readReason(problems, "A user id below 10000", choice);
    problems.throwIfAny();
    return new SystemUserId(id, reason);
  }

  private constructor(
    /** The id of the user and of the group. */
    public readonly id: number,
    /** The reason why the program needs it. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    Acknowledgements._record(scope, "non-root", `the user ${this.id}`, this.reason);
  }
}

/** The parameter of a pod's own network that names the first port which a program without root may bind. */
export const PORT_SYSCTL = "net.ipv4.ip_unprivileged_port_start";

/**
 * Lets every program of a pod bind every port.
 *
 * It is one of the safe sysctls, which the restricted Pod Security Standard allows, and it concerns the pod's network only.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const UNPRIVILEGED_PORTS = { name: PORT_SYSCTL, value: "0" } as const;
