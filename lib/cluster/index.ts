export * from "./access";
export * from "./add-ons";
export * from "./existing";
export * from "./packet-routing";
export * from "./policy-engine";
export { type ISecureOkeCluster, SecureOkeClusterBase } from "./cluster-base";
export { type SecureOkeClusterProps } from "./cluster-props";
export { SecureOkeCluster } from "./cluster";
export { CredentialRotation, type CredentialRotationOptions } from "./credential-rotation";
export {
  BlueGreenNodePools,
  type BlueGreenNodePoolsProps,
  NodePoolEdition,
  type NodePoolEditionOptions,
  PoolColor,
} from "./blue-green-node-pools";
export { BootVolumeKey, type BootVolumeKeyOptions } from "./boot-volume-key";
export { CloudInit } from "./cloud-init";
export {
  ControlPlaneLog,
  ControlPlaneLogging,
  type ControlPlaneLoggingOptions,
} from "./control-plane-logging";
export { ControlPlaneLogs, type ControlPlaneLogsProps } from "./control-plane-logs";
export { EndpointAccess } from "./endpoint-access";
export { type ClusterAttributes } from "./imported-cluster";
export { Karpenter, type KarpenterProps } from "./karpenter";
export { KubernetesVersion, type KubernetesVersionOptions } from "./kubernetes-version";
export { NativeIngressController, type NativeIngressControllerProps } from "./native-ingress-controller";
export { NodeCapacity, type PreemptibleCapacityOptions, type ReservedCapacityOptions } from "./node-capacity";
export { NodeCycling, type ReplaceBootVolumesOptions, type ReplaceInstancesOptions } from "./node-cycling";
export { NodeImageLock, type NodeImageLockOptions } from "./node-image-lock";
export { NodeImage, type NodeImageOptions } from "./node-image";
export { NodeRegistryAccess, type NodeRegistryAccessProps } from "./node-registry-access";
export { type FlexibleShapeSize, NodeShape } from "./node-shape";
export { NodeTaint } from "./node-taint";
export { SshAccess } from "./ssh-access";
export { type ClusterTakeOverOptions, TakeOver } from "./take-over";
export {
  VirtualNodeEndorsement,
  type VirtualNodeEndorsementProps,
  VirtualNodePool,
  type VirtualNodePoolProps,
} from "./virtual-node-pool";
export {
  type NodePoolAutoscale,
  type NodePoolProps,
  type PrivateNodePoolProps,
} from "./private-node-pool-props";
export { type IPrivateNodePool, PrivateNodePool } from "./private-node-pool";
export { HostScanning, type HostScanningProps } from "./host-scanning";
export { CisLevel, NodeScanning, type NodeScanningOptions, ScanDay } from "./node-scanning";
