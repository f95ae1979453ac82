import { TerraformIterator, type IResolvable } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "./cluster";
import { ClusterCapacity } from "./cluster-capacity";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeImage } from "./node-image";
import { type NodeShape } from "./node-shape";
import { firstApply } from "../core/first-apply";
import { checkLabels } from "../core/kubernetes-names";
import { checkOcid } from "../core/ocid";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { type INetworkSecurityGroup } from "../network/network-security-group";
import { ContainerengineNodePool } from "../oci/containerengine-node-pool";
import { DataOciIdentityAvailabilityDomains } from "../oci/data-oci-identity-availability-domains";

/** A pool of worker nodes. */
export interface IPrivateNodePool extends IConstruct {
  /** The OCID of the node pool. */
  readonly nodePoolId: string;
}

/** What a pool of worker nodes is made of. */
export interface PrivateNodePoolProps extends TaggingProps {
  /** The cluster that the nodes join. */
  readonly cluster: ISecureOkeCluster;
  /** The image that the nodes boot from. */
  readonly image: NodeImage;
  /** The shape of the nodes. */
  readonly shape: NodeShape;
  /** How many nodes, 0 to 1,000. */
  readonly size: number;
  /**
   * The version of the nodes: not newer than the cluster's and at most three minor versions older.
   *
   * @default - the version of the cluster
   */
  readonly kubernetesVersion?: KubernetesVersion;
  /**
   * The names of the availability domains to spread the nodes over, such as `["Uocm:EU-FRANKFURT-1-AD-1"]`.
   *
   * @default - all of the region, looked up by Terraform
   */
  readonly availabilityDomains?: string[];
  /**
   * The most pods of a node, 1 to 110; each takes an address of the pods' subnet.
   *
   * @default 31
   */
  readonly maxPodsPerNode?: number;
  /**
   * The size of the boot volume, 50 to 32,768 GB.
   *
   * @default - the size of the image
   */
  readonly bootVolumeSizeInGbs?: number;
  /**
   * How long pods may take to leave a node that is replaced, PT0M to PT60M.
   *
   * @default "PT60M"
   */
  readonly evictionGraceDuration?: string;
  /**
   * Kubernetes labels of the nodes.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };
  /**
   * Further groups of the nodes, at most four beside that of the cluster.
   *
   * @default - none
   */
  readonly securityGroups?: INetworkSecurityGroup[];
  /**
   * Further groups of the pods, at most four beside that of the cluster.
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

const MOST_GROUPS = 5;
const MOST_PODS = 110;
const DEFAULT_PODS = 31;
const SURGE = 1;

/**
 * A pool of worker nodes without public addresses.
 *
 * The image is pinned, traffic to volumes is encrypted, the old instance metadata endpoints are off, and nodes are
 * replaced one after the other when image or version change.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingnodepools.htm
 */
export class PrivateNodePool extends Construct implements IPrivateNodePool {
  public readonly nodePoolId: string;

