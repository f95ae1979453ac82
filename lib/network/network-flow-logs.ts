import { type Construct, type IConstruct } from "constructs";
import { recordFlows } from "./flow-log-records";
import { FlowLogging, type IFlowLogs } from "./flow-logging";
import { type NetworkSubnet } from "./network-subnet";
import { type ClusterSubnet } from "./subnet";
import { Acknowledgements } from "../core/acknowledgement";
import { ResourceConstruct } from "../core/resource-construct";
import { stemOf } from "../core/resource-name";
import { shortHash } from "../core/short-hash";
import { type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";

interface NetworkFlowLogsProps {
  readonly logging?: FlowLogging;
  readonly displayName: string;
  readonly compartmentId: string;
  /** Those that the network makes. */
  readonly subnets: readonly (readonly [NetworkSubnet, ClusterSubnet])[];
  readonly tags: TaggingProps;
}

/** Flow logs of the subnets that a network makes. */
class NetworkFlowLogs extends ResourceConstruct implements IFlowLogs {
  public readonly logGroupId: string;
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, props: NetworkFlowLogsProps) {
    super(scope, id);
    const { compartmentId, displayName, tags, logging = FlowLogging.enabled() } = props;
    const { options } = logging;
    this.compartmentId = options.compartmentId ?? compartmentId;
    const stem = stemOf(displayName);
    this.logGroupId = recordFlows(this, {
      // Log groups of a compartment have names of their own, unlike VCNs.
      groupName: `${stem}-flow-logs-${shortHash(this.node.path)}`,
      stem,
      compartmentId: this.compartmentId,
      subnets: props.subnets.map(([part, { subnetId }]) => ({ part, subnetId, compartmentId })),
      options,
      tags,
    });
  }
}

/** Whether a network made a flow log, of a subnet of its own. */
export function isOfNetwork(log: IConstruct): boolean {
  return log.node.scopes.some((one) => one instanceof NetworkFlowLogs);
}

/** Makes the flow logs of the subnets that a network makes; none where there are no such subnets, or where it was asked for. */
export function recordNetwork(network: Construct, props: NetworkFlowLogsProps): IFlowLogs | undefined {
  const { logging, subnets } = props;
  if (logging?.isEnabled === false) {
    Acknowledgements._record(network, "auditing", "no flow logs", logging.reason ?? "");
    return undefined;
  }
  return subnets.length === 0 ? undefined : new NetworkFlowLogs(network, "FlowLogs", props);
}

/** The flow logs of a network; throws where it has none. */
export function flowLogsOf(network: IConstruct, flowLogs: IFlowLogs | undefined): IFlowLogs {
  if (flowLogs) return flowLogs;
  const problems = new Problems(network);
  problems.add(
    "ATTRIBUTE_MISSING",
    "The network makes no flow logs",
    "Write new FlowLogs(scope, id, { network }), which are flow logs themselves, or give the ClusterNetwork flowLogs: FlowLogging.enabled()",
  );
  problems.throwIfAny();
  throw new Error("unreachable");
}
