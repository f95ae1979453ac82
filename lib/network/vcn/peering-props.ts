import { Token } from "cdktf";
import { type SubnetRole } from "./network-subnet";
import { type KnownRanges, readRanges } from "./private/routed-ranges";
import { type Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcidIfGiven } from "../../core/ocid";
import { type Problems } from "../../core/validation-error";

/** Props for peering a network with another VCN of its region. */
export interface LocalPeeringProps {
  /** The address ranges of the other VCN that are routed to the peering: IPv4 blocks no wider than a /8 and outside of this VCN. */
  readonly peerCidrs: string[];
  /**
   * The OCID of the other VCN's local peering gateway, to which this side connects.
   *
   * Exactly one of the two sides sets it and needs the IAM permission to connect; the other side waits.
   *
   * @default - the other side connects
   */
  readonly peerGatewayId?: string;
  /**
   * The subnets that hosts of the peer may connect to, and that therefore need return routes.
   *
   * Nodes and pods get routes to the ranges of their egress without being listed here.
   *
   * @default - none
   */
  readonly subnets?: SubnetRole[];
}

/** Props for peering a network with another region, over the DRG that it is attached to. */
export interface RemotePeeringProps {
  /** The address ranges of the other network that are routed to the peering: IPv4 blocks no wider than a /8 and outside of this VCN. */
  readonly peerCidrs: string[];
  /**
   * The OCID of the other DRG's remote peering connection, to which this side connects; requires `peerRegionName`.
   *
   * @default - the other side connects
   */
  readonly peerConnectionId?: string;
  /** The region of the other DRG, such as `eu-amsterdam-1`; requires `peerConnectionId`. @default - the other side connects */
  readonly peerRegionName?: string;
  /**
   * The subnets that hosts of the peer may connect to, and that therefore need return routes.
   *
   * Nodes and pods get routes to the ranges of their egress without being listed here.
   *
   * @default - none
   */
  readonly subnets?: SubnetRole[];
}

/** Reads the props of a local peering and adds their problems. */
export function readLocalPeering(
  problems: Problems,
  props: LocalPeeringProps,
  vcn: readonly Cidr[],
): KnownRanges {
  const { peerCidrs, peerGatewayId, subnets = [] } = props;
  checkOcidIfGiven(problems, "peerGatewayId", peerGatewayId, "localpeeringgateway");
  return readRanges(problems, "peerCidrs", peerCidrs, subnets, vcn);
}

/** Reads the props of a remote peering and adds their problems. */
export function readRemotePeering(
  problems: Problems,
  props: RemotePeeringProps,
  vcn: readonly Cidr[],
): KnownRanges {
  const { peerCidrs, peerConnectionId, peerRegionName, subnets = [] } = props;
  checkOcidIfGiven(problems, "peerConnectionId", peerConnectionId, "remotepeeringconnection");
  if ((peerConnectionId === undefined) !== (peerRegionName === undefined)) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `Of peerConnectionId and peerRegionName only one was given`,
      "Give both on the side that connects, and none on the other one",
    );
  }
  checkRegion(problems, peerRegionName);
  return readRanges(problems, "peerCidrs", peerCidrs, subnets, vcn);
}

function checkRegion(problems: Problems, name: unknown): void {
  if (name === undefined || Token.isUnresolved(name)) return;
  if (typeof name === "string" && /^[a-z]+(-[a-z]+)+-[0-9]+$/.test(name)) return;
  problems.add("NAME_INVALID", `peerRegionName is ${shown(name)}`, "Give it as eu-amsterdam-1");
}

/** Adds a problem if an id is not valid for a peering, or if another peering of the network has it. */
export function checkPeeringId(problems: Problems, id: unknown, isTaken: (id: string) => boolean): void {
  if (typeof id !== "string" || !/^[A-Za-z][A-Za-z0-9-]{0,14}$/.test(id)) {
    problems.add(
      "NAME_INVALID",
      `The id of the peering is ${shown(id)}`,
      "Begin with a letter and use up to 15 letters, digits and dashes",
    );
  } else if (isTaken(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `The network has a peering ${shown(id)} already`,
      "Give each an id of its own",
    );
  }
}
