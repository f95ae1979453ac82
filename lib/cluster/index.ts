export * from "./packet-routing";
export * from "./policy-engine";
export { type ISecureOkeCluster, type CloudManagedRulesOptions } from "./cluster-base";
export { type SecureOkeClusterProps } from "./cluster-props";
export { SecureOkeCluster } from "./cluster";
export {
  ControlPlaneLog,
  ControlPlaneLogging,
  type ControlPlaneLoggingOptions,
} from "./control-plane-logging";
export { ControlPlaneLogs, type ControlPlaneLogsProps } from "./control-plane-logs";
export { EndpointAccess } from "./endpoint-access";
export { type ClusterAttributes } from "./imported-cluster";
export { KubernetesVersion, type KubernetesVersionOptions } from "./kubernetes-version";
export { NativeIngressController, type NativeIngressControllerProps } from "./native-ingress-controller";
export { NodeImage, type NodeImageOptions } from "./node-image";
export { NodeRegistryAccess, type NodeRegistryAccessProps } from "./node-registry-access";
export { type FlexibleShapeSize, NodeShape } from "./node-shape";
export { type PrivateNodePoolProps } from "./private-node-pool-props";
export { type IPrivateNodePool, PrivateNodePool } from "./private-node-pool";
