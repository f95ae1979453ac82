import { type Construct } from "constructs";
import { ListeningWorkload } from "./hardened-workload";
import { type HostAccess } from "./host-access/host-access";
import { guardHostAccess, guardHostPorts } from "./host-access/private/host-access-guard";
import { checkHostAccess, hostAccessList, withHostAccess } from "./host-access/private/host-access-pods";
import { type ListeningPodProps } from "./pods/pod-props";
import { type HardenedPod, podTemplate } from "./pods/private/hardened-pod";
import { completeListeningPod, LISTENING_POD } from "./pods/private/read-pod";
import { addAccountAndFiles, addNetworkPolicy, addRunner } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { type PropsSchema, readProps, wholeNumber, withDefault } from "../core/readers";
import { Problems } from "../core/validation-error";

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

/**
 * A DaemonSet that meets the restricted Pod Security Standard: one pod on each eligible node.
 *
 * It has no access to the files or the network of its node, except for what `hostAccess` lists with a reason.
 * There is no PodDisruptionBudget, because draining a node leaves DaemonSet pods running.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
@checked
export class HardenedDaemonSet extends ListeningWorkload {
  /** The number of nodes that may be without their pod during an update. */
  public readonly maxUnavailable: number;

  /** @param id also the name of the DaemonSet: up to 63 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: HardenedDaemonSetProps) {
    const { pod, hostAccess, maxUnavailable } = readDaemonSet(scope, id, props);
    super(scope, id, pod.labels);
    this.maxUnavailable = maxUnavailable;
    addAccountAndFiles(this, pod);
    const daemonSet = addRunner(this, "apps/v1", "DaemonSet", {
      selector: { matchLabels: pod.selectorLabels },
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      // No surge: two pods on one node would conflict.
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable, maxSurge: 0 } },
      template: podTemplate(pod, { isSpread: false }, (template) => withHostAccess(template, hostAccess)),
    });
    if (hostAccess.length > 0) {
      guardHostAccess(this, daemonSet, hostAccess);
      guardHostPorts(this, daemonSet, hostAccess);
    }
    for (const access of hostAccess) access._acknowledge(this);
    addNetworkPolicy(this, pod);
  }
}

const DAEMON_SET = {
  ...LISTENING_POD,
  maxUnavailable: withDefault(wholeNumber({ least: 1 }), 1),
  hostAccess: withDefault(hostAccessList(), []),
} satisfies PropsSchema<HardenedDaemonSetProps>;

interface ReadDaemonSet {
  readonly pod: HardenedPod;
  readonly hostAccess: readonly HostAccess[];
  readonly maxUnavailable: number;
}

/** Reads the props; throws an error that lists every problem. */
function readDaemonSet(scope: Construct, id: string, props: HardenedDaemonSetProps): ReadDaemonSet {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, DAEMON_SET);
  const { hostAccess = [], maxUnavailable } = read;
  const pod = completeListeningPod(problems, { scope, id, kind: "DaemonSet" }, read);
  checkHostAccess(problems, hostAccess, read);
  return problems.resolved<ReadDaemonSet>({ pod, hostAccess, maxUnavailable });
}
