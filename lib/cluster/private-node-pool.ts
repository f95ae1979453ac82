import { type Duration } from "cdk8s";
import {
  type IResolvable,
  type ITerraformDependable,
  TerraformIterator,
  type TerraformResource,
  Token,
} from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { ClusterAutoscaler } from "./add-ons/cluster-autoscaler";
import { addAutoscaledPool } from "./add-ons/autoscaler-rights";
import { createdClusterOf, type ISecureOkeCluster } from "./cluster-base";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeCapacity, placementFieldsOf, type NodeShape } from "./node-compute";
import { type NodeCycling, cyclingDetailsOf } from "./node-cycling";
import { type NodeImage } from "./node-image";
import { type PrivateNodePoolProps } from "./private-node-pool-props";
import { tagsGiven } from "./private/cluster-readers";
import { addClusterEgress, groupIds } from "./private/cluster-network";
import { grantRight } from "./private/granted-rights";
import { before, together } from "./private/grant-order";
import { compareNodePoolVersion, conditionsOf, type VersionComparison } from "./private/offered-versions";
import { takeCapacity, addPool, imageFindings } from "./private/pools-of-cluster";
import { startDataOf } from "./private/node-start";
import { bootVolumeKeyRight, capacityReservationRight } from "./private/cluster-rights";
import { notePool } from "./private/pull-warnings";
import { readNodePool, type ResolvedPool } from "./private/read-node-pool";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { firstApply, ResourceConstruct } from "../core/resource-construct";
import { findWhenWritten, addWarning } from "../core/warnings";
import { checkRegionWhenWritten } from "../core/regions";
import { stemOf } from "../core/resource-name";
import { setTagOwner, type TaggingProps, tagsOf } from "../core/tagging";
import { byKey } from "../core/stable-order";
import { literalText } from "../core/terraform-text";
import { NetworkSecurityGroup } from "../network/security-groups/network-security-group";
import { type SecurityAttribute } from "../network/security-groups/security-attribute";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { isOverlay, PodNetworkType } from "../network/vcn/pod-networking";
import {
  ContainerengineNodePool,
  type ContainerengineNodePoolSecondaryVnics,
  type ContainerengineNodePoolNodeConfigDetailsNodePoolPodNetworkOptionDetails as PodNetworkDetails,
  type ContainerengineNodePoolNodeConfigDetailsPlacementConfigs as PlacementConfig,
} from "../oci/containerengine-node-pool";
import { type CoreNetworkSecurityGroup } from "../oci/core-network-security-group";
import { DataOciIdentityAvailabilityDomains } from "../oci/data-oci-identity-availability-domains";
import { type IdentityPolicy } from "../oci/identity-policy";

/** A pool of worker nodes. */
export interface IPrivateNodePool extends IConstruct, ITerraformDependable {
  /** The OCID of the node pool. */
  readonly nodePoolId: string;
}

/**
 * A pool of worker nodes without public addresses.
 *
 * The image is pinned, traffic to volumes is encrypted, the legacy instance metadata endpoints are disabled, and nodes are replaced one
 * after the other when the image or the version changes.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingnodepools.htm
 */
@checked
export class PrivateNodePool extends ResourceConstruct implements IPrivateNodePool {
  public readonly nodePoolId: string;
  /** The name of the pool. */
  public readonly nodePoolName: string;
  /** The cluster that the nodes join. */
  public readonly cluster: ISecureOkeCluster;
  /** The image that the nodes boot from. */
  public readonly image: NodeImage;
  /** The version of the nodes. */
  public readonly kubernetesVersion: KubernetesVersion;
  /** The shape of the nodes. */
  public readonly shape: NodeShape;
  /** The initial number of nodes. */
  public readonly size: number;
  /** The maximum number of pods on a node; undefined for an overlay, where OKE sets it. */
  public readonly maxPodsPerNode?: number;
  /** The Kubernetes labels of the nodes. */
  public readonly labels: { [key: string]: string };
  /** The time that pods have to leave a node that is replaced. */
  public readonly evictionGraceDuration: Duration;
  /** The kind of compute capacity. */
  public readonly capacity: NodeCapacity;
  /** The way that OKE applies changes of the pool to its nodes. */
  public readonly cycling: NodeCycling;

