import { SubnetRole } from "./network-subnet";
import { type KnownRanges, readRanges } from "./private/routed-ranges";
import { type Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
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

const DEFAULT_SUBNETS = [SubnetRole.API_ENDPOINT, SubnetRole.LOAD_BALANCERS];

/** Reads the props of a DRG attachment and adds their problems. */
export function readAttachment(
  problems: Problems,
  props: DrgAttachmentProps,
  vcn: readonly Cidr[],
): KnownAttachment {
  const { drgId, onPremisesCidrs, subnets = DEFAULT_SUBNETS, internetThroughHub } = props;
  checkOcid(problems, "drgId", drgId, "drg");
  checkFlag(problems, internetThroughHub);
  const ranges = readRanges(problems, "onPremisesCidrs", onPremisesCidrs, subnets, vcn);
  return { drgId, ranges, throughHub: internetThroughHub === true };
}

/** Adds a problem if internet egress has two gateways, one of which would not be used. */
export function checkHubAndNat(
  problems: Problems,
  { throughHub }: KnownAttachment,
  natGatewayId: string | undefined,
): void {
  if (!throughHub || natGatewayId === undefined) return;
  problems.add(
    "EGRESS_INVALID",
    "natGatewayId was given, and drg.internetThroughHub sends what leaves for the internet over the DRG instead",
    "Leave one of the two out",
  );
}

function checkFlag(problems: Problems, flag: unknown): void {
  if (flag === undefined || typeof flag === "boolean") return;
  problems.add("VALUE_INVALID", `internetThroughHub is ${shown(flag)}`, "Write true or false");
}
