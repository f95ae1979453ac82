import { SubnetRole } from "./network-subnet";
import { type KnownRanges, readRanges } from "./private/routed-ranges";
import { type Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import { type Problems } from "../../core/validation-error";

/** How a network is attached to a dynamic routing gateway. */
export interface DrgAttachmentProps {
  /** The OCID of the DRG, which exists already. */
  readonly drgId: string;
  /**
   * The address ranges behind the DRG, such as those of offices: IPv4 blocks no wider than a /8 and outside of the VCN.
   *
   * Only these are routed to it.
   */
  readonly onPremisesCidrs: string[];
  /**
   * Whether what leaves for the internet goes over the DRG too, to a hub whose firewall inspects it and whose gateway lets it
   * out; no NAT gateway is made here then.
   *
   * The hub sends it on by the route table of its own attachment.
   *
   * @default false
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/scenario_g.htm
   */
  readonly internetThroughHub?: boolean;
  /**
   * The subnets that are reached from there, and so need the way back.
   *
   * Nodes and pods get a route to what an egress of theirs names, without being listed here.
   *
   * @default - those of the API endpoint and of the load balancers
   */
  readonly subnets?: SubnetRole[];
}

/** An attachment without anything wrong. */
export interface KnownAttachment {
  readonly drgId: string;
  readonly ranges: KnownRanges;
  /** Whether what leaves for the internet goes over the DRG. */
  readonly throughHub: boolean;
}

const DEFAULT_SUBNETS = [SubnetRole.API_ENDPOINT, SubnetRole.LOAD_BALANCERS];

/** Reads how a network is attached to a DRG; what is wrong with it goes into the problems. */
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

/** Adds a problem where two ways are given for what leaves for the internet, of which one would not be taken. */
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
