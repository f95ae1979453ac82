import { ClusterCredentials, CREDENTIAL_ROTATION, type CredentialRotation } from "../credential-rotation";
import { type ResolvedCluster } from "./read-cluster";
import { tagsGiven } from "./cluster-readers";
import { Acknowledgements } from "../../core/acknowledgement";
import { ClusterEncryption } from "../../encryption/cluster-encryption";
import { ClusterNetwork } from "../../network/vcn/cluster-network";
import { isOverlay } from "../../network/vcn/pod-networking";
import { SubnetExposure } from "../../network/vcn/cluster-subnet";
import { SubnetPlan } from "../../network/vcn/subnet-plan";
import { type ContainerengineCluster } from "../../oci/containerengine-cluster";
import { type ISecureOkeCluster } from "../cluster-base";
import { HostScanning } from "../node-scanning";

/** The default network of a cluster. */
export function createNetwork(
  cluster: ISecureOkeCluster,
  name: string,
  read: ResolvedCluster,
): ClusterNetwork {
  const { compartmentId, podNetworking, endpointAccess, packetRouting } = read;
  return new ClusterNetwork(cluster, "Network", {
    compartmentId,
    displayName: name,
    plan: isOverlay(podNetworking) ? SubnetPlan.withoutPods() : undefined,
    apiEndpointExposure: endpointAccess.isPublic ? SubnetExposure.publicWith(endpointAccess) : undefined,
    securityAttribute: packetRouting?.options.network,
    ...tagsGiven(read),
  });
}

/** The default encryption of a cluster. */
export function createEncryption(
  cluster: ISecureOkeCluster,
  name: string,
  read: ResolvedCluster,
): ClusterEncryption {
  const { compartmentId, homeRegionProvider } = read;
  return new ClusterEncryption(cluster, "Encryption", {
    compartmentId,
    displayName: name,
    homeRegionProvider,
    ...tagsGiven(read),
  });
}

/** Scans the nodes with the Vulnerability Scanning service, unless the program disables it with a reason. */
export function scanNodes(cluster: ISecureOkeCluster, name: string, read: ResolvedCluster): void {
  const { isEnabled, options, reason = "" } = read.nodeScanning;
  if (!isEnabled) return Acknowledgements._record(cluster, "patching", "nodes that are not scanned", reason);
  new HostScanning(cluster, "HostScanning", {
    ...options,
    ...tagsGiven(read),
    cluster,
    displayName: name,
    homeRegionProvider: read.homeRegionProvider,
  });
}

/** Rotates the credentials of a cluster by the epochs in the program. */
export function rotateCredentials(
  cluster: ISecureOkeCluster,
  resource: ContainerengineCluster,
  rotation: CredentialRotation | undefined,
): void {
  if (!rotation) return;
  new ClusterCredentials(cluster, CREDENTIAL_ROTATION, {
    clusterId: cluster.clusterId,
    rotation,
    timeOfExpiry: resource.metadata.get(0).timeCredentialExpiration,
  });
}
