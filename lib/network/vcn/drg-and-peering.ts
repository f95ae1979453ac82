import { type Exit } from "./private/network-routes";
import { type Cidr, overlaps } from "../../core/cidr";
import {
  choice,
  listOf,
  literalCidrs,
  type Reader,
  boolean,
  ocid,
  type PropsSchema,
  type Resolved,
  withDefault,
  matching,
  optional,
  readProps,
} from "../../core/readers";
import { type Problems } from "../../core/validation-error";
import { checkOutside, checkReachable } from "../egress/egress";
import { SubnetRole } from "./cluster-subnet";
import { shown } from "../../core/display-value";

/** The ranges behind a gateway, and the subnets that hosts behind it may connect to. */
interface KnownRanges {
  readonly cidrs: readonly Cidr[];
  readonly subnets: ReadonlySet<SubnetRole>;
}

/** Ranges with their gateway. */
export interface Behind extends KnownRanges {
  /** The name of the gateway in messages. */
  readonly what: string;
  /** The target of routes to the ranges. */
  readonly target: string;
  readonly exit: Exit;
  /** The reason for the return routes of the subnets. */
  readonly reason: string;
}

/** A range with its gateway, for messages. */
export interface RangeBehind extends Cidr {
  readonly what: string;
}

/** Reads the ranges behind a gateway; with an empty list, nothing would be routed to it. */
export function routedCidrs(): Reader<readonly Cidr[]> {
  const list = literalCidrs();
  return (problems, name, value) => {
    if (!Array.isArray(value) || value.length > 0) return list(problems, name, value);
    problems.add(
      "EGRESS_INVALID",
      `${name} is empty, so nothing would be routed to the gateway`,
      'Give at least one range that is behind it, for example ["10.60.0.0/16"]',
    );
    return undefined;
  };
}

/** Reads the subnets that get return routes. */
function subnetRoles(): Reader<SubnetRole[]> {
  return listOf(
    choice(
      SubnetRole,
      `some of ${Object.keys(SubnetRole)
        .map((role) => `SubnetRole.${role}`)
        .join(", ")}`,
    ),
    "a list, such as [SubnetRole.WORKERS]",
  );
}

/** Adds a problem for each range that no gateway can reach, or that overlaps the VCN. */
function checkRoutedCidrs(
  problems: Problems,
  name: string,
  cidrs: readonly Cidr[],
  vcn: readonly Cidr[],
): void {
  for (const cidr of cidrs) {
    checkReachable(problems, `One of ${name}`, cidr);
    for (const block of vcn) checkOutside(problems, `One of ${name}`, cidr, block);
  }
}

/** Adds a problem for each range that another gateway also routes: the narrower route would take precedence unnoticed. */
export function checkApart(
  problems: Problems,
  name: string,
  cidrs: readonly Cidr[],
  others: readonly Behind[],
): void {
  for (const cidr of cidrs) {
    for (const { what, cidrs: otherCidrs } of others) {
      const other = otherCidrs.find((candidate) => overlaps(candidate, cidr));
      if (!other) continue;
      problems.add(
        "EGRESS_INVALID",
        `One of ${name} is ${cidr.text}, which overlaps ${other.text} behind ${what}`,
        "Route each range to one gateway only",
      );
    }
  }
}

/** Adds a problem if the return routes include pods, but the network has no pods' subnet. */
export function checkPods(problems: Problems, { subnets }: KnownRanges, hasPods: boolean): void {
  if (hasPods || !subnets.has(SubnetRole.PODS)) return;
  problems.add(
    "EGRESS_INVALID",
    "subnets has SubnetRole.PODS, and the network has no pod subnet",
    "Use SubnetRole.WORKERS: in a flannel overlay, pods have the address of their node",
  );
}

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
type PartialAttachment = Omit<KnownAttachment, "drgId"> & { readonly drgId?: string };

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
interface LocalPeering {
  readonly peerGatewayId?: string;
  readonly ranges: KnownRanges;
}

/** The props of a remote peering, without the values that have problems. */
interface RemotePeering {
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