  constructor(scope: Construct, id: string, props: PrivateNodePoolProps) {
    const read = readNodePool(scope, id, props);
    super(scope, id);
    const { cluster, shape, image, version, labels } = read;
    this.nodePoolName = read.nodePoolName;
    this.cluster = cluster;
    this.image = image;
    this.kubernetesVersion = version;
    this.shape = shape;
    this.size = read.size;
    this.maxPodsPerNode = read.maxPodsPerNode;
    this.labels = labels;
    this.evictionGraceDuration = read.evictionGraceDuration;
    this.capacity = read.capacity;
    this.cycling = read.cycling;
    if (read.demand) takeCapacity(cluster, read.demand);
    setTagOwner(this, cluster);
    checkRegionWhenWritten(this, "The image", image.imageId);
    const record = { cluster, path: this.node.path, name: this.nodePoolName, labels, image };
    addPool({ ...record, version: version.version });
    findWhenWritten(this, () => imageFindings(this, { ...record, version: version.version }));

    const egressGroups = this.createEgressGroups(read);
    const created = createdClusterOf(cluster);
    const routing = created?._packetRouting;
    routing?.addNodeGroups([...egressGroups, ...read.securityGroups]);
    routing?.addPodGroups([...egressGroups, ...read.podSecurityGroups]);

    const encryption = created?.encryption;
    const bootVolumesGrant = encryption?._grants?.bootVolumes;
    const userData = startDataOf(read, read.registryAccess?._credentialProvider);
    const podGroups = [...read.podSecurityGroups, ...egressGroups];
    const tags = tagsOf(this, read);
    const pool = new ContainerengineNodePool(this, "Resource", {
      clusterId: cluster.clusterId,
      compartmentId: cluster.compartmentId,
      name: this.nodePoolName,
      kubernetesVersion: version.version,
      nodeShape: shape.name,
      nodeShapeConfig: shape.size && {
        ocpus: shape.size.ocpus,
        memoryInGbs: shape.size.memory.toGibibytes(),
      },
      nodeSourceDetails: {
        sourceType: "IMAGE",
        imageId: image.imageId,
        bootVolumeSizeInGbs: read.bootVolumeSize?.toGibibytes().toString(),
      },
      nodeConfigDetails: {
        size: read.size,
        isPvEncryptionInTransitEnabled: true,
        kmsKeyId: read.bootVolumeKey?.keyId ?? encryption?.bootVolumesKeyId,
        nsgIds: groupIds(cluster.workerSecurityGroup, [...read.securityGroups, ...egressGroups]),
        placementConfigs: this.placement(read),
        nodePoolPodNetworkOptionDetails: podNetworkOf(read, podGroups),
        ...nodeTagsOf(this, read),
      },
      primaryVnic: routing?.nodes && { securityAttributes: routing.nodes._onResource },
      secondaryVnics: routing?.pods && [podVnic(read, podGroups, routing.pods)],
      // The legacy metadata endpoints require no header, so a request forged through a pod would obtain the node's identity.
      nodeMetadata: { areLegacyImdsEndpointsDisabled: "true", ...(userData ? { user_data: userData } : {}) },
      sshPublicKey: read.ssh?.publicKey,
      nodePoolCyclingDetails: cyclingDetailsOf(read.cycling),
      nodeEvictionNodePoolSettings: {
        evictionGraceDuration: `PT${read.evictionGraceDuration.toMinutes()}M`,
        isForceActionAfterGraceDuration: read.forcedEviction ? true : undefined,
        isForceDeleteAfterGraceDuration: read.forcedEviction !== undefined,
      },
      lifecycle: {
        ...conditionsOf(this.comparison(read)),
        ...(read.autoscale ? { ignoreChanges: ["node_config_details[0].size"] } : {}),
      },
      dependsOn: together(
        // If the network is in another compartment, pods get no addresses until the cluster is allowed to assign them.
        before(this, cluster, [
          ...(created?._podNetworkPolicies ?? []),
          ...(routing?.nodes || routing?.pods ? routing.policies : []),
        ]),
        read.registryAccess && before(this, read.registryAccess, read.registryAccess._policies),
        // The first node of a pool fails if block storage may not use the key of its boot volume.
        encryption && bootVolumesGrant && before(this, encryption, [bootVolumesGrant]),
        before(this, cluster, this.grants(read)),
      ),
      initialNodeLabels: Object.entries(labels)
        .sort(byKey)
        .map(([key, value]) => ({ key, value })),
      ...tags,
    });
    this.nodePoolId = pool.id;
    if (read.autoscale) {
      ClusterAutoscaler._for(this, cluster);
      addAutoscaledPool(cluster, { construct: this, nodePoolId: pool.id, ...read.autoscale });
    }
    this.acknowledge(read, pool);
    const repositories = read.registryAccess?.repositories;
    notePool(cluster, { path: this.node.path, labels, repositories });
    // Warnings about the cluster's own version were reported by the cluster.
    if (read.hasOwnVersion) {
      version._acknowledge(pool);
      for (const warning of version._warnings()) addWarning(this, warning);
    }
  }

