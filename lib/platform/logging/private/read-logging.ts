import { type Construct } from "constructs";
import { checkNoLogger } from "./loggers";
import { checkParsers } from "./check-parsers";
import { pathOf } from "../../../core/construct-scope";
import { checkObjectName } from "../../../core/kubernetes-names";
import { Problems } from "../../../core/validation-error";
import { kind, listOf, shaped, text } from "../../../core/value-readers";
import { chartOf, checkUnused } from "../../../synthesis/chart-objects";
import { type ClusterLoggingProps } from "../cluster-logging-props";
import { LogBuffer } from "../log-buffer";
import { type LogParser } from "../log-parser";
import { type LogFormat } from "../log-parser-props";
import { LogRedaction } from "../log-redaction";

const MAX_ID_LENGTH = 30;

/** What a logging is made of, validated. */
export interface Logging extends ClusterLoggingProps {
  readonly buffer: LogBuffer;
  readonly redaction: LogRedaction;
  readonly parsers: LogParser[];
  readonly multiline: string[];
  readonly formats: LogFormat[];
  /** The namespace of the chart, which OpenSearch runs in. */
  readonly namespace: string;
  /** The namespace of the collectors. */
  readonly nodesNamespace: string;
}

const SHAPES = {
  cluster: kind(["network", "addCdk8sChart"], "the SecureOkeCluster whose logs are collected"),
  collector: kind(["program", "image"], "LogCollector.fluentBit(image)"),
  destination: kind(["program", "isInCluster"], "LogDestination.openSearchInCluster({ … })"),
  buffer: kind(["limitMebibytes"], "LogBuffer.of({ limit: Size.gibibytes(1) })"),
  redaction: kind(["isOn"], "LogRedaction.recommended()"),
  parsers: listOf(kind(["name", "isMultiline"], "LogParser.pattern(name, { … })"), "a list of parsers"),
  multiline: listOf(text(), 'a list of names, for example ["java", "python"]'),
  formats: listOf(kind([], '{ namespace: "shop", parser: "access" }'), "a list of formats"),
};

/** Validates the props of a logging; throws with all that is wrong. */
export function readLogging(scope: Construct, id: string, given: ClusterLoggingProps): Logging {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, [
    "cluster",
    "collector",
    "destination",
  ]) as Partial<ClusterLoggingProps>;
  checkName(problems, scope, id);
  const namespace = checkChart(problems, scope, id);
  const { formats = [], multiline = ["go", "java", "python"], parsers = [] } = props;
  checkParsers(problems, parsers, multiline, formats);
  checkNoLogger(problems, props.cluster);
  problems.throwIfAny();
  return {
    ...(props as ClusterLoggingProps),
    ...{ formats, multiline, namespace, parsers },
    buffer: props.buffer ?? LogBuffer.of(),
    redaction: props.redaction ?? LogRedaction.recommended(),
    nodesNamespace: `${namespace}-nodes`,
  };
}

function checkName(problems: Problems, scope: Construct, id: string): void {
  checkObjectName(problems, "id", id);
  if (typeof id === "string" && id.length > MAX_ID_LENGTH) {
    problems.add(
      "NAME_INVALID",
      `id has ${id.length} characters, and names of objects of the whole cluster begin with it`,
      `Give it at most ${MAX_ID_LENGTH}`,
    );
  }
  if (!chartOf(scope)) checkUnused(problems, scope, [], id);
}

function checkChart(problems: Problems, scope: Construct, id: string): string {
  const chart = chartOf(scope);
  if (chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, and the logging makes that one",
      'Give it one that nothing else is in: new Chart(app, "logging", { namespace: "logging" })',
    );
  }
  return chart?.namespace ?? id;
}
