export { ClusterNetwork } from "./cluster-network";
export { type ClusterNetworkProps } from "./cluster-network-props";
export { type ClusterSubnet, SubnetExposure, SubnetRole } from "./cluster-subnet";
export { type DrgAttachmentProps, type LocalPeeringProps, type RemotePeeringProps } from "./drg-and-peering";
export { ExistingVcnNetwork } from "./existing-vcn-network";
export { type ExistingVcnNetworkProps } from "./existing-vcn-props";
export { type ClusterNetworkAttributes } from "./imported-network";
export { ClusterNetworkBase, type IClusterNetwork } from "./network";
export { FileStoragePorts, OracleServices } from "./oracle-services";
export {
  type FlannelOverlayProps,
  PodNetworking,
  PodNetworkType,
  type PodsToNodesAccess,
} from "./pod-networking";
export { type IRegionServices, RegionServices, type RegionServicesAttributes } from "./region-services";
export { SubnetPlan, type SubnetPlanProps } from "./subnet-plan";
