import { type Duration } from "cdk8s";
import { type Construct, type IConstruct } from "constructs";
import {
  DEFAULT_RETENTION,
  logRetention,
  addLogGroup,
  addServiceLog,
  type ILogs,
  logName,
} from "./service-logs";
import { checked } from "../../core/checked";
import { compareOcids } from "../../core/ocid";
import {
  choice,
  objectOf,
  ocid,
  optional,
  type PropsSchema,
  readArgument,
  readArguments,
  type Reader,
  readProps,
  reasonFor,
  type Resolved,
  valueOf,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import { type TaggingProps } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { CoreCaptureFilter } from "../../oci/core-capture-filter";
import { LoggingLog } from "../../oci/logging-log";
import { subnetOf, type SubnetRole } from "../vcn/cluster-subnet";

/** The traffic that flow logs record. */
export enum FlowLogTraffic {
  /** Accepted and rejected traffic. */
  ALL = "ALL",
  /** Accepted traffic only. */
  ACCEPTED = "ACCEPT",
  /** Rejected traffic only. */
  REJECTED = "REJECT",
}

/** Options for flow logs: recorded traffic, sampling, retention and compartment. */
export interface FlowLoggingOptions {
  /**
   * The OCID of the compartment of the log group; everyone who may read it sees which hosts communicate.
   *
   * @default - the compartment of the network
   */
  readonly compartmentId?: string;
  /**
   * The traffic that is recorded.
   *
   * @default FlowLogTraffic.ALL
   */
  readonly traffic?: FlowLogTraffic;
  /**
   * The sampling rate, 1 to 100,000: one of this many flows is recorded.
   *
   * @default 1 - every flow
   */
  readonly samplingRate?: number;
  /**
   * The retention of the records: 30, 60, 90, 120, 150 or 180 days.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
}

/** Flow logs of subnets, for constructs that archive or search their records. */
// A separate type, so that an archive of flow logs can't be given other logs by mistake.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface IFlowLogs extends ILogs {}

const MAX_SAMPLING_RATE = 100_000;

/** The readers of the options of flow logs, also for props that extend them. */
export const FLOW_LOGGING = {
  compartmentId: optional(ocid("compartment", "tenancy")),
  traffic: withDefault(
    choice(FlowLogTraffic, "FlowLogTraffic.ALL, FlowLogTraffic.ACCEPTED or FlowLogTraffic.REJECTED"),
    FlowLogTraffic.ALL,
  ),
  samplingRate: withDefault(wholeNumber({ least: 1, most: MAX_SAMPLING_RATE }), 1),
  retention: withDefault(logRetention(), DEFAULT_RETENTION),
} satisfies PropsSchema<FlowLoggingOptions>;

/** The options of flow logs, with their defaults. */
export type ResolvedFlowLogging = Resolved<typeof FLOW_LOGGING>;

/**
 * Whether the subnets that a network creates have flow logs.
 *
 * OCI bills records by volume, and a busy cluster has millions of flows an hour: reduce the volume with a sampling rate, or record
 * rejected traffic only.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/vcn_flow_logs.htm
 */
@checked
export class FlowLogging {
  /** Records every created subnet. The default: all flows, kept for 90 days. */
  public static enabled(options: FlowLoggingOptions = {}): FlowLogging {
    return new FlowLogging(true, readArguments("FlowLogging.enabled", options, FLOW_LOGGING));
  }

  /**
   * Records nothing: it can't be found out afterwards which hosts communicated.
   *
   * If another team or a `new FlowLogs(…)` in another stack records the subnets, give that as the reason.
   */
  public static none(choice: ReasonedChoice): FlowLogging {
    const { reason } = readArgument("FlowLogging.none", "choice", choice, WITHOUT_FLOW_LOGS);
    return new FlowLogging(false, DEFAULTS, reason);
  }

  private constructor(
    /** Whether flow logs are enabled. */
    public readonly isEnabled: boolean,
    /** The options of the flow logs, with their defaults. */
    public readonly options: FlowLoggingOptions,
    /** The reason for having no flow logs, if they are disabled. */
    public readonly reason?: string,
  ) {}
}

const WITHOUT_FLOW_LOGS = choiceOf(reasonFor("A network without flow logs"));
const DEFAULTS = readProps(new Problems("FlowLogging"), {}, FLOW_LOGGING) as ResolvedFlowLogging;

/** The flow logs of a network: their options, or the reason for having none. */
export type FlowLoggingChoice =
  | { readonly isEnabled: false; readonly reason: string }
  | { readonly isEnabled: true; readonly options: ResolvedFlowLogging };

/** The flow logs of a network that was given no FlowLogging. */
export const DEFAULT_FLOW_LOGGING: FlowLoggingChoice = { isEnabled: true, options: DEFAULTS };

/** Reads a FlowLogging; again with its options or its reason, because a program without types can pass any object. */
export function flowLogging(): Reader<FlowLoggingChoice> {
  return (problems, name, value) => {
    const logging = valueOf(FlowLogging)(problems, name, value);
    if (!logging) return undefined;
    if (!logging.isEnabled) {
      const { reason } = WITHOUT_FLOW_LOGS(problems, name, logging) ?? {};
      return reason === undefined ? undefined : { isEnabled: false, reason };
    }
    const options = objectOf(FLOW_LOGGING)(problems, `${name}.options`, logging.options);
    return options && { isEnabled: true, options };
  };
}

/** A recorded subnet. */
export interface RecordedSubnet {
  readonly role: SubnetRole;
  readonly subnetId: string;
  /** The OCID of the compartment of the subnet. */
  readonly compartmentId: string;
  /** Whether this compartment is not the compartment of the network. */
  readonly isElsewhere?: boolean;
}

interface FlowLogRecordsProps {
  /** The name of the log group. */
  readonly groupName: string;
  /** The prefix of the log names, and the name of the capture filter. */
  readonly stem: string;
  /** The OCID of the compartment of the log group. */
  readonly compartmentId: string;
  readonly subnets: readonly RecordedSubnet[];
  readonly options: ResolvedFlowLogging;
  readonly tags: TaggingProps;
}

const SERVICE = "flowlogs";

/**
 * Creates a log group, a log for each subnet, and a capture filter for each compartment of subnets; returns the OCID of the log group.
 *
 * The service requires the filter in the compartment of the subnets, not in that of the log group.
 */
export function recordFlows(scope: Construct, props: FlowLogRecordsProps): string {
  const { subnets, options, tags } = props;
  const stem = logName(props.stem);
  const retentionDays = options.retention.toDays();
  const logGroupId = addLogGroup(scope, {
    compartmentId: props.compartmentId,
    displayName: props.groupName,
    description: "Flow logs of the subnets of the cluster",
    tags,
  });
  for (const { role, subnetId, compartmentId, isElsewhere } of subnets) {
    const id = isElsewhere ? "SubnetCaptureFilter" : "CaptureFilter";
    const existing = scope.node.tryFindChild(id) as CoreCaptureFilter | undefined;
    const filter = existing ?? captureFilter(scope, id, { compartmentId, displayName: stem, options, tags });
    addServiceLog(scope, subnetOf(role).id, {
      displayName: `${stem}-${role.toLowerCase().replace(/_/g, "-")}`,
      logGroupId,
      retentionDays,
      compartmentId,
      service: SERVICE,
      category: "subnet",
      resource: subnetId,
      parameters: { capture_filter: filter.id },
      tags,
    });
  }
  return logGroupId;
}

function captureFilter(
  scope: Construct,
  id: string,
  props: { compartmentId: string; displayName: string; options: ResolvedFlowLogging; tags: TaggingProps },
): CoreCaptureFilter {
  const { compartmentId, displayName, options, tags } = props;
  const { traffic: flowLogType, samplingRate } = options;
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

/** Finds the flow log of this program that already records the subnet. */
export function findFlowLog(scope: IConstruct, subnetId: string): LoggingLog | undefined {
  const isLogOfSubnet = (construct: IConstruct): construct is LoggingLog => {
    const source = construct instanceof LoggingLog ? construct.configurationInput?.source : undefined;
    return (
      source?.service === SERVICE &&
      compareOcids({ scope, id: subnetId }, { scope: construct, id: source.resource }) === "same"
    );
  };
  return scope.node.root.node.findAll().find(isLogOfSubnet);
}
