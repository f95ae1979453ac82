import { type ISecureOkeCluster } from "../cluster-base";
import { type SecureOkeClusterProps } from "../cluster-props";
import { type EndpointAccess } from "../endpoint-access";
import { HostScanning } from "../host-scanning";
import { NodeScanning } from "../node-scanning";
import { ClusterCredentials } from "./cluster-credentials";
import { Acknowledgements } from "../../core/acknowledgement";
import { type TaggingProps } from "../../core/tagging";
import { ClusterEncryption } from "../../encryption/cluster-encryption";
import { ClusterNetwork } from "../../network/vcn/cluster-network";
import { isOverlay } from "../../network/vcn/pod-networking";
import { SubnetExposure } from "../../network/vcn/subnet-exposure";
import { SubnetPlan } from "../../network/vcn/subnet-plan";
import { type ContainerengineCluster } from "../../oci/containerengine-cluster";

/** The tags from the props, for the parts of a cluster. */
export function tagsGiven({ freeformTags, definedTags }: TaggingProps): TaggingProps {
  return { freeformTags, definedTags };
}

/** The default network of a cluster. */
export function createNetwork(
  cluster: ISecureOkeCluster,
  name: string,
  props: SecureOkeClusterProps,
  access: EndpointAccess,
): ClusterNetwork {
  return new ClusterNetwork(cluster, "Network", {
    compartmentId: props.compartmentId,
    displayName: name,
    plan: isOverlay(props.podNetworking) ? SubnetPlan.withoutPods() : undefined,
    apiEndpointExposure: access.isPublic ? SubnetExposure.publicWith(access) : undefined,
    securityAttribute: props.packetRouting?.options.network,
    ...tagsGiven(props),
  });
}

/** The default encryption of a cluster. */
export function createEncryption(
  cluster: ISecureOkeCluster,
  name: string,
  props: SecureOkeClusterProps,
): ClusterEncryption {
  return new ClusterEncryption(cluster, "Encryption", {
    compartmentId: props.compartmentId,
    displayName: name,
    homeRegionProvider: props.homeRegionProvider,
    ...tagsGiven(props),
  });
}

/** Scans the nodes with the Vulnerability Scanning service, unless the program disables it with a reason. */
export function scanNodes(
  cluster: ISecureOkeCluster,
  displayName: string,
  props: SecureOkeClusterProps,
): void {
  const { isEnabled, options, reason = "" } = props.nodeScanning ?? NodeScanning.enabled();
  if (!isEnabled) return Acknowledgements._record(cluster, "patching", "nodes that are not scanned", reason);
  new HostScanning(cluster, "HostScanning", {
    ...options,
    ...tagsGiven(props),
    cluster,
    displayName,
    homeRegionProvider: props.homeRegionProvider,
  });
}

/** Rotates the credentials of a cluster by the epochs in the program. */
export function rotateCredentials(
  cluster: ISecureOkeCluster,
  resource: ContainerengineCluster,
  { credentialRotation: rotation }: SecureOkeClusterProps,
): void {
  if (!rotation) return;
  new ClusterCredentials(cluster, "CredentialRotation", {
    clusterId: cluster.clusterId,
    rotation,
    timeOfExpiry: resource.metadata.get(0).timeCredentialExpiration,
  });
}
