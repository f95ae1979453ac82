import { type HostAccess } from "./host-access/host-access";
import { type ListeningPodProps } from "./pods/listening-pod-props";

/** Props for HardenedDaemonSet. */
export interface HardenedDaemonSetProps extends ListeningPodProps {
  /**
   * The number of nodes that may be without their pod during an update, at least 1.
   *
   * @default 1
   */
  readonly maxUnavailable?: number;
  /**
   * The node resources that the pods may access, each with its reason.
   *
   * This needs a SecureNamespace whose `podSecurity` is `PodSecurityLevel.privilegedFor`: a restricted
   * namespace rejects such pods.
   *
   * @default - none
   */
  readonly hostAccess?: HostAccess[];
}
