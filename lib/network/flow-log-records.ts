import { Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { FlowLogTraffic, type FlowLoggingOptions } from "./flow-logging";
import { DEFAULT_RETENTION } from "./log-retention";
import { type NetworkSubnet } from "./network-subnet";
import { compareOcids } from "../core/ocid";
import { type TaggingProps } from "../core/tagging";
import { CoreCaptureFilter } from "../oci/core-capture-filter";
import { LoggingLog } from "../oci/logging-log";
import { LoggingLogGroup } from "../oci/logging-log-group";

/** A subnet that is recorded. */
export interface RecordedSubnet {
  readonly part: NetworkSubnet;
  readonly subnetId: string;
  /** The OCID of its compartment. */
  readonly compartmentId: string;
  /** Whether that is another one than the network's. */
  readonly isElsewhere?: boolean;
}

interface FlowLogRecordsProps {
  /** Of the log group. */
  readonly groupName: string;
  /** The beginning of the names of the logs, and the name of the filter. */
  readonly stem: string;
  /** Of the log group. */
  readonly compartmentId: string;
  readonly subnets: readonly RecordedSubnet[];
  readonly options: FlowLoggingOptions;
  readonly tags: TaggingProps;
}

const SERVICE = "flowlogs";

/**
 * Makes a log group, a log for each subnet, and a capture filter for each of their compartments; the OCID of the group.
 *
 * A filter is in the compartment of the subnets, and not of the log group, as the service wants it.
 */
export function recordFlows(scope: Construct, props: FlowLogRecordsProps): string {
  const { subnets, options, tags } = props;
  const stem = logName(props.stem);
  const { id: logGroupId } = new LoggingLogGroup(scope, "Resource", {
    compartmentId: props.compartmentId,
    displayName: logName(props.groupName),
    description: "Who talked to whom in the subnets of the cluster",
    ...tags,
  });
  for (const { part, subnetId, compartmentId, isElsewhere } of subnets) {
    const id = isElsewhere ? "SubnetCaptureFilter" : "CaptureFilter";
    const known = scope.node.tryFindChild(id) as CoreCaptureFilter | undefined;
    const filter = known ?? captureFilter(scope, id, { compartmentId, displayName: stem, options, tags });
    new LoggingLog(scope, part, {
      displayName: `${stem}-${part.toLowerCase().replace(/_/g, "-")}`,
      logGroupId,
      logType: "SERVICE",
      isEnabled: true,
      retentionDuration: options.retentionInDays ?? DEFAULT_RETENTION,
      configuration: {
        compartmentId,
        source: {
          sourceType: "OCISERVICE",
          service: SERVICE,
          category: "subnet",
          resource: subnetId,
          parameters: { capture_filter: filter.id },
        },
      },
      ...tags,
    });
  }
  return logGroupId;
}

function captureFilter(
  scope: Construct,
  id: string,
  props: { compartmentId: string; displayName: string; options: FlowLoggingOptions; tags: TaggingProps },
): CoreCaptureFilter {
  const { compartmentId, displayName, options, tags } = props;
  const { traffic: flowLogType = FlowLogTraffic.ALL, samplingRate = 1 } = options;
  return new CoreCaptureFilter(scope, id, {
    compartmentId,
    displayName,
    filterType: "FLOWLOG",
    flowLogCaptureFilterRules: [
      { flowLogType, isEnabled: true, priority: 0, ruleAction: "INCLUDE", samplingRate },
    ],
    ...tags,
  });
}

/** Names of logs take fewer characters than a path, or a name of a VCN, may have; a placeholder of a reference stays as it is. */
function logName(text: string): string {
  return Token.isUnresolved(text) ? text : text.replace(/[^A-Za-z0-9_-]+/g, "-");
}

/** The flow log of the program that records a subnet already. */
export function findFlowLog(scope: IConstruct, subnetId: string): LoggingLog | undefined {
  const isOf = (one: IConstruct): one is LoggingLog => {
    const source = one instanceof LoggingLog ? one.configurationInput?.source : undefined;
    return (
      source?.service === SERVICE &&
      compareOcids({ scope, id: subnetId }, { scope: one, id: source.resource }) === "same"
    );
  };
  return scope.node.root.node.findAll().find(isOf);
}
