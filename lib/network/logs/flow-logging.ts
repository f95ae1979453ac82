import { type Construct, type IConstruct } from "constructs";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkOcidIfGiven, compareOcids } from "../../core/ocid";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { type TaggingProps } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { CoreCaptureFilter } from "../../oci/core-capture-filter";
import { LoggingLog } from "../../oci/logging-log";
import { addLogGroup, addServiceLog, type ILogs, logName } from "./service-logs";
import { type SubnetRole } from "../vcn/network-subnet";

/** The default retention of logs in days. */
export const DEFAULT_RETENTION = 90;
const RETENTIONS = [30, 60, 90, 120, 150, 180];

/** Adds a problem if OCI Logging doesn't offer the retention. */
export function checkRetention(problems: Problems, days: number = DEFAULT_RETENTION): void {
  if (RETENTIONS.includes(days)) return;
  const fix = `Give one of ${RETENTIONS.join(", ")}`;
  problems.add("COUNT_INVALID", `retentionInDays is ${shown(days)}`, fix);
}

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
   * @default 90
   */
  readonly retentionInDays?: number;
}

/** Flow logs of subnets, for constructs that archive or search their records. */
// A separate type, so that an archive of flow logs can't be given other logs by mistake.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface IFlowLogs extends ILogs {}

const LARGEST_SAMPLING = 100_000;

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
  /**
   * Records every created subnet. The default: all flows, kept for 90 days.
   *
   * @throws OCID_INVALID, NAME_INVALID, COUNT_INVALID, VALUE_INVALID
   */
  public static enabled(options: FlowLoggingOptions = {}): FlowLogging {
    const problems = new Problems("FlowLogging.enabled");
    if (typeof options === "object" && options !== null) checkFlowLogging(problems, options);
    else problems.add("VALUE_INVALID", `The options are ${shown(options)}`, "Write { retentionInDays: 180 }");
    problems.throwIfAny();
    return new FlowLogging(true, options);
  }

  /**
   * Records nothing: it can't be found out afterwards which hosts communicated.
   *
   * If another team or a `new FlowLogs(…)` in another stack records the subnets, give that as the reason.
   *
   * @throws REASON_MISSING, ATTRIBUTE_MISSING
   */
  public static none(choice: ReasonedChoice): FlowLogging {
    const problems = new Problems("FlowLogging.none");
    if (checkGiven(problems, { choice })) checkReason(problems, "A network without flow logs", choice.reason);
    problems.throwIfAny();
    return new FlowLogging(false, {}, choice.reason);
  }

  /**
   * Checks that a value was created by a factory and is complete: TypeScript accepts any object of the same shape.
   *
   * @internal
   */
  public static _check(problems: Problems, name: string, value: FlowLogging | undefined): void {
    if (value === undefined) return;
    const given: Partial<FlowLogging> = value ?? {};
    if (typeof given.isEnabled !== "boolean" || typeof given.options !== "object" || given.options === null) {
      const fix = "Write FlowLogging.enabled() or FlowLogging.none({ reason }), or leave it out";
      problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, fix);
    } else if (given.isEnabled) checkFlowLogging(problems, given.options);
    else checkReason(problems, `${name}, a network without flow logs,`, given.reason);
  }

  private constructor(
    /** Whether flow logs are enabled. */
    public readonly isEnabled: boolean,
    /** The options of the flow logs. */
    public readonly options: FlowLoggingOptions,
    /** The reason for having no flow logs, if they are disabled. */
    public readonly reason?: string,
  ) {}
}

/** Adds a problem for each option that OCI would reject. */
export function checkFlowLogging(problems: Problems, options: FlowLoggingOptions): void {
  const { compartmentId, traffic = FlowLogTraffic.ALL, samplingRate = 1, retentionInDays } = options;
  checkOcidIfGiven(problems, "compartmentId", compartmentId, "compartment", "tenancy");
  const known: readonly unknown[] = Object.values(FlowLogTraffic);
  if (!known.includes(traffic)) {
    problems.add("NAME_INVALID", `traffic is ${shown(traffic)}`, `Give one of FlowLogTraffic`);
  }
  if (!Number.isInteger(samplingRate) || samplingRate < 1 || samplingRate > LARGEST_SAMPLING) {
    const fix = `Give a whole number from 1 to ${LARGEST_SAMPLING}`;
    problems.add("COUNT_INVALID", `samplingRate is ${shown(samplingRate)}`, fix);
  }
  checkRetention(problems, retentionInDays);
}

/** A recorded subnet. */
export interface RecordedSubnet {
  readonly part: SubnetRole;
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
  readonly options: FlowLoggingOptions;
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
  const logGroupId = addLogGroup(scope, {
    compartmentId: props.compartmentId,
    displayName: props.groupName,
    description: "Who talked to whom in the subnets of the cluster",
    tags,
  });
  for (const { part, subnetId, compartmentId, isElsewhere } of subnets) {
    const id = isElsewhere ? "SubnetCaptureFilter" : "CaptureFilter";
    const known = scope.node.tryFindChild(id) as CoreCaptureFilter | undefined;
    const filter = known ?? captureFilter(scope, id, { compartmentId, displayName: stem, options, tags });
    addServiceLog(scope, part, {
      displayName: `${stem}-${part.toLowerCase().replace(/_/g, "-")}`,
      logGroupId,
      retentionDays: options.retentionInDays ?? DEFAULT_RETENTION,
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

/** Finds the flow log of this program that already records the subnet. */
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
