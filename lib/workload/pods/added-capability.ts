import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

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
