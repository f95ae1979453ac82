import { type Construct } from "constructs";
import { checkParsers } from "./check-parsers";
import { checkNoLogger } from "./loggers";
import { checkClusterWideId, readOwnNamespace } from "../../private/platform-readers";
import { type ISecureOkeCluster } from "../../../cluster/cluster-base";
import { KubernetesVersion } from "../../../cluster/kubernetes-version";
import { pathOf } from "../../../core/construct-scope";
import {
  listOf,
  objectName,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../../core/readers";
import { Problems } from "../../../core/validation-error";
import { pullSecretNames } from "../../../workload/pods/private/pull-secrets";
import { Toleration } from "../../../workload/pods/toleration";
import { type ClusterLoggingProps } from "../cluster-logging-props";
import { LogBuffer } from "../log-buffer";
import { LogCollector } from "../log-collector";
import { LogDestination } from "../log-destination";
import { LogParser } from "../log-parser";
import { type LogFormat } from "../log-parser-props";
import { LogRedaction } from "../log-redaction";

const FORMAT = {
  namespace: objectName(),
  container: optional(objectName()),
  parser: text(),
} satisfies PropsSchema<LogFormat>;

const LOGGING = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  collector: valueOf(LogCollector),
  destination: valueOf(LogDestination),
  buffer: withDefault(valueOf(LogBuffer), LogBuffer.of()),
  redaction: withDefault(valueOf(LogRedaction), LogRedaction.recommended()),
  parsers: withDefault(listOf(valueOf(LogParser), "a list of LogParser"), []),
  multiline: withDefault(listOf(text(), 'a list of names, for example ["java", "python"]'), [
    "go",
    "java",
    "python",
  ]),
  formats: withDefault(
    listOf(objectOf(FORMAT), 'a list, for example [{ namespace: "shop", parser: "access" }]'),
    [],
  ),
  nodeTolerations: optional(listOf(valueOf(Toleration), "a list of Toleration")),
  imagePullSecrets: optional(pullSecretNames()),
  podSecurityVersion: optional(valueOf(KubernetesVersion)),
} satisfies PropsSchema<ClusterLoggingProps>;

/** The props of a logging, with what follows from its chart. */
export interface Logging extends Resolved<typeof LOGGING> {
  /** The namespace of the chart, which OpenSearch runs in. */
  readonly namespace: string;
  /** The namespace of the collectors. */
  readonly nodesNamespace: string;
}

/** Reads the props before anything is created; throws all problems together. */
export function readLogging(scope: Construct, id: string, props: ClusterLoggingProps): Logging {
  const problems = new Problems(pathOf(scope, id));
  checkClusterWideId(problems, id);
  const namespace = readOwnNamespace(problems, scope, id, "which the logging creates", "logging");
  const read = readProps(problems, props, LOGGING);
  checkParsers(problems, read);
  checkNoLogger(problems, read.cluster);
  return problems.resolved<Logging>({ ...read, namespace, nodesNamespace: `${namespace}-nodes` });
}
