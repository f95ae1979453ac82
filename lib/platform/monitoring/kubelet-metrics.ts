import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** Whether Prometheus reads the kubelets, which know the processors and memory of each container and how full volumes are. */
@checked
export class KubeletMetrics {
  /**
   * Reads them, and compares their certificates with the authority of the cluster.
   *
   * That the certificates of OKE's kubelets are signed by it, with the addresses of the nodes, is inferred: Oracle's documentation
   * installs the metrics server unchanged, which checks both. Where targets fail with `x509`, take `unverified`.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengworkingwithmetricsserver_standalone.htm
   */
  public static verified(): KubeletMetrics {
    return new KubeletMetrics(true, true);
  }

  /** Reads them without checking their certificates; a host that takes over the address of a node receives the token of Prometheus. */
  public static unverified(choice: ReasonedChoice): KubeletMetrics {
    const problems = new Problems("KubeletMetrics.unverified");
    checkReason(problems, "A kubelet with an unchecked certificate", choice?.reason);
    problems.throwIfAny();
    return new KubeletMetrics(true, false, choice.reason);
  }

  /** Does not read them: no metrics of single containers, and none of how full volumes are. */
  public static none(): KubeletMetrics {
    return new KubeletMetrics(false, true);
  }

  private constructor(
    /** Whether the kubelets are read. */
    public readonly isRead: boolean,
    /** Whether their certificates are checked. */
    public readonly isVerified: boolean,
    /** Why their certificates are not checked, where they are not. */
    public readonly reason?: string,
  ) {}
}
