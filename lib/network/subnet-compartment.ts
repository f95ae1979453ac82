import { type IClusterNetwork } from "./network";
import { type NetworkSubnet } from "./network-subnet";

/** A network whose subnets may lie in another compartment than its groups. */
export interface WithSubnetCompartments {
  /** @internal */
  _compartmentOf(part: NetworkSubnet): string;
}

/** The OCID of the compartment of a subnet of a network. */
export function compartmentOfSubnet(network: IClusterNetwork, part: NetworkSubnet): string {
  const compartmentOf = (network as Partial<WithSubnetCompartments>)._compartmentOf;
  return compartmentOf === undefined ? network.compartmentId : compartmentOf.call(network, part);
}
