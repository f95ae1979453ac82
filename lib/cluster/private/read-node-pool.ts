import { Token } from "cdktf";
import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { checkGroups, readPoolNetwork } from "./cluster-network";
import {
  availabilityDomains,
  clusterValue,
  countOrReference,
  faultDomains,
  groupList,
  kubernetesVersion,
  nodeLabels,
  nodeTaints,
  ownVersion,
} from "./cluster-readers";
import { checkStartSize, kubeletArguments } from "./node-start";
import { checkCapacity, checkPoolName, type Demand } from "./pools-of-cluster";
import { checkConstructId, pathOf, problemsIn } from "../../core/construct-scope";
import { checkOcid, compareOcids } from "../../core/ocid";
import {
  boolean,
  checkedBy,
  displayName,
  duration,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  reasonFor,
  type Resolved,
  size,
  taggingReaders,
  valueOf,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { checkDisplayName } from "../../core/resource-name";
import { Problems } from "../../core/validation-error";
import { checkOutsideVcn, type Egress, egressList } from "../../network/egress/egress";
import { isOverlay } from "../../network/vcn/pod-networking";
import { type ISecureOkeCluster } from "../cluster-base";
import { type KubernetesVersion } from "../kubernetes-version";
import { BootVolumeKey, checkCapacityKind, NodeCapacity, NodeShape } from "../node-compute";
import { NodeCycling } from "../node-cycling";
import { checkImageFits, NodeImage } from "../node-image";
import { NodeRegistryAccess } from "../node-registry-access";
import { CloudInit, SshAccess } from "../node-setup";
import {
  type NodePoolAutoscale,
  type NodePoolProps,
  type PrivateNodePoolProps,
} from "../private-node-pool-props";

/** Reads the limits of an autoscaled pool, as literals: the addresses in the subnets are counted at synthesis. */
export function poolLimits(maxNodes: number): Reader<NodePoolAutoscale> {
  const limits = objectOf({
    min: wholeNumber({ least: 0, most: maxNodes }),
    max: wholeNumber({ least: 1, most: maxNodes }),
  });
  return checkedBy(limits, (problems, name, { min, max }) => {
    if (min <= max) return;
    const what = `${name}.min is ${min}, more than ${name}.max, ${max}`;
    problems.add("COUNT_INVALID", what, `Give ${name}.max at least ${min}`);
  });
}

/** The initial and the maximum number of nodes of a pool; the maximum is undefined if it is a reference. */
export interface PoolSizes {
  readonly initial: number;
  readonly most: number | undefined;
}

interface SizeProps {
  readonly size?: number;
  readonly autoscale?: NodePoolAutoscale;
}

/**
 * The sizes of a pool; adds a problem if neither `size` nor `autoscale` was given, or both.
 *
 * @param rawSizes the props as they were given; an invalid one is undefined in `read`
 */
export function readSizes(problems: Problems, rawSizes: SizeProps, read: SizeProps): PoolSizes | undefined {
  const hasSize = rawSizes.size !== undefined && rawSizes.size !== null;
  const hasLimits = rawSizes.autoscale !== undefined && rawSizes.autoscale !== null;
  if (hasSize && hasLimits) {
    problems.add(
      "POOL_SIZE_INVALID",
      "size and autoscale are both given",
      "Leave size out: the autoscaler starts with autoscale.min nodes",
      "size",
    );
    return undefined;
  }
  if (!hasSize && !hasLimits) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "size was not given",
      "Write size: 3, or autoscale: { min: 1, max: 5 } for a pool that grows and shrinks",
    );
    return undefined;
  }
  const { size, autoscale } = read;
  if (autoscale) return { initial: autoscale.min, most: autoscale.max };
  if (size === undefined) return undefined;
  return { initial: size, most: Token.isUnresolved(size) ? undefined : size };
}

const DEFAULT_PODS = 31;
/** The largest number of pods on a node that OKE allows; an overlay always has room for it. */
const MAX_PODS = 110;
const MAX_NODES = 1000;

