export { ClusterSecurityGroups, type ClusterSecurityGroupsProps } from "./cluster-security-groups";
export { FileStoragePorts } from "./file-storage-ports";
export { NetworkAddressList, type NetworkAddressListProps } from "./network-address-list";
export { type INetworkPeer, NetworkPeer, type RuleEnd } from "./network-peer";
export { NetworkSecurityGroup } from "./network-security-group";
export { SecurityAttribute, type SecurityAttributeProps } from "./security-attribute";
export {
  type INetworkSecurityGroup,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
} from "./security-group";
