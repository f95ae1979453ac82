import {
  type IResolvable,
  type ITerraformDependable,
  TerraformIterator,
  type TerraformResource,
  Token,
  Tokenization,
} from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { ClusterAutoscaler } from "./add-ons/cluster-autoscaler";
import { addAutoscaledPool } from "./add-ons/private/autoscaled-pools";
import { createdClusterOf } from "./cluster-base";
import { type KubernetesVersion } from "./kubernetes-version";
import { groupIds, type PrivateNodePoolProps } from "./private-node-pool-props";
import { letOut } from "./private/apply-egress";
import { grantRight } from "./private/further-rights";
import { before, together } from "./private/grants-first";
import { compareNodePoolVersion, conditionsOf, type VersionComparison } from "./private/offered-versions";
import { cyclingDetailsOf, placementFieldsOf, startDataOf } from "./private/pool-options";
import { takeCapacity } from "./private/pool-capacity";
import { bootVolumeKeyRight, capacityReservationRight } from "./private/pool-rights";
import { addPool, imageFindings } from "./private/pools-of-cluster";
import { notePool } from "./private/pull-warnings";
import { DEFAULT_PODS, readNodePool } from "./private/read-node-pool";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { firstApply } from "../core/first-apply";
import { findWhenWritten } from "../core/program-findings";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { ResourceConstruct } from "../core/resource-construct";
import { stemOf } from "../core/resource-name";
import { setTagOwner } from "../core/scope-tags";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { literalText } from "../core/terraform-text";
import { addWarning } from "../core/warnings";
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
import { type IdentityPolicy } from "../oci/identity-policy";
import { DataOciIdentityAvailabilityDomains } from "../oci/data-oci-identity-availability-domains";

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

  /**
   * @throws COUNT_INVALID, VERSION_SKEW, VERSION_UNKNOWN, VERSION_PREVIEW, NODE_IMAGE_UNFIT, SUBNET_EXHAUSTED, SUBNET_PUBLIC, NSG_LIMIT, NSG_OTHER_VCN, EGRESS_INVALID, DURATION_INVALID, LABEL_INVALID, OCID_INVALID,
   * NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: PrivateNodePoolProps) {
    const { version, demand, size, evictionMinutes } = readNodePool(scope, id, props);
    super(scope, id);
    const { cluster, shape, image, bootVolumeSizeInGbs } = props;
    if (demand) takeCapacity(cluster, demand);
    setTagOwner(this, cluster);
    checkRegionWhenWritten(this, "The image", image.imageId);
    const known = {
      ...{ cluster, path: this.node.path, name: props.nodePoolName ?? id, labels: props.labels ?? {} },
      ...{ image, version: version.version },
    };
    addPool(known);
    findWhenWritten(this, () => imageFindings(this, known));

    const ofEgress = this.egressGroups(props);
    const created = createdClusterOf(cluster);
    const routing = created?._packetRouting;
    routing?.addNodeGroups([...ofEgress, ...(props.securityGroups ?? [])]);
    routing?.addPodGroups([...ofEgress, ...(props.podSecurityGroups ?? [])]);

    const encryption = created?.encryption;
    const bootVolumesGrant = encryption?._grants?.bootVolumes;
    const userData = startDataOf(props, props.registryAccess?._credentialProvider);
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
        size: size as number,
        isPvEncryptionInTransitEnabled: true,
        kmsKeyId: props.bootVolumeKey?.keyId ?? encryption?.bootVolumesKeyId,
        nsgIds: groupIds(cluster.workerSecurityGroup, [...(props.securityGroups ?? []), ...ofEgress]),
        placementConfigs: this.placement(props),
        nodePoolPodNetworkOptionDetails: podNetworkOf(props, ofEgress),
        ...nodeTagsOf(this, props),
      },
      primaryVnic: routing?.nodes && { securityAttributes: routing.nodes._onResource },
      secondaryVnics: routing?.pods && [labelledVnic(props, ofEgress, routing.pods)],
      // The legacy metadata endpoints require no header, so a request forged through a pod would obtain the node's identity.
      nodeMetadata: { areLegacyImdsEndpointsDisabled: "true", ...(userData ? { user_data: userData } : {}) },
      sshPublicKey: props.ssh?.publicKey,
      nodePoolCyclingDetails: cyclingDetailsOf(props.cycling),
      nodeEvictionNodePoolSettings: {
        evictionGraceDuration: `PT${evictionMinutes}M`,
        isForceActionAfterGraceDuration: props.forcedEviction ? true : undefined,
        isForceDeleteAfterGraceDuration: props.forcedEviction !== undefined,
      },
      // If the network is in another compartment, pods get no addresses until the cluster is allowed to assign them.
      lifecycle: {
        ...conditionsOf(this.comparison(props, version)),
        ...(props.autoscale ? { ignoreChanges: ["node_config_details[0].size"] } : {}),
      },
      dependsOn: together(
        before(this, cluster, [
          ...(created?._podNetworkPolicies ?? []),
          ...(routing?.nodes || routing?.pods ? routing.policies : []),
        ]),
        props.registryAccess && before(this, props.registryAccess, props.registryAccess._policies),
        // The first node of a pool fails if block storage may not use the key of its boot volume.
        encryption && bootVolumesGrant && before(this, encryption, [bootVolumesGrant]),
        before(this, cluster, this.grants(props)),
      ),
      initialNodeLabels: Object.entries(props.labels ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
      ...tagsOf(this, props),
    });
    this.nodePoolId = pool.id;
    if (props.autoscale) {
      ClusterAutoscaler._for(this, cluster);
      addAutoscaledPool(cluster, { construct: this, nodePoolId: pool.id, ...props.autoscale });
    }
    this.acknowledge(props, pool);
    const { labels, registryAccess } = props;
    notePool(cluster, { path: this.node.path, labels, repositories: registryAccess?.repositories });
    // Warnings about the cluster's own version were reported by the cluster.
    if (props.kubernetesVersion) {
      version._acknowledge(pool);
      for (const warning of version._warnings()) addWarning(this, warning);
    }
  }

  /** The policies that OKE needs to launch a node. */
  private grants({ cluster, bootVolumeKey, capacity }: PrivateNodePoolProps): IdentityPolicy[] {
    const own = cluster.compartmentId;
    const all = [
      bootVolumeKey &&
        grantRight(cluster, bootVolumeKeyRight(bootVolumeKey.keyId, own), bootVolumeKey.compartmentId),
      capacity?.kind === "reserved"
        ? grantRight(cluster, capacityReservationRight(own), capacity.compartmentId)
        : undefined,
    ];
    return all.filter((one): one is IdentityPolicy => one !== undefined);
  }

  /** Records the settings that are less secure than the default, with their reasons. */
  private acknowledge(
    { ssh, cycling, forcedEviction }: PrivateNodePoolProps,
    pool: ContainerengineNodePool,
  ): void {
    if (ssh) Acknowledgements._record(pool, "exposure", "SSH to worker nodes", ssh.reason);
    if (cycling?.reason !== undefined) {
      Acknowledgements._record(
        pool,
        "patching",
        "nodes that stay as they are when their pool changes",
        cycling.reason,
      );
    }
    if (forcedEviction) {
      Acknowledgements._record(
        pool,
        "patching",
        "nodes that end before all pods have left",
        forcedEviction.reason,
      );
    }
  }

  /** Undefined if the nodes run a version that is known to be retired. */
  private comparison(
    { cluster, verifyKubernetesVersion = true }: PrivateNodePoolProps,
    version: KubernetesVersion,
  ): VersionComparison | undefined {
    if (!verifyKubernetesVersion || version.retiredReason !== undefined) return undefined;
    return compareNodePoolVersion(this, cluster.compartmentId, version, this.firstApply);
  }

  private get firstApply(): TerraformResource {
    return (this.node.tryFindChild("FirstApply") as TerraformResource | undefined) ?? firstApply(this);
  }

  /** A security group for the nodes and pods of this pool only, with the rules of its egress; empty without an egress. */
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
    // Deleted after the pool no longer uses it.
    (group.node.defaultChild as CoreNetworkSecurityGroup).lifecycle = { createBeforeDestroy: true };
    for (const one of egress) {
      letOut(network, cluster.podNetworking, [group, group], one);
    }
    return [group];
  }

  private placement(props: PrivateNodePoolProps): PlacementConfig[] | IResolvable {
    const { cluster, capacity } = props;
    const { subnetId } = cluster.network.workerSubnet;
    const reserved = capacity?.kind === "reserved" ? Object.keys(capacity.reservations) : undefined;
    const domains = props.availabilityDomains ?? reserved;
    if (domains && !Token.isUnresolved(domains)) {
      return [...new Set(domains)].sort().map((availabilityDomain) => ({
        availabilityDomain,
        subnetId,
        ...placementFieldsOf(props, availabilityDomain),
      }));
    }
    const { faultDomains, preemptibleNodeConfig } = placementFieldsOf(props);
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
      const given = TerraformIterator.fromList(domains);
      return given.dynamic({ availability_domain: given.value, ...content });
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
  { registryAccess: access, ...props }: PrivateNodePoolProps,
): TaggingProps {
  if (!access) return tagsOf(scope, props);
  const nodeTag = { [access.nodeTag]: access.nodeTagValue };
  return tagsOf(scope, { ...props, definedTags: { ...props.definedTags, ...nodeTag } });
}

