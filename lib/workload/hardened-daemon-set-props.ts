import { type HostAccess } from "./host-access/host-access";
import { type ListeningPodProps } from "./pods/listening-pod-props";

/** What a hardened daemon set runs on each node. */
export interface HardenedDaemonSetProps extends ListeningPodProps {
  /**
   * How many nodes may be without their pod while it is updated, 1 or more.
   *
   * @default 1
   */
  readonly maxUnavailable?: number;
  /**
   * What the pods reach of their node, each with its reason.
   *
   * It needs a SecureNamespace whose `podSecurity` is `PodSecurityLevel.privilegedFor`: restricted ones refuse such pods.
   *
   * @default - nothing
   */
  readonly hostAccess?: HostAccess[];
}