  /** @throws COUNT_INVALID, VERSION_SKEW, SUBNET_EXHAUSTED, NSG_LIMIT, DURATION_INVALID, LABEL_INVALID, OCID_INVALID, TAG_INVALID */
  constructor(scope: Construct, id: string, props: PrivateNodePoolProps) {
    super(scope, id);
    const { cluster, shape, image } = props;
    const version = props.kubernetesVersion ?? cluster.kubernetesVersion;
    const pods = props.maxPodsPerNode ?? DEFAULT_PODS;
    const demand = { name: this.node.id, nodes: props.size, surge: SURGE, pods };
    this.check(props, version, demand);
    ClusterCapacity._of(cluster).add(demand);

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
        bootVolumeSizeInGbs: props.bootVolumeSizeInGbs?.toString(),
      },
      nodeConfigDetails: {
        size: props.size,
        isPvEncryptionInTransitEnabled: true,
        nsgIds: groupIds(cluster.workersSecurityGroup, props.securityGroups),
        placementConfigs: this.placement(props),
        nodePoolPodNetworkOptionDetails: {
          cniType: "OCI_VCN_IP_NATIVE",
          maxPodsPerNode: pods,
          podSubnetIds: [cluster.network.podsSubnet.subnetId],
          podNsgIds: groupIds(cluster.podsSecurityGroup, props.podSecurityGroups),
        },
        ...tagsOf(this, props),
      },
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
      initialNodeLabels: Object.entries(props.labels ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
      ...tagsOf(this, props),
    });
    this.nodePoolId = pool.id;
  }

  private placement(
    props: PrivateNodePoolProps,
  ): { availabilityDomain: string; subnetId: string }[] | IResolvable {
    const { subnetId } = props.cluster.network.workersSubnet;
    if (props.availabilityDomains) {
      return [...new Set(props.availabilityDomains)]
        .sort()
        .map((availabilityDomain) => ({ availabilityDomain, subnetId }));
    }
    const domains = new DataOciIdentityAvailabilityDomains(this, "AvailabilityDomains", {
      compartmentId: props.cluster.compartmentId,
      dependsOn: [firstApply(this)],
    });
    const iterator = TerraformIterator.fromComplexList(domains.availabilityDomains, "name");
    return iterator.dynamic({ availability_domain: iterator.getString("name"), subnet_id: subnetId });
  }

  private check(
    props: PrivateNodePoolProps,
    version: KubernetesVersion,
    demand: { name: string; nodes: number; surge: number; pods: number },
  ): void {
    const problems = new Problems(this);
    version._checkSkew(problems, props.cluster.kubernetesVersion);
    checkCount(problems, "size", props.size, 0, 1000);
    checkCount(problems, "maxPodsPerNode", demand.pods, 1, MOST_PODS);
    if (props.bootVolumeSizeInGbs !== undefined) {
      checkCount(problems, "bootVolumeSizeInGbs", props.bootVolumeSizeInGbs, 50, 32_768);
    }
    ClusterCapacity._of(props.cluster).check(problems, demand);
    checkGroups(problems, "nodes", props.securityGroups);
    checkGroups(problems, "pods", props.podSecurityGroups);
    if (props.availabilityDomains?.length === 0) {
      problems.add(
        "COUNT_INVALID",
        "availabilityDomains is empty",
        "Name at least one, or leave it out for all",
      );
    }
    checkGrace(problems, props.evictionGraceDuration);
    checkLabels(problems, "labels", props.labels);
    checkOcid(problems, "The image", props.image.imageId, "image");
    checkTags(problems, props);
    problems.throwIfAny();
  }
}

/** The groups, each once and in an order of their own. */
function groupIds(own: INetworkSecurityGroup, further: INetworkSecurityGroup[] = []): string[] {
  const others = [...new Set(further)].sort((a, b) => (a.node.path < b.node.path ? -1 : 1));
  return [own, ...others].map((group) => group.networkSecurityGroupId);
}

function checkGroups(problems: Problems, what: string, further: INetworkSecurityGroup[] = []): void {
  const groups = 1 + new Set(further).size;
  if (groups <= MOST_GROUPS) return;
  problems.add(
    "NSG_LIMIT",
    `The ${what} would have ${groups} groups`,
    `Give at most ${MOST_GROUPS - 1} further groups`,
  );
}

function checkCount(problems: Problems, name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  problems.add("COUNT_INVALID", `${name} is ${value}`, `Give a whole number from ${least} to ${most}`);
}

function checkGrace(problems: Problems, duration: string | undefined): void {
  if (duration === undefined) return;
  const minutes = /^PT(\d{1,2})M$/.exec(duration)?.[1];
  if (minutes !== undefined && Number(minutes) <= 60) return;
  problems.add(
    "DURATION_INVALID",
    `evictionGraceDuration is ${JSON.stringify(duration)}`,
    "Write minutes as PT0M to PT60M, for example PT30M",
  );
}
