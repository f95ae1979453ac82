import { type ITerraformDependable, TerraformIterator, type TerraformProvider, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { createdClusterOf, type ISecureOkeCluster } from "./cluster-base";
import { type NodeTaint } from "./node-setup";
import {
  availabilityDomains,
  clusterValue,
  countOrReference,
  faultDomains,
  groupList,
  nodeLabels,
  nodeTaints,
} from "./private/cluster-readers";
import { CREDENTIAL_ROTATION } from "./credential-rotation";
import { before, together } from "./private/grant-order";
import { checkGroups, groupIds, readPoolNetwork } from "./private/cluster-network";
import { checkCapacity, type Demand, takeCapacity, addPool, checkPoolName } from "./private/pools-of-cluster";
import { checked } from "../core/checked";
import { checkConstructId, pathOf, problemsIn } from "../core/construct-scope";
import { firstApply, ResourceConstruct } from "../core/resource-construct";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import {
  displayName,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkDisplayName, nameOf, policyNameOf } from "../core/resource-name";
import { setTagOwner, tagsOf, type TaggingProps } from "../core/tagging";
import { byKey, byText } from "../core/stable-order";
import { type Problems } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { isOverlay } from "../network/vcn/pod-networking";
import { ContainerengineVirtualNodePool } from "../oci/containerengine-virtual-node-pool";
import { DataOciIdentityAvailabilityDomains } from "../oci/data-oci-identity-availability-domains";
import { IdentityPolicy } from "../oci/identity-policy";
import { checkEnhanced } from "../synthesis/chart-scopes";

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

const ENDORSEMENT = {
  tenancyId: ocid("tenancy"),
  serviceTenancyId: ocid("tenancy"),
  serviceCompartmentId: ocid("compartment"),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<VirtualNodeEndorsementProps>;

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

  constructor(scope: Construct, id: string, props: VirtualNodeEndorsementProps) {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const read = readProps(problems, props, ENDORSEMENT);
    checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
    const { tenancyId, serviceTenancyId, serviceCompartmentId, homeRegionProvider, ...tags } =
      problems.resolved<Resolved<typeof ENDORSEMENT>>(read);
    super(scope, id);
    this.policy = new IdentityPolicy(this, "Resource", {
      provider: homeRegionProvider,
      compartmentId: tenancyId,
      name: policyNameOf(this, `${nameOf(this)}-virtual-nodes`),
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets virtual nodes attach their pods to subnets of this tenancy",
      statements: endorsements(serviceTenancyId, serviceCompartmentId),
      ...tagsOf(this, tags),
    });
  }
}

function endorsements(tenancy: string, compartment: string): string[] {
  const endorse = (kind: string, condition: string) =>
    `endorse any-user to associate compute-container-instances in compartment ske_compartment of tenancy ske with ${kind} in tenancy ` +
    `where ALL {request.principal.type='virtualnode',request.operation='CreateContainerInstance'${condition}}`;
  const ownSubnet = ",request.principal.subnet=2.subnet.id";
  return [
    `define tenancy ske as ${tenancy}`,
    `define compartment ske_compartment as ${compartment}`,
    endorse("subnets", ownSubnet),
    endorse("vnics", ownSubnet),
    endorse("network-security-group", ""),
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

const VIRTUAL_NODE_POOL = {
  cluster: clusterValue(),
  size: countOrReference(0, 100),
  endorsement: optional(valueOf(VirtualNodeEndorsement)),
  podShape: withDefault(
    matching(/^Pod\.Standard\.[\w.]+$/, `Give a shape of pods, for example "${DEFAULT_SHAPE}"`, {
      code: "SHAPE_INVALID",
      references: true,
    }),
    DEFAULT_SHAPE,
  ),
  availabilityDomains: optional(availabilityDomains()),
  faultDomains: withDefault(faultDomains(), ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"]),
  labels: withDefault(nodeLabels(), {}),
  taints: withDefault(nodeTaints(), []),
  securityGroups: withDefault(groupList(), []),
  podSecurityGroups: withDefault(groupList(), []),
  nodePoolName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<VirtualNodePoolProps>;

/** The props of a pool of virtual nodes, and the capacity that it needs in the subnets, if it is known. */
interface ResolvedVirtualPool extends Resolved<typeof VIRTUAL_NODE_POOL> {
  readonly nodePoolName: string;
  readonly demand?: Demand;
}

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
  /** The name of the pool. */
  public readonly nodePoolName: string;
  /** The cluster that the nodes join. */
  public readonly cluster: ISecureOkeCluster;
  /** The number of virtual nodes. */
  public readonly size: number;
  /** The shape of the processors that run the pods. */
  public readonly podShape: string;
  /** The Kubernetes labels of the nodes. */
  public readonly labels: { [key: string]: string };

  constructor(scope: Construct, id: string, props: VirtualNodePoolProps) {
    const read = readVirtualPool(scope, id, props);
    super(scope, id);
    const { cluster, endorsement, podShape, labels } = read;
    this.nodePoolName = read.nodePoolName;
    this.cluster = cluster;
    this.size = read.size;
    this.podShape = podShape;
    this.labels = labels;
    if (read.demand) takeCapacity(cluster, read.demand);
    setTagOwner(this, cluster);
    addPool({ cluster, path: this.node.path, name: this.nodePoolName, labels });
    const tags = tagsOf(this, read);
    const pool = new ContainerengineVirtualNodePool(this, "Resource", {
      clusterId: cluster.clusterId,
      compartmentId: cluster.compartmentId,
      displayName: this.nodePoolName,
      size: read.size,
      nsgIds: groupIds(cluster.workerSecurityGroup, read.securityGroups),
      podConfiguration: {
        shape: podShape,
        subnetId: cluster.network.podSubnet.subnetId,
        nsgIds: groupIds(cluster.podSecurityGroup, read.podSecurityGroups),
      },
      placementConfigurations: this.placement(read),
      initialVirtualNodeLabels: Object.entries(labels)
        .sort(byKey)
        .map(([key, value]) => ({ key, value })),
      taints: [...read.taints]
        .sort((taint, other) => byText(taint.text, other.text))
        .map(({ key, value, effect }) => ({ key, value, effect })),
      virtualNodePoolCyclingDetails: {
        isVirtualNodeCyclingEnabled: true,
        maximumSurge: "1",
        maximumUnavailable: "0",
      },
      virtualNodeTags: { definedTags: tags.definedTags, freeformTags: tags.freeformTags },
      dependsOn: dependenciesOf(this, cluster, endorsement),
      ...tags,
    });
    this.nodePoolId = pool.id;
    if (endorsement === undefined) {
      addWarning(
        this,
        `[${UNENDORSED}] ${this.node.path}: without the policy of a VirtualNodeEndorsement in the root compartment, no pod starts on its ` +
          "nodes; set endorsement, unless the tenancy has the policy already",
      );
    }
  }

  private placement({
    cluster,
    availabilityDomains: domains,
    faultDomains: faultDomain,
  }: ResolvedVirtualPool) {
    const { subnetId } = cluster.network.workerSubnet;
    if (domains && !Token.isUnresolved(domains)) {
      return domains.map((availabilityDomain) => ({ availabilityDomain, faultDomain, subnetId }));
    }
    const content = { fault_domain: faultDomain, subnet_id: subnetId };
    if (domains) {
      const list = TerraformIterator.fromList(domains);
      return list.dynamic({ availability_domain: list.value, ...content });
    }
    const lookedUp = new DataOciIdentityAvailabilityDomains(this, "AvailabilityDomains", {
      compartmentId: cluster.compartmentId,
      dependsOn: [firstApply(this)],
    });
    const iterator = TerraformIterator.fromComplexList(lookedUp.availabilityDomains, "name");
    return iterator.dynamic({ availability_domain: iterator.getString("name"), ...content });
  }
}

function dependenciesOf(
  scope: IConstruct,
  cluster: ISecureOkeCluster,
  endorsement: VirtualNodeEndorsement | undefined,
): ITerraformDependable[] | undefined {
  return together(
    before(scope, cluster, createdClusterOf(cluster)?._podNetworkPolicies ?? []),
    endorsement && before(scope, endorsement, [endorsement.policy]),
  );
}

function readVirtualPool(scope: Construct, id: string, props: VirtualNodePoolProps): ResolvedVirtualPool {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, VIRTUAL_NODE_POOL);
  const { cluster, size, nodePoolName = id } = read;
  checkGroups(problems, cluster, read);
  if (read.nodePoolName === undefined) checkDisplayName(problems, "id", id);
  const isSizeKnown = size !== undefined && !Token.isUnresolved(size);
  const demand = isSizeKnown ? { path: pathOf(scope, id), nodes: size, surge: 1 } : undefined;
  if (cluster) checkCluster(problems, cluster, nodePoolName, demand);
  return problems.resolved<ResolvedVirtualPool>({ ...read, nodePoolName, demand });
}

function checkCluster(
  problems: Problems,
  cluster: ISecureOkeCluster,
  nodePoolName: string,
  demand: Demand | undefined,
): void {
  checkEnhanced(problems, cluster, "a pool of virtual nodes");
  if (isOverlay(cluster.podNetworking)) {
    problems.add(
      "VIRTUAL_NODES_UNFIT",
      `cluster is ${cluster.node.path}, which has a flannel overlay, but pods of virtual nodes need addresses of the VCN`,
      "Use a PrivateNodePool, or create a cluster with PodNetworking.vcnNative(), which can't be changed later",
    );
  }
  if (cluster.node.tryFindChild(CREDENTIAL_ROTATION)) {
    problems.add(
      "VIRTUAL_NODES_UNFIT",
      `cluster is ${cluster.node.path}, which has a credentialRotation, but OKE can't rotate the credentials of a cluster with virtual nodes`,
      "Use a PrivateNodePool, or remove credentialRotation from the cluster: OKE then rotates the credentials before they expire",
      "cluster",
    );
  }
  if (readPoolNetwork(problems, cluster) && demand) checkCapacity(problems, cluster, demand);
  checkPoolName(problems, cluster, nodePoolName);
}
