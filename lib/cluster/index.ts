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
export {
  BootVolumeKey,
  type BootVolumeKeyOptions,
  NodeCapacity,
  type PreemptibleCapacityOptions,
  type ReservedCapacityOptions,
  type FlexibleShapeSize,
  NodeShape,
} from "./node-compute";
export { CloudInit, NodeTaint, SshAccess } from "./node-setup";
export {
  ControlPlaneLog,
  ControlPlaneLogging,
  type ControlPlaneLoggingOptions,
  ControlPlaneLogs,
  type ControlPlaneLogsProps,
} from "./control-plane-logs";
export { EndpointAccess } from "./endpoint-access";
export { type ClusterAttributes } from "./imported-cluster";
export { Karpenter, type KarpenterProps } from "./karpenter";
export { KubernetesVersion, type KubernetesVersionOptions } from "./kubernetes-version";
export { NativeIngressController, type NativeIngressControllerProps } from "./native-ingress-controller";
export { NodeCycling, type ReplaceBootVolumesOptions, type ReplaceInstancesOptions } from "./node-cycling";
export { NodeImageLock, type NodeImageLockOptions, NodeImage, type NodeImageOptions } from "./node-image";
export { NodeRegistryAccess, type NodeRegistryAccessProps } from "./node-registry-access";
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
export {
  HostScanning,
  type HostScanningProps,
  CisLevel,
  NodeScanning,
  type NodeScanningOptions,
  ScanDay,
} from "./node-scanning";
