import { TerraformIterator, Token, Tokenization, type IResolvable, type ITerraformDependable } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { before } from "./before";
import { letOut } from "./let-out";
import { takeCapacity } from "./cluster-capacity";
import { addPool } from "./pools-of-cluster";
import { groupIds } from "./pool-groups";
import { type PrivateNodePoolProps } from "./private-node-pool-props";
import { DEFAULT_PODS, readNodePool, SURGE } from "./read-node-pool";
import { type SecureOkeCluster } from "./secure-oke-cluster";
import { firstApply } from "../core/first-apply";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { ResourceConstruct } from "../core/resource-construct";
import { stemOf } from "../core/resource-name";
import { tagsOf } from "../core/tagging";
import { literalText } from "../core/terraform-text";
import { NetworkSecurityGroup, type INetworkSecurityGroup } from "../network/network-security-group";
import { type CoreNetworkSecurityGroup } from "../oci/core-network-security-group";
import { isOverlay, PodNetworkType } from "../network/pod-networking";
import {
  ContainerengineNodePool,
  type ContainerengineNodePoolNodeConfigDetailsNodePoolPodNetworkOptionDetails as PodNetworkDetails,
} from "../oci/containerengine-node-pool";
import { DataOciIdentityAvailabilityDomains } from "../oci/data-oci-identity-availability-domains";

/** A pool of worker nodes. */
export interface IPrivateNodePool extends IConstruct, ITerraformDependable {
  /** The OCID of the node pool. */
  readonly nodePoolId: string;
}

/**
 * A pool of worker nodes without public addresses.
 *
 * The image is pinned, traffic to volumes is encrypted, the old instance metadata endpoints are off, and nodes are
 * replaced one after the other when image or version change.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingnodepools.htm
 */
export class PrivateNodePool extends ResourceConstruct implements IPrivateNodePool {
  public readonly nodePoolId: string;

  /**
   * @throws COUNT_INVALID, VERSION_SKEW, VERSION_UNKNOWN, SUBNET_EXHAUSTED, SUBNET_PUBLIC, NSG_LIMIT, NSG_OTHER_VCN, EGRESS_INVALID, DURATION_INVALID, LABEL_INVALID, OCID_INVALID,
   * NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: PrivateNodePoolProps) {
    const { version, demand } = readNodePool(scope, id, props);
    super(scope, id);
    const { cluster, shape, image, bootVolumeSizeInGbs } = props;
    if (demand) takeCapacity(cluster, demand);
    checkRegionWhenWritten(this, "The image", image.imageId);
    addPool({ cluster, path: this.node.path, name: props.nodePoolName ?? id, labels: props.labels ?? {} });

    const ofEgress = this.egressGroups(props);
    const routing = (cluster as Partial<SecureOkeCluster>)._packetRouting;
    routing?.addNodeGroups([...ofEgress, ...(props.securityGroups ?? [])]);

    const pool = new ContainerengineNodePool(this, "Resource", {
      clusterId: cluster.clusterId,
      compartmentId: cluster.compartmentId,
      name: props.nodePoolName ?? id,
      kubernetesVersion: version.version,
      nodeShape: shape.name,
      nodeShapeConfig: shape.size,
      nodeSourceDetails: {
        sourceType: "IMAGE",
        imageId: image.imageId,
        bootVolumeSizeInGbs:
          bootVolumeSizeInGbs === undefined ? undefined : Tokenization.stringifyNumber(bootVolumeSizeInGbs),
      },
      nodeConfigDetails: {
        size: props.size,
        isPvEncryptionInTransitEnabled: true,
        nsgIds: groupIds(cluster.workersSecurityGroup, [...(props.securityGroups ?? []), ...ofEgress]),
        placementConfigs: this.placement(props),
        nodePoolPodNetworkOptionDetails: podNetworkOf(props, ofEgress),
        ...tagsOf(this, props),
      },
      primaryVnic: routing?.nodes && { securityAttributes: routing.nodes._onResource },
      // The old metadata endpoints need no header, so a request forged through a pod would get the node's identity.
      nodeMetadata: { areLegacyImdsEndpointsDisabled: "true" },
      nodePoolCyclingDetails: {
        isNodeCyclingEnabled: true,
        cycleModes: ["INSTANCE_REPLACE"],
        maximumSurge: String(SURGE),
        maximumUnavailable: "0",
      },
      nodeEvictionNodePoolSettings: {
        evictionGraceDuration: props.evictionGraceDuration ?? "PT60M",
        isForceDeleteAfterGraceDuration: false,
      },
      // Where the network is in another compartment, pods get no address before the cluster may give them one.
      dependsOn: before(this, cluster, [
        ...((cluster as Partial<SecureOkeCluster>)._podNetworkPolicies ?? []),
        ...(routing?.nodes ? routing.policies : []),
      ]),
      initialNodeLabels: Object.entries(props.labels ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
      ...tagsOf(this, props),
    });
    this.nodePoolId = pool.id;
  }

  /** A group of the nodes and the pods of this pool only, with the rules of its ways out; none where there are none. */
  private egressGroups(props: PrivateNodePoolProps): NetworkSecurityGroup[] {
    const { cluster, egress, freeformTags, definedTags } = props;
    if (!egress) return [];
    const { network } = cluster;
    const group = new NetworkSecurityGroup(this, "Egress", {
      compartmentId: network.compartmentId,
      vcnId: network.vcnId,
      displayName: `${stemOf(props.nodePoolName ?? literalText(this.node.id))}-egress`,
      freeformTags,
      definedTags,
    });
    // Taken away after the pool has let go of it.
    (group.node.defaultChild as CoreNetworkSecurityGroup).lifecycle = { createBeforeDestroy: true };
    for (const one of egress) {
      letOut(network, cluster.podNetworking, [group, group], one);
    }
    return [group];
  }

  private placement({
    cluster,
    availabilityDomains,
  }: PrivateNodePoolProps): { availabilityDomain: string; subnetId: string }[] | IResolvable {
    const { subnetId } = cluster.network.workersSubnet;
    if (Token.isUnresolved(availabilityDomains)) {
      const iterator = TerraformIterator.fromList(availabilityDomains as string[]);
      return iterator.dynamic({ availability_domain: iterator.value, subnet_id: subnetId });
    }
    if (availabilityDomains) {
      return [...new Set(availabilityDomains)]
        .sort()
        .map((availabilityDomain) => ({ availabilityDomain, subnetId }));
    }
    const domains = new DataOciIdentityAvailabilityDomains(this, "AvailabilityDomains", {
      compartmentId: cluster.compartmentId,
      dependsOn: [firstApply(this)],
    });
    const iterator = TerraformIterator.fromComplexList(domains.availabilityDomains, "name");
    return iterator.dynamic({ availability_domain: iterator.getString("name"), subnet_id: subnetId });
  }
}

/** Pods of an overlay have neither a subnet nor a group, and their number is OKE's. */
function podNetworkOf(
  { cluster, maxPodsPerNode, podSecurityGroups }: PrivateNodePoolProps,
  further: readonly INetworkSecurityGroup[],
): PodNetworkDetails {
  if (isOverlay(cluster.podNetworking)) return { cniType: PodNetworkType.FLANNEL_OVERLAY };
  return {
    cniType: PodNetworkType.VCN_NATIVE,
    maxPodsPerNode: maxPodsPerNode ?? DEFAULT_PODS,
    podSubnetIds: [cluster.network.podsSubnet.subnetId],
    podNsgIds: groupIds(cluster.podsSecurityGroup, [...(podSecurityGroups ?? []), ...further]),
  };
}
