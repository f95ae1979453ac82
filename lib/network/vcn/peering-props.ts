import { type SubnetRole } from "./subnet-role";
import { checkRoutedCidrs, type KnownRanges, routedCidrs, subnetRoles } from "./private/routed-ranges";
import { type Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { matching, ocid, optional, type PropsSchema, readProps, withDefault } from "../../core/readers";
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

const LOCAL_PEERING = {
  peerCidrs: routedCidrs(),
  peerGatewayId: optional(ocid("localpeeringgateway")),
  subnets: withDefault(subnetRoles(), []),
} satisfies PropsSchema<LocalPeeringProps>;

const REMOTE_PEERING = {
  peerCidrs: routedCidrs(),
  peerConnectionId: optional(ocid("remotepeeringconnection")),
  peerRegionName: optional(
    matching(/^[a-z]+(-[a-z]+)+-[0-9]+$/, 'Give the name of a region, such as "eu-amsterdam-1"', {
      references: true,
    }),
  ),
  subnets: withDefault(subnetRoles(), []),
} satisfies PropsSchema<RemotePeeringProps>;

/** The props of a local peering, without the values that have problems. */
export interface LocalPeering {
  readonly peerGatewayId?: string;
  readonly ranges: KnownRanges;
}

/** The props of a remote peering, without the values that have problems. */
export interface RemotePeering {
  readonly peerConnectionId?: string;
  readonly peerRegionName?: string;
  readonly ranges: KnownRanges;
}

/** Reads the props of a local peering and adds their problems. */
export function readLocalPeering(
  problems: Problems,
  props: LocalPeeringProps,
  vcn: readonly Cidr[],
): LocalPeering {
  const { peerCidrs, subnets, peerGatewayId } = readProps(problems, props, LOCAL_PEERING);
  return { peerGatewayId, ranges: rangesOf(problems, vcn, peerCidrs, subnets) };
}

/** Reads the props of a remote peering and adds their problems. */
export function readRemotePeering(
  problems: Problems,
  props: RemotePeeringProps,
  vcn: readonly Cidr[],
): RemotePeering {
  const { peerCidrs, subnets, ...peer } = readProps(problems, props, REMOTE_PEERING);
  const { peerConnectionId, peerRegionName }: Partial<RemotePeeringProps> = props ?? {};
  if ((peerConnectionId === undefined) !== (peerRegionName === undefined)) {
    const missing = peerConnectionId === undefined ? "peerConnectionId" : "peerRegionName";
    problems.add(
      "ATTRIBUTE_MISSING",
      `${missing} was not given, and peerConnectionId and peerRegionName are needed together`,
      "Give both on the side that connects, and neither on the other side",
    );
  }
  return { ...peer, ranges: rangesOf(problems, vcn, peerCidrs, subnets) };
}

function rangesOf(
  problems: Problems,
  vcn: readonly Cidr[],
  cidrs: readonly Cidr[] = [],
  subnets: readonly SubnetRole[] = [],
): KnownRanges {
  checkRoutedCidrs(problems, "peerCidrs", cidrs, vcn);
  return { cidrs, subnets: new Set(subnets) };
}

/** Adds a problem if an id is not valid for a peering, or if another peering of the network has it. */
export function checkPeeringId(problems: Problems, id: unknown, isTaken: (id: string) => boolean): void {
  if (typeof id !== "string" || !/^[A-Za-z][A-Za-z0-9-]{0,14}$/.test(id)) {
    problems.add(
      "NAME_INVALID",
      `id is ${shown(id)}, which is not valid for a peering`,
      "Begin with a letter and use up to 15 letters, digits and dashes",
    );
  } else if (isTaken(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `id is ${shown(id)}, as another peering of the network`,
      "Give each peering its own id",
    );
  }
}
