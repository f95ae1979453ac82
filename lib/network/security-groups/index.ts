export { ClusterSecurityGroups, type ClusterSecurityGroupsProps } from "./cluster-security-groups";
export { NetworkSecurityGroup } from "./network-security-group";
export { SecurityAttribute, type SecurityAttributeProps } from "./security-attribute";
export {
  type INetworkPeer,
  type INetworkSecurityGroup,
  NetworkPeer,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
  type RuleEnd,
} from "./security-group";
