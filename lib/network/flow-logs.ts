import { Construct } from "constructs";
import { checkRetention, DEFAULT_RETENTION } from "./log-retention";
import { type ClusterNetwork } from "./cluster-network";
import { type IClusterNetwork } from "./network";
import { NetworkSubnet } from "./network-subnet";
import { type ClusterSubnet } from "./subnet";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { nameOf } from "../core/resource-name";
import { shown } from "../core/shown";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { CoreCaptureFilter } from "../oci/core-capture-filter";
import { LoggingLog } from "../oci/logging-log";
import { LoggingLogGroup } from "../oci/logging-log-group";

/** What flow logs record. */
export enum FlowLogTraffic {
  /** What was let through and what was not. */
  ALL = "ALL",
  /** What was let through. */
  ACCEPTED = "ACCEPT",
  /** What was not let through. */
  REJECTED = "REJECT",
}

/** What flow logs are made of. */
export interface FlowLogsProps extends TaggingProps {
  /** The network whose subnets are recorded. */
  readonly network: IClusterNetwork;
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

const LARGEST_SAMPLING = 100_000;

/**
 * Flow logs of every subnet of a network: a log group, a capture filter, and a log a subnet.
 *
 * A network has none by itself. Every flow is billed as it is recorded and stored, a busy cluster has millions an hour, and who may read
 * the log group sees who talks to whom: so how much, for how long and in which compartment is for you to say, in this one line.
 * `FlowLogArchive` keeps them for longer than 180 days.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/vcn_flow_logs.htm
 */
export class FlowLogs extends Construct {
  /** The OCID of the log group. */
  public readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  public readonly compartmentId: string;

  /** @throws ATTRIBUTE_MISSING, OCID_INVALID, COUNT_INVALID, NAME_INVALID, TAG_INVALID, VALUE_INVALID */
  constructor(scope: Construct, id: string, props: FlowLogsProps) {
    check(scope, id, props);
    super(scope, id);
    const { network, traffic = FlowLogTraffic.ALL, samplingRate = 1 } = props;
    // Names of logs take fewer characters than a construct's path may have.
    const name = nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-");
    const tags = tagsOf(this, props);
    const group = new LoggingLogGroup(this, "Resource", {
      compartmentId: props.compartmentId ?? network.compartmentId,
      displayName: name,
      description: "Who talked to whom in the subnets of the cluster",
      ...tags,
    });
    this.logGroupId = group.id;
    this.compartmentId = props.compartmentId ?? network.compartmentId;
    // In the compartment of the subnets, and not of the log group, as the service wants it.
    const filter = new CoreCaptureFilter(this, "CaptureFilter", {
      compartmentId: network.compartmentId,
      displayName: name,
      filterType: "FLOWLOG",
      flowLogCaptureFilterRules: [
        { flowLogType: traffic, isEnabled: true, priority: 0, ruleAction: "INCLUDE", samplingRate },
      ],
      ...tags,
    });
    for (const [part, { subnetId }] of subnetsOf(network)) {
      this.log(part, subnetId, { name, filterId: filter.id, props });
    }
  }

  private log(
    part: string,
    subnetId: string,
    { name, filterId, props }: { name: string; filterId: string; props: FlowLogsProps },
  ): void {
    new LoggingLog(this, part, {
      displayName: `${name}-${part.toLowerCase().replace("_", "-")}`,
      logGroupId: this.logGroupId,
      logType: "SERVICE",
      isEnabled: true,
      retentionDuration: props.retentionInDays ?? DEFAULT_RETENTION,
      configuration: {
        compartmentId: props.network.compartmentId,
        source: {
          sourceType: "OCISERVICE",
          service: "flowlogs",
          category: "subnet",
          resource: subnetId,
          parameters: { capture_filter: filterId },
        },
      },
      ...tagsOf(this, props),
    });
  }
}

function subnetsOf(network: IClusterNetwork): [NetworkSubnet, ClusterSubnet][] {
  return [
    [NetworkSubnet.API_ENDPOINT, network.apiEndpointSubnet],
    [NetworkSubnet.WORKERS, network.workersSubnet],
    ...podsOf(network),
    [NetworkSubnet.LOAD_BALANCERS, network.loadBalancerSubnet],
  ];
}

/** A network for clusters with an overlay has no such subnet. */
function podsOf(network: IClusterNetwork): [NetworkSubnet, ClusterSubnet][] {
  if ((network as Partial<ClusterNetwork>)._hasPods === false) return [];
  return [[NetworkSubnet.PODS, network.podsSubnet]];
}

/** Checks what the logs are made of before they are made, so that nothing is left behind. */
function check(scope: Construct, id: string, props: FlowLogsProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  const { network, compartmentId, traffic = FlowLogTraffic.ALL } = props;
  checkGiven(problems, { network });
  // Read where they are asked for, so a network that lacks some has them all the same.
  const members = ["vcnId", "apiEndpointSubnet", "workersSubnet", "loadBalancerSubnet"];
  const instead = "a ClusterNetwork, such as cluster.network";
  if (checkMembers(problems, "network", network, members, instead)) {
    problems.collect(() => network.compartmentId);
    problems.collect(() => subnetsOf(network));
  }
  checkOcidIfGiven(problems, "compartmentId", compartmentId, "compartment", "tenancy");
  const known: readonly unknown[] = Object.values(FlowLogTraffic);
  if (!known.includes(traffic)) {
    problems.add("NAME_INVALID", `traffic is ${shown(traffic)}`, `Give one of FlowLogTraffic`);
  }
  checkNumbers(problems, props);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkNumbers(problems: Problems, { samplingRate = 1, retentionInDays }: FlowLogsProps): void {
  if (!Number.isInteger(samplingRate) || samplingRate < 1 || samplingRate > LARGEST_SAMPLING) {
    const fix = `Give a whole number from 1 to ${LARGEST_SAMPLING}`;
    problems.add("COUNT_INVALID", `samplingRate is ${shown(samplingRate)}`, fix);
  }
  checkRetention(problems, retentionInDays);
}
