import { type DrgAttachmentProps } from "./drg-attachment-props";
import { type IRegionServices } from "./region-services";
import { type ClusterSubnet, type SubnetExposure } from "./subnet-exposure";
import { type SubnetPlan } from "./subnet-plan";
import { type TaggingProps } from "../../core/tagging";
import { type FlowLogging } from "../logs/flow-logging";

/** Props for ExistingVcnNetwork. */
export interface ExistingVcnNetworkProps extends TaggingProps {
  /** The OCID of the VCN, which is not changed. */
  readonly vcnId: string;
  /** All address ranges of the VCN, as literals. */
  readonly vcnCidrs: string[];
  /** The OCID of the compartment for the created resources, including the security groups of clusters. */
  readonly compartmentId: string;
  /**
   * The OCID of the compartment of the VCN.
   *
   * Clusters are granted the right to create the security groups of their load balancers there.
   *
   * @default - the same as `compartmentId`
   */
  readonly vcnCompartmentId?: string;
  /**
   * The OCID of the compartment of the existing subnets.
   *
   * If it is not the cluster's compartment, clusters are granted the right to use addresses for pods there if the pods' subnet is given,
   * and the OCI native ingress controller its network rights if the load balancers' subnet is given.
   *
   * @default - the compartment of the VCN
   */
  readonly subnetCompartmentId?: string;
  /**
   * The ranges of the subnets to create: `vcnCidr` of the plan is your part of the VCN.
   *
   * @default - none; then all subnets must be given
   */
  readonly plan?: SubnetPlan;
  /**
   * The ranges of other subnets in the VCN, to detect an overlap before OCI does.
   *
   * @default - none
   */
  readonly takenCidrs?: string[];
  /** The existing subnet of the API endpoint. @default - created with the range of the plan */
  readonly apiEndpointSubnet?: ClusterSubnet;
  /** The existing subnet of the worker nodes; it must not be public. @default - created with the range of the plan */
  readonly workerSubnet?: ClusterSubnet;
  /** The existing subnet of the pods; it must not be public. @default - created with the range of the plan, if the plan has one */
  readonly podSubnet?: ClusterSubnet;
  /** The existing subnet of the load balancers. @default - created with the range of the plan */
  readonly loadBalancerSubnet?: ClusterSubnet;
  /**
   * The existing public subnet of public load balancers; `publicLoadBalancerExposure` gives the reason.
   *
   * @default - created with the range of the plan, `SubnetPlan.of({ publicLoadBalancers: true })`, if `publicLoadBalancerExposure` is set
   */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /**
   * Whether the API endpoint's subnet, created or existing, has public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly apiEndpointExposure?: SubnetExposure;
  /**
   * Whether the load balancers' subnet, created or existing, has public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly loadBalancerExposure?: SubnetExposure;
  /**
   * The reason for a separate subnet of public load balancers, created or existing: `SubnetExposure.publicWith({ reason })`. Internal
   * load balancers keep their private subnet.
   *
   * @default - none; all load balancers share one subnet
   */
  readonly publicLoadBalancerExposure?: SubnetExposure;
  /**
   * The OCID of the existing service gateway: a VCN has at most one, and it must serve all services of the region.
   *
   * @default - created
   */
  readonly serviceGatewayId?: string;
  /**
   * The OCID of an existing NAT gateway of the VCN, for egress to the internet.
   *
   * @default - created with the first egress to the internet
   */
  readonly natGatewayId?: string;
  /**
   * The OCID of the existing internet gateway, for public subnets: a VCN has at most one.
   *
   * @default - created if a public subnet is created
   */
  readonly internetGatewayId?: string;
  /**
   * The DRG that the VCN is already attached to, and the ranges behind it; created subnets get the routes.
   *
   * @default - no route to a DRG
   */
  readonly drg?: DrgAttachmentProps;
  /**
   * The region's services, if they are known in advance: `RegionServices.of({ serviceId, cidrLabel })`.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * Whether created subnets get DNS labels; OCI accepts them only in a VCN that has a DNS label.
   *
   * @default true
   */
  readonly dnsLabels?: boolean;
  /**
   * Whether the created subnets have flow logs; the owner of existing subnets decides about theirs.
   *
   * Use `new FlowLogs(scope, id, { network })` for existing subnets that their owner doesn't record. Set this only if a subnet is
   * created.
   *
   * @default FlowLogging.enabled()
   */
  readonly flowLogs?: FlowLogging;
  /**
   * The prefix of the names of created resources: 1 to 239 characters.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}
