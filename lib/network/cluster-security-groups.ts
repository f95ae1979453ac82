import { Construct } from "constructs";
import { type INetworkPeer } from "./network-peer";
import { NetworkSecurityGroup } from "./network-security-group";
import { type IRegionServices } from "./region-services";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName } from "../core/display-name";
import { checkOcid } from "../core/ocid";
import { Port } from "../core/port";
import { checkGiven, checkMembers } from "../core/required";
import { nameOf, stemOf } from "../core/resource-name";
import { BACKEND_TAGS, checkTags, type TaggingProps } from "../core/tagging";

/** What the groups of a cluster are made of. */
export interface ClusterSecurityGroupsProps extends TaggingProps {
  /** The OCID of the compartment of the groups. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The region's services. */
  readonly regionServices: IRegionServices;
  /**
   * The beginning of the names of the groups.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const API_SERVER = Port.tcp(6443);
const CONTROL_PLANE = Port.tcp(12250);
const KUBELET = Port.tcp(10250);
const HTTPS = Port.tcp(443);

/**
 * The network security groups of a cluster with VCN-native pod networking, with the least rules that let it work.
 *
 * Every rule is between two groups or to the region's services; none names an address range.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
export class ClusterSecurityGroups extends Construct {
  /** The group of the API endpoint. */
  public readonly apiEndpoint: NetworkSecurityGroup;
  /** The group of the worker nodes. */
  public readonly workers: NetworkSecurityGroup;
  /** The group of the pods. */
  public readonly pods: NetworkSecurityGroup;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(scope: Construct, id: string, props: ClusterSecurityGroupsProps) {
    check(scope, id, props);
    super(scope, id);
    const name = stemOf(props.displayName ?? nameOf(this));
    const group = (part: string, label: string, { freeformTags }: TaggingProps = props) =>
      new NetworkSecurityGroup(this, part, { ...props, freeformTags, displayName: `${name}-${label}` });
    this.apiEndpoint = group("ApiEndpoint", "api");
    this.workers = group("Workers", "workers", { freeformTags: { ...BACKEND_TAGS, ...props.freeformTags } });
    this.pods = group("Pods", "pods");
    const { apiEndpoint, workers, pods } = this;
    // One loop here, and no method a layer: the bindings take stack traces for each rule, as long as the stack is deep.
    for (const { from, to, port, reason } of [
      ...flowsOfControlPlane(apiEndpoint, workers, pods),
      ...flowsOfNodesAndPods(workers, pods),
      ...flowsToServices(apiEndpoint, workers, pods, props.regionServices),
    ]) {
      from.allowTo(to, port, { reason });
    }
  }
}

interface Flow {
  readonly from: NetworkSecurityGroup;
  readonly to: INetworkPeer;
  readonly port: Port;
  readonly reason: string;
}

function flowsOfControlPlane(
  apiEndpoint: NetworkSecurityGroup,
  workers: NetworkSecurityGroup,
  pods: NetworkSecurityGroup,
): Flow[] {
  const upwards = [
    { from: workers, who: "Nodes" },
    { from: pods, who: "Pods" },
  ].flatMap(({ from, who }) => [
    { from, to: apiEndpoint, port: API_SERVER, reason: `${who} talk to the Kubernetes API server` },
    { from, to: apiEndpoint, port: CONTROL_PLANE, reason: `${who} talk to the OKE control plane` },
  ]);
  const discovery = {
    port: Port.pathMtuDiscovery(),
    reason: "Path MTU discovery between nodes and the API endpoint",
  };
  return [
    ...upwards,
    {
      from: apiEndpoint,
      to: workers,
      port: KUBELET,
      reason: "The API server reaches the kubelet for logs, exec and metrics",
    },
    {
      from: apiEndpoint,
      to: pods,
      port: Port.tcpRange(1, 65535),
      reason:
        "The API server reaches webhooks, aggregated APIs and forwarded ports, on ports that pods choose",
    },
    { from: workers, to: apiEndpoint, ...discovery },
    { from: apiEndpoint, to: workers, ...discovery },
  ];
}

function flowsOfNodesAndPods(workers: NetworkSecurityGroup, pods: NetworkSecurityGroup): Flow[] {
  const port = Port.allTraffic();
  return [
    {
      from: workers,
      to: pods,
      port,
      reason: "Nodes probe pods and forward Services to them; NetworkPolicies narrow it",
    },
    { from: pods, to: workers, port: KUBELET, reason: "The metrics server reads the kubelets" },
    { from: pods, to: pods, port, reason: "Pods reach each other; NetworkPolicies narrow it" },
  ];
}

function flowsToServices(
  apiEndpoint: NetworkSecurityGroup,
  workers: NetworkSecurityGroup,
  pods: NetworkSecurityGroup,
  to: IRegionServices,
): Flow[] {
  return [
    { from: apiEndpoint, who: "The API endpoint reaches" },
    { from: workers, who: "Nodes reach" },
    { from: pods, who: "Pods reach" },
  ].flatMap(({ from, who }) => [
    { from, to, port: HTTPS, reason: `${who} Oracle services of the region` },
    { from, to, port: Port.pathMtuDiscovery(), reason: "Path MTU discovery towards Oracle services" },
  ]);
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: ClusterSecurityGroupsProps): void {
  const props: Partial<ClusterSecurityGroupsProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { compartmentId, vcnId, regionServices } = props;
  checkGiven(problems, { regionServices });
  checkMembers(
    problems,
    "regionServices",
    regionServices,
    ["serviceId", "toRuleEnd"],
    "RegionServices.of({ serviceId, cidrLabel }), or the regionServices of a ClusterNetwork",
  );
  checkOcid(problems, "compartmentId", compartmentId, "compartment", "tenancy");
  checkOcid(problems, "vcnId", vcnId, "vcn");
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props, Object.keys(BACKEND_TAGS));
  problems.throwIfAny();
}
