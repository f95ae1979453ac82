import { checkOutside, checkReachable, literalBlocks } from "./egress-destination";
import { NetworkSubnet } from "./network-subnet";
import { readCidrs, type Cidr } from "../core/cidr";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

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
   * The subnets that are reached from there, and so need the way back.
   *
   * Nodes and pods get a route to what an egress of theirs names, without being listed here.
   *
   * @default - those of the API endpoint and of the load balancers
   */
  readonly subnets?: NetworkSubnet[];
}

/** An attachment without anything wrong. */
export interface KnownAttachment {
  readonly drgId: string;
  readonly cidrs: readonly Cidr[];
  readonly subnets: ReadonlySet<NetworkSubnet>;
}

const DEFAULT_SUBNETS = [NetworkSubnet.API_ENDPOINT, NetworkSubnet.LOAD_BALANCERS];

/** Reads how a network is attached to a DRG; what is wrong with it goes into the problems. */
export function readAttachment(
  problems: Problems,
  props: DrgAttachmentProps,
  vcn: readonly Cidr[],
): KnownAttachment {
  const { drgId, onPremisesCidrs, subnets = DEFAULT_SUBNETS } = props;
  checkOcid(problems, "drgId", drgId, "drg");
  const texts = readCidrs(problems, "onPremisesCidrs", onPremisesCidrs);
  const cidrs = literalBlocks(problems, "onPremisesCidrs", texts);
  for (const cidr of cidrs) {
    checkReachable(problems, "One of onPremisesCidrs", cidr);
    for (const block of vcn) checkOutside(problems, "One of onPremisesCidrs", cidr, block);
  }
  checkSubnets(problems, subnets);
  return { drgId, cidrs, subnets: new Set(subnets) };
}

function checkSubnets(problems: Problems, subnets: readonly NetworkSubnet[]): void {
  const known: readonly unknown[] = Object.values(NetworkSubnet);
  const list: readonly unknown[] = Array.isArray(subnets) ? subnets : [subnets];
  for (const wrong of list.filter((name) => !known.includes(name))) {
    if (!checkGiven(problems, { subnets: wrong })) continue;
    problems.add(
      "EGRESS_INVALID",
      `subnets names ${shown(wrong)}, which is no subnet of the network`,
      `Name some of ${known.join(", ")}`,
    );
  }
}
