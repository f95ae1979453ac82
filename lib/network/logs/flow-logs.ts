import { type Construct, type IConstruct } from "constructs";
import {
  DEFAULT_FLOW_LOGGING,
  findFlowLog,
  FLOW_LOGGING,
  type FlowLoggingChoice,
  type FlowLoggingOptions,
  type IFlowLogs,
  type RecordedSubnet,
  recordFlows,
  type ResolvedFlowLogging,
} from "./flow-logging";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { type PropsSchema, readProps, type Resolved, taggingReaders, valueOf } from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, stemOf, shortHash } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { baseOf, compartmentOfSubnet, balancerSubnetsOf, type IClusterNetwork } from "../vcn/network";
import { subnetOf, SubnetRole, type ClusterSubnet } from "../vcn/cluster-subnet";

interface NetworkFlowLogsProps {
  readonly logging?: FlowLoggingChoice;
  readonly displayName: string;
  readonly compartmentId: string;
  /** The subnets that the network creates. */
  readonly subnets: readonly (readonly [SubnetRole, ClusterSubnet])[];
  readonly tags: TaggingProps;
}

/** Flow logs of the subnets that a network creates. */
class NetworkFlowLogs extends ResourceConstruct implements IFlowLogs {
  public readonly logGroupId: string;
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, props: NetworkFlowLogsProps, options: ResolvedFlowLogging) {
    super(scope, id);
    const { compartmentId, displayName, tags } = props;
    this.compartmentId = options.compartmentId ?? compartmentId;
    const stem = stemOf(displayName);
    this.logGroupId = recordFlows(this, {
      // The name of a log group is unique in its compartment, unlike that of a VCN.
      groupName: `${stem}-flow-logs-${shortHash(this.node.path)}`,
      stem,
      compartmentId: this.compartmentId,
      subnets: props.subnets.map(([role, { subnetId }]) => ({ role, subnetId, compartmentId })),
      options,
      tags,
    });
  }
}

/** Whether a network created the flow log for one of its own subnets. */
function isOfNetwork(log: IConstruct): boolean {
  return log.node.scopes.some((scope) => scope instanceof NetworkFlowLogs);
}

/** Creates the flow logs of the subnets that a network creates; returns nothing if there are no such subnets, or if they are disabled. */
export function recordNetwork(network: Construct, props: NetworkFlowLogsProps): IFlowLogs | undefined {
  const { logging = DEFAULT_FLOW_LOGGING, subnets } = props;
  if (!logging.isEnabled) {
    Acknowledgements._record(network, "auditing", "no flow logs", logging.reason);
    return undefined;
  }
  return subnets.length === 0 ? undefined : new NetworkFlowLogs(network, "FlowLogs", props, logging.options);
}

/** The flow logs of a network; throws if it has none. */
export function flowLogsOf(network: IConstruct, flowLogs: IFlowLogs | undefined): IFlowLogs {
  if (flowLogs) return flowLogs;
  const problems = new Problems(network);
  problems.add(
    "ATTRIBUTE_MISSING",
    "The network creates no flow logs",
    "Create new FlowLogs(scope, id, { network }), which is an IFlowLogs, or give the ClusterNetwork flowLogs: FlowLogging.enabled()",
  );
  return problems.throwAll();
}

export { FlowLogging, FlowLogTraffic, type FlowLoggingOptions, type IFlowLogs } from "./flow-logging";

/** Props for FlowLogs. */
export interface FlowLogsProps extends TaggingProps, FlowLoggingOptions {
  /** The network whose subnets are recorded. */
  readonly network: IClusterNetwork;
}

/**
 * Flow logs of subnets that are not recorded yet: a log group, a capture filter, and one log for each subnet.
 *
 * ClusterNetwork and ExistingVcnNetwork already record the subnets that they create. Use FlowLogs for the subnets of an imported network,
 * and for existing subnets that were given to an ExistingVcnNetwork; subnets that the network already records are left out. Ask their
 * owner first: if the owner records them too, each flow is billed twice. `FlowLogArchive` keeps records for longer than 180 days.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/vcn_flow_logs.htm
 */
