import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import { type IClusterNetwork } from "./network";
import { type INetworkSecurityGroup } from "./network-security-group";

/** What a bastion leads to: a cluster, as far as its API endpoint goes. */
export interface IBastionTarget extends IConstruct, ITerraformDependable {
  /** The VCN and the subnets that the cluster lives in. */
  readonly network: IClusterNetwork;
  /** The group of the API endpoint. */
  readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  /** The private address and the port of the Kubernetes API, such as `10.0.0.5:6443`, or a reference to it. */
  readonly privateEndpoint: string;
}