/**
 * The VNIC for the pod addresses of a node; set only if it has a security attribute, as OKE creates it by itself otherwise.
 *
 * No tenancy has confirmed that it takes the pods' subnet, groups and number of addresses like OKE's own VNIC.
 */
function labelledVnic(
  { cluster, maxPodsPerNode = DEFAULT_PODS, podSecurityGroups }: PrivateNodePoolProps,
  further: readonly INetworkSecurityGroup[],
  label: SecurityAttribute,
): ContainerengineNodePoolSecondaryVnics {
  return {
    createVnicDetails: {
      subnetId: cluster.network.podSubnet.subnetId,
      nsgIds: groupIds(cluster.podSecurityGroup, [...(podSecurityGroups ?? []), ...further]),
      ipCount: maxPodsPerNode,
      assignPublicIp: false,
      securityAttributes: label._onResource,
    },
  };
}

/** Pods of an overlay have neither a subnet nor a security group, and OKE sets their number. */
function podNetworkOf(
  { cluster, maxPodsPerNode, podSecurityGroups }: PrivateNodePoolProps,
  further: readonly INetworkSecurityGroup[],
): PodNetworkDetails {
  if (isOverlay(cluster.podNetworking)) return { cniType: PodNetworkType.FLANNEL_OVERLAY };
  return {
    cniType: PodNetworkType.VCN_NATIVE,
    maxPodsPerNode: maxPodsPerNode ?? DEFAULT_PODS,
    podSubnetIds: [cluster.network.podSubnet.subnetId],
    podNsgIds: groupIds(cluster.podSecurityGroup, [...(podSecurityGroups ?? []), ...further]),
  };
}
