import { type ReasonedChoice } from "../core/reason";
import { type ContainerImage } from "../workload/images/container-image";
import { type ContainerResourceRanges } from "../workload/pods/container-resources";
import { type Toleration } from "../workload/pods/scheduling";

/** A recommendation of the benchmark that the nodes need not follow. */
export interface AcceptedFinding extends ReasonedChoice {
  /** The number of the recommendation, such as `3.2.8`. */
  readonly check: string;
}

/** Props for NodeBenchmark. */
export interface NodeBenchmarkProps {
  /**
   * The image of kube-bench 0.10 or later, best from a registry of your own: its entry point runs kube-bench, and it has a shell, `stat`,
   * `grep`, and `tr`.
   */
  readonly image: ContainerImage;
  /**
   * When it runs: minute, hour, day of the month, month and day of the week.
   *
   * @default "30 3 * * *"
   */
  readonly schedule?: string;
  /**
   * The time zone of the schedule, as the IANA names it, such as `Europe/Berlin`.
   *
   * @default "Etc/UTC"
   */
  readonly timeZone?: string;
  /**
   * The number of nodes that a run checks, each by one pod; 1 to 1,000. Nodes of a pool have the same image, so one of each pool suffices.
   *
   * @default 1
   */
  readonly nodes?: number;
  /**
   * Labels that a node must have to be checked, such as those of a node pool.
   *
   * @default - every node
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Tolerations for nodes with taints.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * Recommendations that may fail; each is recorded as an acknowledgement, and appears as `INFO` in the log.
   *
   * @default - none
   */
  readonly acceptedFindings?: AcceptedFinding[];
  /**
   * Reads the arguments of the kubelet from its process, which requires the process namespace of the node.
   *
   * @default - they are read from the unit of systemd and its drop-ins, as the benchmark does it
   */
  readonly readProcesses?: ReasonedChoice;
  /**
   * The configuration file of the kubelet, in `/etc/kubernetes` or below.
   *
   * @default "/etc/kubernetes/kubelet-config.json"
   */
  readonly kubeletConfigFile?: string;
  /**
   * The kubeconfig of the kubelet, in `/etc/kubernetes` or below.
   *
   * @default "/etc/kubernetes/kubelet.conf"
   */
  readonly kubeletKubeconfigFile?: string;
  /**
   * The unit of the kubelet, in `/etc/systemd/system`; its drop-ins are in the folder of that name and `.d`.
   *
   * @default "/etc/systemd/system/kubelet.service"
   */
  readonly kubeletServiceFile?: string;
  /**
   * Processors, memory and disk.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 256Mi of disk
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * The names of Secrets that the image is pulled with, such as `["ocir"]`; an empty list means none.
   *
   * @default - those of the namespace
   */
  readonly imagePullSecrets?: string[];
}
