import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import { type Egress } from "./egress";
import { type EgressInspectionProps } from "./egress-inspection-props";
import { type EgressSource } from "./egress-source";
import { type IFlowLogs } from "./flow-logging";
import { type IRegionServices } from "./region-services";
import { type ClusterSubnet } from "./subnet";

/** The VCN and the subnets of a cluster, made here or imported. */
export interface IClusterNetwork extends IConstruct, ITerraformDependable {
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
  /**
   * The subnet of public load balancers, where they have one of their own; `loadBalancerSubnet` is that of the internal ones then.
   *
   * @default - public load balancers are in `loadBalancerSubnet` too
   */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /** The region's services, reached through the service gateway. */
  readonly regionServices: IRegionServices;
  /**
   * The flow logs of the subnets that the network makes, such as for `FlowLogArchive`.
   *
   * @throws ATTRIBUTE_MISSING where it makes none: it was imported, all subnets were given, or `FlowLogging.none` was
   */
  readonly flowLogs: IFlowLogs;

  /**
   * Lets nodes or pods out to addresses outside of the network: a rule of their group, and the route there.
   *
   * The first one to a public range makes the NAT gateway. The subnet that needs the route gets a route table of its own, in
   * place; all stay private. A private range needs `attachDrg` or `peerLocally`, before or after. An imported network gets the rule only: its
   * routes are its owner's.
   *
   * @throws EGRESS_INVALID, CIDR_TOO_WIDE, ATTRIBUTE_MISSING, and what INetworkSecurityGroup.allowTo refuses
   */
  addEgress(source: EgressSource, egress: Egress): void;

  /**
   * Sends what nodes and pods let out to the internet past a firewall in the same VCN, and the answers back past it.
   *
   * Routes name the private address of the firewall in the place of the NAT gateway, before or after `addEgress`; Oracle's
   * services of the region stay direct. The firewall, its policy and its groups are yours.
   *
   * OCI keeps a gateway's route table once it has one: to take the inspection away, replace the NAT gateway in the same apply
   * (`terraform apply -replace=…`), which changes its address; an attachment to a DRG likewise.
   *
   * @throws OCID_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, SUBNET_OUTSIDE_VCN, SUBNET_OVERLAP, SUBNET_PUBLIC, VALUE_INVALID,
   * ATTRIBUTE_MISSING; EGRESS_INVALID where the network was imported, is inspected already, leads over a hub, or has gateways of others
   * @see https://docs.oracle.com/iaas/Content/network-firewall/network-firewall-routing-traffic.htm
   */
  inspectEgress(props: EgressInspectionProps): void;
}
