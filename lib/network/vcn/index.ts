export { type ClusterNetworkProps } from "./cluster-network-props";
export { ClusterNetwork } from "./cluster-network";
export { ClusterNetworkBase } from "./cluster-network-base";
export { ExistingVcnNetwork } from "./existing-vcn-network";
export { type DrgAttachmentProps } from "./drg-attachment-props";
export { type ExistingVcnNetworkProps } from "./existing-vcn-props";
export { type ClusterNetworkAttributes } from "./imported-network";
export { SubnetRole } from "./subnet-role";
export { type IClusterNetwork } from "./network";
export { OracleServices } from "./oracle-services";
export { type LocalPeeringProps, type RemotePeeringProps } from "./peering-props";
export { type FlannelOverlayProps, PodNetworkType, PodNetworking } from "./pod-networking";
export { type PodsToNodesAccess } from "./pods-to-nodes";
export { type IRegionServices, RegionServices, type RegionServicesAttributes } from "./region-services";
export { type ClusterSubnet, SubnetExposure } from "./subnet-exposure";

export { SubnetPlan, type SubnetPlanProps } from "./subnet-plan";
