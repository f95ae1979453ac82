import { type Construct } from "constructs";
import { flowsOf } from "./cluster-flows";
import { NetworkSecurityGroup } from "./network-security-group";
import { isOverlay, PodNetworking } from "./pod-networking";
import { checkPodsToNodes, type PodsToNodesAccess } from "./pods-to-nodes";
import { type IRegionServices } from "./region-services";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName } from "../core/display-name";
import { checkOcid } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, stemOf } from "../core/resource-name";
import { shown } from "../core/shown";
import { BACKEND_TAGS, checkTags, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";

/** What the groups of a cluster are made of. */
export interface ClusterSecurityGroupsProps extends TaggingProps {
  /** The OCID of the compartment of the groups. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The region's services. */
  readonly regionServices: IRegionServices;
  /**
   * How pods get their addresses; with an overlay there is no group of the pods.
   *
   * @default PodNetworking.vcnNative()
   */
  readonly podNetworking?: PodNetworking;
  /**
   * Whether the control plane reaches the ObservabilityAgent add-on on the nodes, TCP 9995; in an overlay it does anyway.
   *
   * @default false
   */
  readonly observabilityAgent?: boolean;
  /**
   * Ports of the nodes that pods connect to, beside that of the kubelets; in an overlay they reach all of them.
   *
   * @default - none
   */
  readonly podsToNodes?: PodsToNodesAccess[];
  /**
   * The beginning of the names of the groups.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

/**
 * The network security groups of a cluster, with the least rules that let it work.
 *
 * Every rule is between two groups or to the region's services; none names an address range.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
@checked
export class ClusterSecurityGroups extends ResourceConstruct {
  /** The group of the API endpoint. */
  public readonly apiEndpoint: NetworkSecurityGroup;
  /** The group of the worker nodes. */
  public readonly workers: NetworkSecurityGroup;
  /** The group of the pods; with an overlay that of the nodes, whose addresses pods have outside. */
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
    const pods = isOverlay(props.podNetworking) ? undefined : group("Pods", "pods");
    this.pods = pods ?? this.workers;
    const groups = { apiEndpoint: this.apiEndpoint, workers: this.workers, pods };
    // One loop here, and no method a layer: the bindings take stack traces for each rule, as long as the stack is deep.
    for (const { from, to, port, reason } of flowsOf(groups, props.regionServices, props)) {
      from.allowTo(to, port, { reason });
    }
  }
}

/** Adds a problem for each thing that is wrong with what a cluster lets through beside the least. */
export function checkFurtherFlows(
  problems: Problems,
  { observabilityAgent, podsToNodes }: Partial<ClusterSecurityGroupsProps>,
): void {
  if (!["undefined", "boolean"].includes(typeof observabilityAgent)) {
    const what = `observabilityAgent is ${shown(observabilityAgent)}`;
    problems.add("VALUE_INVALID", what, "Write true or false");
  }
  checkPodsToNodes(problems, podsToNodes);
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
  PodNetworking._checked(problems, props.podNetworking);
  checkFurtherFlows(problems, props);
  checkTags(problems, props, Object.keys(BACKEND_TAGS));
  problems.throwIfAny();
}
