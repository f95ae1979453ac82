export {
  ClusterSecurityGroups,
  type ClusterSecurityGroupsProps,
  FileStoragePorts,
} from "./cluster-security-groups";

export { NetworkAddressList, type NetworkAddressListProps } from "../waf/web-application-firewall-condition";
export {
  type INetworkPeer,
  type INetworkSecurityGroup,
  NetworkPeer,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
  type RuleEnd,
} from "./security-group";
export { NetworkSecurityGroup } from "./network-security-group";
export { SecurityAttribute, type SecurityAttributeProps } from "./security-attribute";
