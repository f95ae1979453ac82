import { TerraformIterator, type ITerraformDependable, type TerraformProvider, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { createdClusterOf, type ISecureOkeCluster } from "./cluster-base";
import { checkEnhanced } from "./add-ons/cluster-add-on";
import { type NodeTaint } from "./node-taint";
import { checkGroups, groupIds } from "./private-node-pool-props";
import { checkCluster } from "./private/check-cluster-values";
import { before } from "./private/grants-first";
import { checkTaints } from "./private/kubelet-arguments";
import { checkCapacity, type Demand, takeCapacity } from "./private/pool-capacity";
import { addPool, checkPoolName } from "./private/pools-of-cluster";
import { checkFaultDomains } from "./private/pool-options";
import { checkCount, checkDomains, checkNodeLabels, readNetwork } from "./private/read-node-pool";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { pathOf, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { firstApply } from "../core/first-apply";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcid } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { checkDisplayName, nameOf, policyNameOf } from "../core/resource-name";
import { setTagOwner } from "../core/scope-tags";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { addWarning } from "../core/warnings";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { isOverlay } from "../network/vcn/pod-networking";
import { ContainerengineVirtualNodePool } from "../oci/containerengine-virtual-node-pool";
import { DataOciIdentityAvailabilityDomains } from "../oci/data-oci-identity-availability-domains";
import { IdentityPolicy } from "../oci/identity-policy";

/** Props for VirtualNodeEndorsement. */
export interface VirtualNodeEndorsementProps extends TaggingProps {
  /** The OCID of your tenancy, whose root compartment holds the policy. */
  readonly tenancyId: string;
  /** The OCID of the tenancy in which Oracle runs virtual nodes; Oracle's page on the policies of virtual nodes lists it for each realm. */
  readonly serviceTenancyId: string;
  /** The OCID of the compartment in that tenancy, from the same page. */
  readonly serviceCompartmentId: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/**
 * The policy by which virtual nodes, which run in a tenancy of Oracle, attach their pods to your subnets; a tenancy needs one.
 *
 * The statements are Oracle's, word for word: they must be in the root compartment and can't be narrower.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengvirtualnodes-Required_IAM_Policies.htm
 */
@checked
export class VirtualNodeEndorsement extends ResourceConstruct {
  /** The policy. */
  public readonly policy: IdentityPolicy;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, PROVIDER_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(scope: Construct, id: string, props: VirtualNodeEndorsementProps) {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const given: Partial<VirtualNodeEndorsementProps> = props ?? {};
    checkOcid(problems, "tenancyId", given.tenancyId, "tenancy");
    checkOcid(problems, "serviceTenancyId", given.serviceTenancyId, "tenancy");
    checkOcid(problems, "serviceCompartmentId", given.serviceCompartmentId, "compartment");
    checkHomeRegionProvider(problems, scope, given.homeRegionProvider);
    checkTags(problems, given);
    problems.throwIfAny();
    super(scope, id);
    this.policy = new IdentityPolicy(this, "Resource", {
      provider: props.homeRegionProvider,
      compartmentId: props.tenancyId,
      name: policyNameOf(this, `${nameOf(this)}-virtual-nodes`),
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets virtual nodes attach their pods to subnets of this tenancy",
      statements: endorsements(props.serviceTenancyId, props.serviceCompartmentId),
      ...tagsOf(this, props),
    });
  }
}

function endorsements(tenancy: string, compartment: string): string[] {
  const what = (kind: string, further: string) =>
    `endorse any-user to associate compute-container-instances in compartment ske_compartment of tenancy ske with ${kind} in tenancy ` +
    `where ALL {request.principal.type='virtualnode',request.operation='CreateContainerInstance'${further}}`;
  const ownSubnet = ",request.principal.subnet=2.subnet.id";
  return [
    `define tenancy ske as ${tenancy}`,
    `define compartment ske_compartment as ${compartment}`,
    what("subnets", ownSubnet),
    what("vnics", ownSubnet),
    what("network-security-group", ""),
  ];
}

/** Props for VirtualNodePool. */
export interface VirtualNodePoolProps extends TaggingProps {
  /** The cluster that the nodes join, which must be an enhanced one with VCN-native pod networking. */
  readonly cluster: ISecureOkeCluster;
  /** The number of virtual nodes, 0 to 100; each runs up to 500 pods. */
  readonly size: number;
  /**
   * The policy that virtual nodes need in the root compartment; the pool is created after it.
   *
   * @default - the policy exists already; a warning is shown
   */
  readonly endorsement?: VirtualNodeEndorsement;
  /**
   * The shape of the processors that run the pods.
   *
   * @default "Pod.Standard.E4.Flex"
   */
  readonly podShape?: string;
  /**
   * The names of the availability domains to spread the nodes over, such as `["Uocm:EU-FRANKFURT-1-AD-1"]`.
   *
   * @default - all of the region, looked up by Terraform
   */
  readonly availabilityDomains?: string[];
  /**
   * The fault domains to spread the nodes over.
   *
   * @default - all three
   */
  readonly faultDomains?: string[];
  /**
   * Kubernetes labels of the nodes; a value can be a reference to a Terraform value.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };
  /**
   * Taints of the nodes.
   *
   * @default - none
   */
  readonly taints?: NodeTaint[];
  /**
   * Additional security groups of the nodes, at most four besides the cluster's own.
   *
   * @default - none
   */
  readonly securityGroups?: INetworkSecurityGroup[];
  /**
   * Additional security groups of the pods, at most four besides the cluster's own.
   *
   * @default - none
   */
  readonly podSecurityGroups?: INetworkSecurityGroup[];
  /**
   * The name of the pool.
   *
   * @default - the id of the construct
   */
  readonly nodePoolName?: string;
}

const DEFAULT_SHAPE = "Pod.Standard.E4.Flex";
const ALL_FAULT_DOMAINS = ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"];
const UNENDORSED = "virtual-nodes";

/**
 * A pool of virtual nodes: Oracle runs the pods and manages the nodes, and nobody can log in to the nodes.
 *
 * The nodes follow the version of the cluster. They don't support DaemonSets, privileged containers and host access, nor NetworkPolicies:
 * no policy engine runs on them, so that only the security groups of the pods limit their connections. Services reach the pods through
 * load balancers whose rules are maintained by hand. See docs/node-pools.md.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcomparingvirtualwithmanagednodes_topic.htm
 */
@checked
export class VirtualNodePool extends ResourceConstruct {
  /** The OCID of the pool. */
  public readonly nodePoolId: string;

  /**
   * @throws COUNT_INVALID, VIRTUAL_NODES_UNFIT, ADD_ON_INVALID, SHAPE_INVALID, SUBNET_EXHAUSTED, SUBNET_PUBLIC, NSG_LIMIT, NSG_OTHER_VCN, LABEL_INVALID,
   * NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: VirtualNodePoolProps) {
    const demand = read(scope, id, props);
    super(scope, id);
    const { cluster, endorsement, podShape = DEFAULT_SHAPE } = props;
    if (demand) takeCapacity(cluster, demand);
    setTagOwner(this, cluster);
    addPool({ cluster, path: this.node.path, name: props.nodePoolName ?? id, labels: props.labels ?? {} });
    const tags = tagsOf(this, props);
    const pool = new ContainerengineVirtualNodePool(this, "Resource", {
      clusterId: cluster.clusterId,
      compartmentId: cluster.compartmentId,
      displayName: props.nodePoolName ?? id,
      size: props.size,
      nsgIds: groupIds(cluster.workerSecurityGroup, props.securityGroups),
      podConfiguration: {
        shape: podShape,
        subnetId: cluster.network.podSubnet.subnetId,
        nsgIds: groupIds(cluster.podSecurityGroup, props.podSecurityGroups),
      },
      placementConfigurations: this.placement(props),
      initialVirtualNodeLabels: Object.entries(props.labels ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
      taints: [...(props.taints ?? [])]
        .sort((one, other) => (one.text < other.text ? -1 : 1))
        .map(({ key, value, effect }) => ({ key, value, effect })),
      virtualNodePoolCyclingDetails: {
        isVirtualNodeCyclingEnabled: true,
        maximumSurge: "1",
        maximumUnavailable: "0",
      },
      virtualNodeTags: { definedTags: tags.definedTags, freeformTags: tags.freeformTags },
      dependsOn: waitsOf(this, cluster, endorsement),
      ...tags,
    });
    this.nodePoolId = pool.id;
    if (endorsement === undefined) {
      addWarning(
        this,
        `[${UNENDORSED}] ${this.node.path}: without the policy of a VirtualNodeEndorsement in the root compartment no pod starts on its nodes; ` +
          "give it as endorsement, unless the tenancy has it already",
      );
    }
  }

  private placement({ cluster, availabilityDomains, faultDomains }: VirtualNodePoolProps) {
    const { subnetId } = cluster.network.workerSubnet;
    const faultDomain = faultDomains ? [...new Set(faultDomains)].sort() : ALL_FAULT_DOMAINS;
    if (availabilityDomains && !Token.isUnresolved(availabilityDomains)) {
      return [...new Set(availabilityDomains)]
        .sort()
        .map((availabilityDomain) => ({ availabilityDomain, faultDomain, subnetId }));
    }
    const content = { fault_domain: faultDomain, subnet_id: subnetId };
    if (availabilityDomains) {
      const given = TerraformIterator.fromList(availabilityDomains);
      return given.dynamic({ availability_domain: given.value, ...content });
    }
    const domains = new DataOciIdentityAvailabilityDomains(this, "AvailabilityDomains", {
      compartmentId: cluster.compartmentId,
      dependsOn: [firstApply(this)],
    });
    const iterator = TerraformIterator.fromComplexList(domains.availabilityDomains, "name");
    return iterator.dynamic({ availability_domain: iterator.getString("name"), ...content });
  }
}

function waitsOf(
  scope: IConstruct,
  cluster: ISecureOkeCluster,
  endorsement: VirtualNodeEndorsement | undefined,
): ITerraformDependable[] | undefined {
  const all = [
    ...(before(scope, cluster, createdClusterOf(cluster)?._podNetworkPolicies ?? []) ?? []),
    ...(endorsement ? (before(scope, endorsement, [endorsement.policy]) ?? []) : []),
  ];
  return all.length > 0 ? all : undefined;
}

function read(scope: Construct, id: string, given: VirtualNodePoolProps): Demand | undefined {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<VirtualNodePoolProps> = given ?? {};
  const { cluster, size, podShape } = props;
  checkGiven(problems, { cluster, size }, "VirtualNodePoolProps");
  const isCluster = checkCluster(problems, cluster);
  const isSize = checkCount(problems, "size", size, 0, 100);
  if (
    podShape !== undefined &&
    !Token.isUnresolved(podShape) &&
    !/^Pod\.Standard\.[\w.]+$/.test(String(podShape))
  ) {
    problems.add(
      "SHAPE_INVALID",
      `podShape is ${shown(podShape)}`,
      `Write a shape of pods, such as "${DEFAULT_SHAPE}"`,
    );
  }
  checkMembers(problems, "endorsement", props.endorsement, ["policy"], "a VirtualNodeEndorsement");
  checkDomains(problems, props.availabilityDomains);
  checkFaultDomains(problems, props.faultDomains);
  checkNodeLabels(problems, props.labels);
  checkTaints(problems, props.taints);
  checkGroups(problems, isCluster ? cluster : undefined, {
    securityGroups: props.securityGroups,
    podSecurityGroups: props.podSecurityGroups,
  });
  checkDisplayName(
    problems,
    props.nodePoolName === undefined ? "The id" : "nodePoolName",
    props.nodePoolName ?? id,
  );
  checkTags(problems, props);
  let demand: Demand | undefined;
  if (isCluster) {
    const known = cluster as ISecureOkeCluster;
    checkEnhanced(problems, known, "A pool of virtual nodes");
    if (isOverlay(known.podNetworking)) {
      problems.add(
        "VIRTUAL_NODES_UNFIT",
        `${known.node.path} has a flannel overlay, and pods of virtual nodes have addresses of the VCN`,
        "Use a PrivateNodePool, or make a cluster with PodNetworking.vcnNative(), which can't be changed later",
      );
    }
    const isNetwork = readNetwork(problems, known);
    if (isNetwork && isSize && size !== undefined && !Token.isUnresolved(size)) {
      demand = { path: pathOf(scope, id), nodes: size, surge: 1 };
      checkCapacity(problems, known, demand);
    }
    checkPoolName(problems, known, props.nodePoolName ?? id);
  }
  problems.throwIfAny();
  return demand;
}
