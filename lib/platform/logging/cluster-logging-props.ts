import { type Construct } from "constructs";
import { LogBuffer, LogCollector } from "./log-collector";
import { LogDestination } from "./log-destination";
import { LogParser, type LogFormat, BUILT_IN_MULTILINE } from "./log-parser";
import { LogRedaction } from "./log-redaction";
import { checkNoLogger } from "./private/loggers";
import { checkClusterWideId, readOwnNamespace } from "../private/platform-readers";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { KubernetesVersion } from "../../cluster/kubernetes-version";
import { pathOf } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import {
  complete,
  listOf,
  objectName,
  partsOf,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { nearestNames } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { checkUnique } from "../../core/value-readers";
import { Toleration } from "../../workload/pods/scheduling";
import { pullSecretNames } from "../../workload/pods/service-account";

/** Props for ClusterLogging. */
export interface ClusterLoggingProps {
  /** The cluster whose containers' logs are collected, and that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** The program that reads the log files of each node. */
  readonly collector: LogCollector;
  /** The destination of the lines. */
  readonly destination: LogDestination;
  /**
   * The buffer on each node for lines that the destination has not accepted.
   *
   * @default LogBuffer.of()
   */
  readonly buffer?: LogBuffer;
  /**
   * The redaction of lines before they leave their node.
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
   * The names of the parsers that join the lines of all containers: `go`, `java`, `python`, `ruby`, or of `parsers`.
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
   * Tolerations of the collectors, for nodes with taints.
   *
   * @default - none
   */
  readonly nodeTolerations?: Toleration[];
  /**
   * The names of Secrets that the images are pulled with, such as `["ocir"]`, in both namespaces; an empty list means
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
  multiline: withDefault(complete(listOf(text(), 'a list of names, for example ["java", "python"]')), [
    "go",
    "java",
    "python",
  ]),
  formats: withDefault(
    listOf(partsOf(FORMAT), 'a list, for example [{ namespace: "shop", parser: "access" }]'),
    [],
  ),
  nodeTolerations: optional(listOf(valueOf(Toleration), "a list of Toleration")),
  imagePullSecrets: optional(pullSecretNames()),
  podSecurityVersion: optional(valueOf(KubernetesVersion)),
} satisfies PropsSchema<ClusterLoggingProps>;

/** The props of a ClusterLogging, with the namespaces that follow from its chart. */
export interface Logging extends Resolved<typeof LOGGING> {
  readonly formats: LogFormat[];
  /** The namespace of the chart, in which the store runs. */
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
  // Every member was read, or there is a problem.
  const formats = read.formats as LogFormat[] | undefined;
  return problems.resolved<Logging>({ ...read, formats, namespace, nodesNamespace: `${namespace}-nodes` });
}

/** Adds a problem if a name is not that of a parser. */
function checkParserName(
  problems: Problems,
  property: string,
  name: string,
  parsers: readonly string[],
): void {
  if (parsers.includes(name)) return;
  const nearest = nearestNames(name, parsers);
  problems.add(
    "LOG_PARSER_INVALID",
    `${property} is ${shown(name)}, which is not the name of a parser`,
    nearest.length > 0
      ? `Write ${nearest.join(" or ")}`
      : `Give one of ${parsers.join(", ") || "your own"}, or define it in parsers: [LogParser.pattern(…)]`,
  );
}

/** Adds a problem for each reference to a parser that does not exist, and for each duplicate. */
function checkParsers(
  problems: Problems,
  { formats = [], multiline = [], parsers = [] }: Partial<Resolved<typeof LOGGING>>,
): void {
  const namesOf = (isMultiline: boolean) =>
    parsers.filter((parser) => parser.isMultiline === isMultiline).map(({ name }) => name);
  const names = parsers.map(({ name }) => name);
  checkUnique(problems, "parsers", names);
  checkUnique(problems, "multiline", multiline);
  const multilineNames = [...BUILT_IN_MULTILINE, ...namesOf(true)];
  multiline.forEach((name, index) => {
    checkParserName(problems, `multiline[${index}]`, name, multilineNames);
  });
  formats.forEach(({ parser }, index) => {
    if (parser !== undefined) checkParserName(problems, `formats[${index}].parser`, parser, namesOf(false));
  });
  const containers = formats.flatMap(({ container = "*", namespace }) =>
    namespace === undefined ? [] : `${namespace}/${container}`,
  );
  checkUnique(problems, "formats", containers);
}