/** The readers of `NodePoolProps`, also for props that extend them. */
export const NODE_POOL_PROPS = {
  cluster: clusterValue(),
  shape: valueOf(NodeShape),
  verifyKubernetesVersion: withDefault(boolean(), true),
  size: optional(countOrReference(0, MAX_NODES)),
  autoscale: optional(poolLimits(MAX_NODES)),
  availabilityDomains: optional(availabilityDomains()),
  maxPodsPerNode: optional(countOrReference(1, MAX_PODS)),
  bootVolumeSize: optional(size("gibibytes", { least: 50, most: 32_768, example: "Size.gibibytes(100)" })),
  evictionGraceDuration: withDefault(
    duration("minutes", { least: 0, most: 60, example: "Duration.minutes(30)" }),
    Duration.hours(1),
  ),
  labels: withDefault(nodeLabels(), {}),
  taints: withDefault(nodeTaints(), []),
  kubeletArguments: withDefault(kubeletArguments(), {}),
  cloudInit: optional(valueOf(CloudInit)),
  bootVolumeKey: optional(valueOf(BootVolumeKey)),
  faultDomains: optional(faultDomains()),
  capacity: withDefault(valueOf(NodeCapacity), NodeCapacity.onDemand()),
  cycling: withDefault(valueOf(NodeCycling), NodeCycling.replaceInstances()),
  forcedEviction: optional(objectOf({ reason: reasonFor("Terminating nodes before all pods have left") })),
  ssh: optional(valueOf(SshAccess)),
  securityGroups: withDefault(groupList(), []),
  podSecurityGroups: withDefault(groupList(), []),
  egress: optional(egressList()),
  registryAccess: optional(valueOf(NodeRegistryAccess)),
  nodePoolName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<NodePoolProps>;

const NODE_POOL = {
  ...NODE_POOL_PROPS,
  image: checkedBy(valueOf(NodeImage), (problems, name, { imageId }) => {
    checkOcid(problems, `${name}.imageId`, imageId, "image");
  }),
  kubernetesVersion: optional(kubernetesVersion()),
} satisfies PropsSchema<PrivateNodePoolProps>;

type ReadPool = Partial<Resolved<typeof NODE_POOL>>;

/** The props of a node pool, completed with the values that depend on several of them. */
export interface ResolvedPool extends Omit<
  Resolved<typeof NODE_POOL>,
  "kubernetesVersion" | "maxPodsPerNode" | "nodePoolName" | "size"
> {
  /** The version of the nodes. */
  readonly version: KubernetesVersion;
  /** Whether the pool has a version of its own, not that of the cluster. */
  readonly hasOwnVersion: boolean;
  readonly nodePoolName: string;
  /** The initial number of nodes. */
  readonly size: number;
  /** The maximum number of pods on a node; undefined for an overlay, where OKE sets it. */
  readonly maxPodsPerNode?: number;
  /** The capacity that the pool needs in the subnets, if it is known. */
  readonly demand?: Demand;
}

/** Reads the props before the pool is created; throws all problems together. */
export function readNodePool(scope: Construct, id: string, props: PrivateNodePoolProps): ResolvedPool {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, NODE_POOL);
  const { cluster, image, shape, nodePoolName = id } = read;
  const version = versionOf(problems, read);
  const sizes = readSizes(problems, props, read);
  const isNetworkKnown = cluster !== undefined && readPoolNetwork(problems, cluster);
  const isDemandKnown =
    isNetworkKnown && sizes && (props.maxPodsPerNode === undefined || read.maxPodsPerNode);
  const demand = isDemandKnown ? demandOf(pathOf(scope, id), read, sizes) : undefined;
  if (cluster && demand) checkCapacity(problems, cluster, demand);
  checkGroups(problems, cluster, { ...read, hasEgressGroup: read.egress !== undefined });
  if (read.egress !== undefined) checkEgress(problems, cluster, read.egress);
  if (isOverlay(cluster?.podNetworking)) checkOverlay(problems, read);
  checkRegistryAccess(problems, scope, read);
  checkCapacityKind(problems, read);
  checkStartSize(problems, read);
  if (image) checkImageFits(problems, image, version, shape?.name);
  if (read.nodePoolName === undefined) checkDisplayName(problems, "id", id);
  if (cluster) checkPoolName(problems, cluster, nodePoolName);
  return problems.resolved<ResolvedPool>({
    ...read,
    version,
    hasOwnVersion: read.kubernetesVersion !== undefined,
    nodePoolName,
    size: sizes?.initial,
    maxPodsPerNode: isOverlay(cluster?.podNetworking) ? undefined : (read.maxPodsPerNode ?? DEFAULT_PODS),
    demand,
  });
}

