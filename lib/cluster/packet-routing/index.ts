export { PacketRouting, type PacketRoutingOptions, type SecurityGroupRange } from "./packet-routing";
