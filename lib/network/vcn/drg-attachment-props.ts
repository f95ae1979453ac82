import { SubnetRole } from "./subnet-role";
import { checkRoutedCidrs, type KnownRanges, routedCidrs, subnetRoles } from "./private/routed-ranges";
import { type Cidr } from "../../core/cidr";
import { boolean, ocid, type PropsSchema, type Resolved, withDefault } from "../../core/readers";
import { type Problems } from "../../core/validation-error";

/** Props for attaching a network to a dynamic routing gateway. */
export interface DrgAttachmentProps {
  /** The OCID of the existing DRG. */
  readonly drgId: string;
  /**
   * The address ranges behind the DRG, such as those of offices: IPv4 blocks no wider than a /8 and outside of the VCN.
   *
   * No other ranges are routed to it.
   */
  readonly onPremisesCidrs: string[];
  /**
   * Whether internet egress is routed over the DRG too, to a hub whose firewall inspects it and whose gateway forwards it; no NAT gateway
   * is created then.
   *
   * The hub forwards the traffic by the route table of its own attachment.
   *
   * @default false
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/scenario_g.htm
   */
  readonly internetThroughHub?: boolean;
  /**
   * The subnets that hosts behind the DRG may connect to, and that therefore need return routes.
   *
   * Nodes and pods get routes to the ranges of their egress without being listed here.
   *
   * @default - the subnets of the API endpoint and of the load balancers
   */
  readonly subnets?: SubnetRole[];
}

/** A validated attachment. */
export interface KnownAttachment {
  readonly drgId: string;
  readonly ranges: KnownRanges;
  /** Whether internet egress is routed over the DRG. */
  readonly throughHub: boolean;
}

/** An attachment without the values that have problems. */
export type PartialAttachment = Omit<KnownAttachment, "drgId"> & { readonly drgId?: string };

/** The readers of the props of an attachment. */
export const DRG_ATTACHMENT = {
  drgId: ocid("drg"),
  internetThroughHub: withDefault(boolean(), false),
  onPremisesCidrs: routedCidrs(),
  subnets: withDefault(subnetRoles(), [SubnetRole.API_ENDPOINT, SubnetRole.LOAD_BALANCERS]),
} satisfies PropsSchema<DrgAttachmentProps>;

/** Completes the attachment of a network whose VCN has these ranges. */
export function readAttachment(
  problems: Problems,
  read: Partial<Resolved<typeof DRG_ATTACHMENT>>,
  vcn: readonly Cidr[],
  at = "onPremisesCidrs",
): PartialAttachment {
  const { drgId, onPremisesCidrs: cidrs = [], subnets, internetThroughHub: throughHub = false } = read;
  checkRoutedCidrs(problems, at, cidrs, vcn);
  return { drgId, ranges: { cidrs, subnets: new Set(subnets) }, throughHub };
}

/** Adds a problem if internet egress has two gateways, one of which would not be used. */
export function checkHubAndNat(
  problems: Problems,
  { throughHub }: PartialAttachment,
  natGatewayId: string | undefined,
): void {
  if (!throughHub || natGatewayId === undefined) return;
  problems.add(
    "EGRESS_INVALID",
    "natGatewayId was given, and drg.internetThroughHub routes internet egress over the DRG instead",
    "Leave one of the two out",
  );
}