/** The version of the nodes, by default that of the cluster. */
function versionOf(
  problems: Problems,
  { cluster, kubernetesVersion: own }: ReadPool,
): KubernetesVersion | undefined {
  const ofCluster = cluster && problems.collect(() => ownVersion(cluster.kubernetesVersion));
  if (own && ofCluster) own._checkSkew(problems, ofCluster);
  return own ?? ofCluster;
}

/** Reads the attributes that the security group of the egress needs. */
function checkEgress(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  egress: readonly Egress[],
): void {
  const network = cluster && problems.collect(() => cluster.network);
  if (network) problems.collect(() => network.compartmentId);
  // An imported network may lack its range.
  const vcnCidr = network && new Problems(network).collect(() => network.vcnCidr);
  checkOutsideVcn(problems, egress, vcnCidr);
}

/** Adds a problem if the registry access is for other nodes. */
function checkRegistryAccess(
  problems: Problems,
  scope: Construct,
  { cluster, definedTags, registryAccess }: ReadPool,
): void {
  if (!registryAccess) return;
  if (definedTags && registryAccess.nodeTag in definedTags) {
    problems.add(
      "TAG_INVALID",
      `definedTags has ${registryAccess.nodeTag}, the tag by which registryAccess identifies the nodes`,
      "Remove it from definedTags, or set its value with nodeTagValue of the NodeRegistryAccess",
    );
  }
  const compartmentOf = (owner: ISecureOkeCluster | undefined) =>
    owner && { scope, id: new Problems(scope).collect(() => owner.compartmentId) ?? "" };
  const [own, other] = [compartmentOf(cluster), compartmentOf(registryAccess.cluster)];
  if (!own?.id || !other?.id || compareOcids(own, other) !== "different") return;
  problems.add(
    "VALUE_INVALID",
    `registryAccess is ${registryAccess.node.path}, for nodes in another compartment, that of ${registryAccess.cluster.node.path}`,
    "Create a NodeRegistryAccess with the cluster of this pool",
  );
}

/** Adds a problem for pod props that an overlay doesn't support. */
function checkOverlay(problems: Problems, { maxPodsPerNode, podSecurityGroups = [] }: ReadPool): void {
  const fix = (name: string) =>
    `Leave ${name} out, or create the cluster with PodNetworking.vcnNative(), which can't be changed later`;
  if (maxPodsPerNode !== undefined) {
    const what = "maxPodsPerNode is set, but OKE sets the number of pods in a flannel overlay";
    problems.add("VALUE_INVALID", what, fix("maxPodsPerNode"));
  }
  if (podSecurityGroups.length > 0) {
    const what = "podSecurityGroups is set, but pods of a flannel overlay have no security groups";
    problems.add("VALUE_INVALID", what, fix("podSecurityGroups"));
  }
}

/** The maximum capacity that the pool needs in the subnets; the value of a reference is not known, so it is not counted. */
function demandOf(
  path: string,
  { maxPodsPerNode = DEFAULT_PODS, cycling }: ReadPool,
  { most: nodes }: PoolSizes,
): Demand | undefined {
  if (nodes === undefined) return undefined;
  const surge = cycling?.maximumSurge ?? 1;
  return { path, nodes, surge, pods: Token.isUnresolved(maxPodsPerNode) ? undefined : maxPodsPerNode };
}