  /** The policies that OKE needs to launch a node. */
  private grants({ cluster, bootVolumeKey, capacity }: ResolvedPool): IdentityPolicy[] {
    const own = cluster.compartmentId;
    const policies = [
      bootVolumeKey &&
        grantRight(cluster, bootVolumeKeyRight(bootVolumeKey.keyId, own), bootVolumeKey.compartmentId),
      capacity.kind === "reserved"
        ? grantRight(cluster, capacityReservationRight(own), capacity.compartmentId)
        : undefined,
    ];
    return policies.filter((policy) => policy !== undefined);
  }

  /** Records the settings that are less secure than the default, with their reasons. */
  private acknowledge({ ssh, cycling, forcedEviction }: ResolvedPool, pool: ContainerengineNodePool): void {
    if (ssh) Acknowledgements._record(pool, "exposure", "SSH to worker nodes", ssh.reason);
    if (cycling.reason !== undefined) {
      const what = "nodes that stay as they are when their pool changes";
      Acknowledgements._record(pool, "patching", what, cycling.reason);
    }
    if (forcedEviction) {
      const what = "nodes that are terminated before all pods have left";
      Acknowledgements._record(pool, "patching", what, forcedEviction.reason);
    }
  }

  /** Undefined if the nodes run a version that is known to be retired. */
  private comparison({
    cluster,
    verifyKubernetesVersion,
    version,
  }: ResolvedPool): VersionComparison | undefined {
    if (!verifyKubernetesVersion || version.retiredReason !== undefined) return undefined;
    return compareNodePoolVersion(this, cluster.compartmentId, version, this.firstApply);
  }

  private get firstApply(): TerraformResource {
    return (this.node.tryFindChild("FirstApply") as TerraformResource | undefined) ?? firstApply(this);
  }

  /** A security group for the nodes and pods of this pool only, with the rules of its egress; empty without an egress. */
  private createEgressGroups(read: ResolvedPool): NetworkSecurityGroup[] {
    const { cluster, nodePoolName, egress: egresses } = read;
    if (!egresses) return [];
    const { network } = cluster;
    const group = new NetworkSecurityGroup(this, "Egress", {
      compartmentId: network.compartmentId,
      vcnId: network.vcnId,
      displayName: `${stemOf(nodePoolName === this.node.id ? literalText(nodePoolName) : nodePoolName)}-egress`,
      ...tagsGiven(read),
    });
    // Deleted after the pool no longer uses it.
    (group.node.defaultChild as CoreNetworkSecurityGroup).lifecycle = { createBeforeDestroy: true };
    for (const egress of egresses) addClusterEgress(network, cluster.podNetworking, [group, group], egress);
    return [group];
  }