@checked
export class FlowLogs extends ResourceConstruct implements IFlowLogs {
  public readonly logGroupId: string;
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, props: FlowLogsProps) {
    const { compartmentId, network, subnets, ...read } = readFlowLogs(scope, id, props);
    super(scope, id);
    this.compartmentId = compartmentId ?? network.compartmentId;
    const name = nameOf(this);
    this.logGroupId = recordFlows(this, {
      groupName: name,
      stem: name,
      compartmentId: this.compartmentId,
      subnets,
      options: { compartmentId, ...read },
      tags: tagsOf(this, read),
    });
  }
}

/** Each subnet once: an existing VCN may use one subnet for several roles. */
function subnetsOf(network: IClusterNetwork): RecordedSubnet[] {
  const byRole: (readonly [SubnetRole, ClusterSubnet])[] = [
    [SubnetRole.API_ENDPOINT, network.apiEndpointSubnet],
    [SubnetRole.WORKERS, network.workerSubnet],
    ...podsOf(network),
    ...balancerSubnetsOf(network),
  ];
  const subnets = new Map<string, RecordedSubnet>();
  for (const [role, { subnetId }] of byRole) {
    const compartmentId = compartmentOfSubnet(network, role);
    const isElsewhere = compartmentId !== network.compartmentId;
    if (!subnets.has(subnetId)) subnets.set(subnetId, { role, subnetId, compartmentId, isElsewhere });
  }
  return [...subnets.values()];
}

/** A network for overlay clusters has no pods' subnet. */
function podsOf(network: IClusterNetwork): [SubnetRole, ClusterSubnet][] {
  if (baseOf(network)?._hasPods === false) return [];
  return [[SubnetRole.PODS, network.podSubnet]];
}

const FLOW_LOGS = {
  network: valueOf<IClusterNetwork>("IClusterNetwork"),
  ...FLOW_LOGGING,
  ...taggingReaders(),
} satisfies PropsSchema<FlowLogsProps>;

/** The props of flow logs, and the subnets to record. */
type ResolvedFlowLogs = Resolved<typeof FLOW_LOGS> & { readonly subnets: readonly RecordedSubnet[] };

/** Reads the props before anything is created, so that nothing is left behind; throws all problems together. */
function readFlowLogs(scope: Construct, id: string, props: FlowLogsProps): ResolvedFlowLogs {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, FLOW_LOGS);
  const { network } = read;
  if (network) problems.collect(() => network.compartmentId);
  const all = (network && problems.collect(() => subnetsOf(network))) ?? [];
  const subnets = network && notRecorded(problems, scope, network, all);
  return problems.resolved<ResolvedFlowLogs>({ ...read, subnets });
}

/** The subnets that no network records; adds a problem if there are none, or if another construct records them. */
function notRecorded(
  problems: Problems,
  scope: Construct,
  network: IClusterNetwork,
  all: readonly RecordedSubnet[],
): RecordedSubnet[] {
  const withLog = all.map((subnet) => ({ subnet, log: findFlowLog(scope, subnet.subnetId) }));
  const others = withLog.filter(({ log }) => !log || !isOfNetwork(log));
  if (all.length > 0 && others.length === 0) {
    problems.add(
      "NAME_DUPLICATE",
      `All subnets of ${network.node.path} are recorded already, by the network that created them`,
      "Use network.flowLogs; to choose traffic, retention or compartment, give that network flowLogs: FlowLogging.enabled({ … })",
    );
  }
  for (const { subnet, log } of others) {
    if (!log) continue;
    problems.add(
      "NAME_DUPLICATE",
      `${subnetOf(subnet.role).prop} of ${network.node.path} is recorded already, by ${log.node.path}`,
      "Keep one of the two: each log records, and bills, every flow",
    );
  }
  return others.map(({ subnet }) => subnet);
}
