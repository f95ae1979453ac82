import { type DrgAttachmentProps } from "./drg-attachment-props";
import { type IRegionServices } from "./region-services";
import { type ClusterSubnet, type SubnetExposure } from "./subnet-exposure";
import { type SubnetPlan } from "./subnet-plan";
import { type TaggingProps } from "../../core/tagging";
import { type FlowLogging } from "../logs/flow-logging";

/** A VCN that exists already, and what of the cluster's network is made in it. */
export interface ExistingVcnNetworkProps extends TaggingProps {
  /** The OCID of the VCN; nothing of it is changed. */
  readonly vcnId: string;
  /** All address ranges of the VCN, as literals. */
  readonly vcnCidrs: string[];
  /** The OCID of the compartment of what is made here, security groups of clusters included. */
  readonly compartmentId: string;
  /**
   * The OCID of the compartment of the VCN.
   *
   * Clusters get the right to make the groups of their load balancers there.
   *
   * @default - the same as `compartmentId`
   */
  readonly vcnCompartmentId?: string;
  /**
   * The OCID of the compartment of the subnets that are given.
   *
   * Where it is not theirs, clusters get the right to addresses for pods there if the subnet of the pods is given, and the OCI
   * native ingress controller its rights to the network if that of the load balancers is.
   *
   * @default - that of the VCN
   */
  readonly subnetCompartmentId?: string;
  /**
   * The ranges of the subnets that are made: `vcnCidr` of the plan is the part of the VCN that is yours.
   *
   * @default - none; then all subnets must be given
   */
  readonly plan?: SubnetPlan;
  /**
   * Ranges of other subnets of the VCN, so that an overlap with them is found before OCI finds it.
   *
   * @default - none
   */
  readonly takenCidrs?: string[];
  /** A subnet of the API endpoint that exists already. @default - made, with the range of the plan */
  readonly apiEndpointSubnet?: ClusterSubnet;
  /** A subnet of the worker nodes that exists already; never public. @default - made, with the range of the plan */
  readonly workerSubnet?: ClusterSubnet;
  /** A subnet of the pods that exists already; never public. @default - made, with the range of the plan, if that has one */
  readonly podSubnet?: ClusterSubnet;
  /** A subnet of the load balancers that exists already. @default - made, with the range of the plan */
  readonly loadBalancerSubnet?: ClusterSubnet;
  /**
   * A public subnet of public load balancers that exists already; its exposure gives the reason.
   *
   * @default - made with the range of the plan, `SubnetPlan.of({ publicLoadBalancers: true })`, where `publicLoadBalancerExposure` is given
   */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /**
   * Whether the subnet of the API endpoint, made or given, has public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly apiEndpointExposure?: SubnetExposure;
  /**
   * Whether the subnet of the load balancers, made or given, has public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly loadBalancerExposure?: SubnetExposure;
  /**
   * Why public load balancers have a subnet of their own, made or given: `SubnetExposure.publicWith({ reason })`. Internal ones keep
   * the private subnet of the load balancers.
   *
   * @default - none: all load balancers are in one subnet
   */
  readonly publicLoadBalancerExposure?: SubnetExposure;
  /**
   * The OCID of the service gateway of the VCN: a VCN has one at most, and it must be for all services of the region.
   *
   * @default - made
   */
  readonly serviceGatewayId?: string;
  /**
   * The OCID of a NAT gateway of the VCN, for ways out to the internet.
   *
   * @default - made with the first such way out
   */
  readonly natGatewayId?: string;
  /**
   * The OCID of the internet gateway of the VCN, for public subnets: a VCN has one at most.
   *
   * @default - made where a public subnet is made
   */
  readonly internetGatewayId?: string;
  /**
   * The DRG that the VCN is attached to already, and the ranges behind it: subnets that are made get the routes.
   *
   * @default - no route to a DRG
   */
  readonly drg?: DrgAttachmentProps;
  /**
   * The region's services, where they are known beforehand: `RegionServices.of({ serviceId, cidrLabel })`.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * Whether subnets that are made get DNS labels; OCI takes them only in a VCN that has one itself.
   *
   * @default true
   */
  readonly dnsLabels?: boolean;
  /**
   * Whether the subnets that are made have flow logs; those that are given are their owner's.
   *
   * For given ones that their owner does not record, write `new FlowLogs(scope, id, { network })`. Give it only where a
   * subnet is made.
   *
   * @default FlowLogging.enabled()
   */
  readonly flowLogs?: FlowLogging;
  /**
   * The beginning of the names of what is made: 1 to 239 characters.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}
