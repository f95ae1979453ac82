import { type LogBuffer } from "./log-buffer";
import { type LogCollector } from "./log-collector";
import { type LogDestination } from "./log-destination";
import { type LogParser } from "./log-parser";
import { type LogFormat } from "./log-parser-props";
import { type LogRedaction } from "./log-redaction";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { type KubernetesVersion } from "../../cluster/kubernetes-version";
import { type Toleration } from "../../workload/pods/scheduling";

/** Props for ClusterLogging. */
export interface ClusterLoggingProps {
  /** The cluster whose containers' logs are collected, and that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** The program that reads the log files of each node. */
  readonly collector: LogCollector;
  /** Where lines are sent to. */
  readonly destination: LogDestination;
  /**
   * What is kept on a node while the destination does not answer.
   *
   * @default - 1 gibibyte
   */
  readonly buffer?: LogBuffer;
  /**
   * What is redacted before a line leaves its node.
   *
   * @default LogRedaction.recommended()
   */
  readonly redaction?: LogRedaction;
  /**
   * Parsers that `multiline` and `formats` refer to.
   *
   * @default - none
   */
  readonly parsers?: LogParser[];
  /**
   * The names of the parsers that join lines, those of all containers: `go`, `java`, `python`, `ruby`, or of `parsers`.
   *
   * @default - go, java and python
   */
  readonly multiline?: string[];
  /**
   * The parsers for the lines of some containers.
   *
   * @default - none; JSON is read everywhere
   */
  readonly formats?: LogFormat[];
  /**
   * Taints of nodes whose logs are collected in spite of them.
   *
   * @default - none
   */
  readonly nodeTolerations?: Toleration[];
  /**
   * The names of Secrets that the images are pulled with, such as `["ocir"]`, in both namespaces; an empty list says that they need
   * none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
  /**
   * The version of the Pod Security Standard of both namespaces.
   *
   * @default KubernetesVersion.V1_34
   */
  readonly podSecurityVersion?: KubernetesVersion;
}
