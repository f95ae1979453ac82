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

/** Days for which logs are kept where nothing else is said. */
export const DEFAULT_RETENTION = 90;
const RETENTIONS = [30, 60, 90, 120, 150, 180];

/** Adds a problem for a number of days that OCI Logging does not offer. */
export function checkRetention(problems: Problems, days: number = DEFAULT_RETENTION): void {
  if (RETENTIONS.includes(days)) return;
  const fix = `Give one of ${RETENTIONS.join(", ")}`;
  problems.add("COUNT_INVALID", `retentionInDays is ${shown(days)}`, fix);
}

/** What flow logs record. */
export enum FlowLogTraffic {
  /** What was let through and what was not. */
  ALL = "ALL",
  /** What was let through. */
  ACCEPTED = "ACCEPT",
  /** What was not let through. */
  REJECTED = "REJECT",
}

/** How much flow logs record, for how long, and where. */
export interface FlowLoggingOptions {
  /**
   * The OCID of the compartment of the log group; who may read there sees who talks to whom.
   *
   * @default - that of the network
   */
  readonly compartmentId?: string;
  /**
   * What is recorded.
   *
   * @default FlowLogTraffic.ALL
   */
  readonly traffic?: FlowLogTraffic;
  /**
   * Of how many flows one is recorded, 1 to 100,000.
   *
   * @default 1 - every flow
   */
  readonly samplingRate?: number;
  /**
   * How long the records are kept: 30, 60, 90, 120, 150 or 180 days.
   *
   * @default 90
   */
  readonly retentionInDays?: number;
}

/** Flow logs of subnets, as what keeps or reads their records needs them. */
// A type of its own, so that an archive of flow logs is not given other logs by mistake.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface IFlowLogs extends ILogs {}

const LARGEST_SAMPLING = 100_000;

/**
 * Whether the subnets that a network makes have flow logs.
 *
 * OCI bills records by their volume, and a busy cluster has millions of flows an hour: a sampling rate, or only what was
 * rejected, makes them fewer.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/vcn_flow_logs.htm
 */
@checked
export class FlowLogging {
  /**
   * Each subnet that is made is recorded: the default, with every flow of it for ninety days.
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
   * No flow logs: nobody can tell afterwards who talked to whom.
   *
   * Where another team records the subnets, or `new FlowLogs(…)` of another stack does, say so as the reason.
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
   * Whether it is one, and has what it must have: types hold nobody back from writing an object that looks like one.
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
    /** Whether there are flow logs. */
    public readonly isEnabled: boolean,
    /** How much they record, for how long, and where. */
    public readonly options: FlowLoggingOptions,
    /** Why there are none, where that is so. */
    public readonly reason?: string,
  ) {}
}

/** Adds a problem for each option that OCI would refuse. */
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

/** A subnet that is recorded. */
export interface RecordedSubnet {
  readonly part: SubnetRole;
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