  private placement(read: ResolvedPool): PlacementConfig[] | IResolvable {
    const { cluster, capacity } = read;
    const { subnetId } = cluster.network.workerSubnet;
    const reserved = capacity.kind === "reserved" ? Object.keys(capacity.reservations).sort() : undefined;
    const domains = read.availabilityDomains ?? reserved;
    if (domains && !Token.isUnresolved(domains)) {
      return domains.map((availabilityDomain) => ({
        availabilityDomain,
        subnetId,
        ...placementFieldsOf(read, availabilityDomain),
      }));
    }
    const { faultDomains, preemptibleNodeConfig } = placementFieldsOf(read);
    const content = {
      subnet_id: subnetId,
      ...(faultDomains ? { fault_domains: faultDomains } : {}),
      ...(preemptibleNodeConfig
        ? {
            preemptible_node_config: {
              preemption_action: {
                type: preemptibleNodeConfig.preemptionAction.type,
                is_preserve_boot_volume: preemptibleNodeConfig.preemptionAction.isPreserveBootVolume,
              },
            },
          }
        : {}),
    };
    if (domains) {
      const list = TerraformIterator.fromList(domains);
      return list.dynamic({ availability_domain: list.value, ...content });
    }
    const lookedUp = new DataOciIdentityAvailabilityDomains(this, "AvailabilityDomains", {
      compartmentId: cluster.compartmentId,
      dependsOn: [this.firstApply],
    });
    const iterator = TerraformIterator.fromComplexList(lookedUp.availabilityDomains, "name");
    return iterator.dynamic({ availability_domain: iterator.getString("name"), ...content });
  }
}

/** The tags of the nodes, including the one that adds them to the dynamic group of their registry access. */
function nodeTagsOf(
  scope: Construct,
  { registryAccess, freeformTags, definedTags }: ResolvedPool,
): TaggingProps {
  const nodeTag = registryAccess && { [registryAccess.nodeTag]: registryAccess.nodeTagValue };
  return tagsOf(scope, { freeformTags, definedTags: nodeTag ? { ...definedTags, ...nodeTag } : definedTags });
}

/**
 * The VNIC for the pod addresses of a node; set only if it has a security attribute, as OKE creates it by itself otherwise.
 *
 * No tenancy has confirmed that it takes the pods' subnet, groups and number of addresses like OKE's own VNIC.
 */
function podVnic(
  { cluster, maxPodsPerNode }: ResolvedPool,
  groups: readonly INetworkSecurityGroup[],
  attribute: SecurityAttribute,
): ContainerengineNodePoolSecondaryVnics {
  return {
    createVnicDetails: {
      subnetId: cluster.network.podSubnet.subnetId,
      nsgIds: groupIds(cluster.podSecurityGroup, groups),
      ipCount: maxPodsPerNode,
      assignPublicIp: false,
      securityAttributes: attribute._onResource,
    },
  };
}

/** Pods of an overlay have neither a subnet nor a security group, and OKE sets their number. */
function podNetworkOf(
  { cluster, maxPodsPerNode }: ResolvedPool,
  groups: readonly INetworkSecurityGroup[],
): PodNetworkDetails {
  if (isOverlay(cluster.podNetworking)) return { cniType: PodNetworkType.FLANNEL_OVERLAY };
  return {
    cniType: PodNetworkType.VCN_NATIVE,
    maxPodsPerNode,
    podSubnetIds: [cluster.network.podSubnet.subnetId],
    podNsgIds: groupIds(cluster.podSecurityGroup, groups),
  };
}
