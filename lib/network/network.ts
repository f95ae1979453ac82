import { type IConstruct } from "constructs";
import { type IRegionServices } from "./region-services";
import { type ClusterSubnet } from "./subnet";

/** The VCN and the subnets of a cluster, made here or imported. */
export interface IClusterNetwork extends IConstruct {
  /** The OCID of the compartment of the network. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The address range of the VCN. */
  readonly vcnCidr: string;
  /** The subnet of the API endpoint. */
  readonly apiEndpointSubnet: ClusterSubnet;
  /** The subnet of the worker nodes. */
  readonly workersSubnet: ClusterSubnet;
  /** The subnet of the pods. */
  readonly podsSubnet: ClusterSubnet;
  /** The subnet of the load balancers. */
  readonly loadBalancerSubnet: ClusterSubnet;
  /** The region's services, reached through the service gateway. */
  readonly regionServices: IRegionServices;
}
