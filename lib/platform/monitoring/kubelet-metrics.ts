import { checked } from "../../core/checked";
import { reasonFor } from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** Whether Prometheus scrapes the kubelets, which report the CPU and memory of each container and the usage of volumes. */
@checked
export class KubeletMetrics {
  /**
   * Scrapes them, and verifies their certificates with the CA of the cluster.
   *
   * That the certificates of OKE's kubelets are signed by it, with the addresses of the nodes, is inferred: Oracle's documentation
   * installs the metrics server unchanged, which checks both. If targets fail with `x509`, use `unverified`.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengworkingwithmetricsserver_standalone.htm
   */
  public static verified(): KubeletMetrics {
    return new KubeletMetrics(true, true);
  }

  /** Scrapes them without verifying their certificates: a host that takes over the address of a node receives the token of Prometheus. */
  public static unverified(choice: ReasonedChoice): KubeletMetrics {
    const problems = new Problems("KubeletMetrics.unverified");
    const reason = reasonFor("A kubelet with an unverified certificate")(problems, "reason", choice?.reason);
    problems.throwIfAny();
    return new KubeletMetrics(true, false, reason);
  }

  /** Does not scrape them: metrics of containers and the usage of volumes are missing. */
  public static none(): KubeletMetrics {
    return new KubeletMetrics(false, true);
  }

  private constructor(
    /** Whether the kubelets are scraped. */
    public readonly isRead: boolean,
    /** Whether their certificates are verified. */
    public readonly isVerified: boolean,
    /** The reason for unverified certificates, if they are. */
    public readonly reason?: string,
  ) {}
}
