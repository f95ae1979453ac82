import { Token } from "cdktf";
import { type Construct } from "constructs";
import { FirewallRoutes } from "./firewall-routes";
import { type KnownEgress, Ways } from "./ways";
import { type Cidr, readCidrs, readIpv4CidrIfKnown } from "../../../core/cidr";
import { IpProtocol } from "../../../core/port";
import { checkRegionWhenWritten } from "../../../core/region-of-ocid";
import { checkGiven } from "../../../core/required";
import { ResourceConstruct } from "../../../core/resource-construct";
import { Problems } from "../../../core/validation-error";
import { type CoreDrgAttachment } from "../../../oci/core-drg-attachment";
import { type CoreNatGateway } from "../../../oci/core-nat-gateway";
import { checkGroupVcn } from "../../security-groups/network-security-group";
import {
  type DrgAttachmentProps,
  type KnownAttachment,
  readAttachment,
} from "../../vcn/drg-attachment-props";
import { SubnetRole } from "../../vcn/network-subnet";
import {
  checkPeeringId,
  type LocalPeeringProps,
  readLocalPeering,
  readRemotePeering,
  type RemotePeeringProps,
} from "../../vcn/peering-props";
import {
  drgAttachment,
  type GatewayProps,
  localPeeringGateway,
  natGateway,
  remotePeeringConnection,
} from "../../vcn/private/gateways";
import { checkSubnetsOfVcn, takeSubnetsOfVcn } from "../../vcn/private/read-existing-vcn";
import { type Behind, checkApart, checkPods, type RangeBehind } from "../../vcn/private/routed-ranges";
import { checkRuleCounts, type RoutedSubnet, SubnetRoutes } from "../../vcn/private/subnet-routes";
import { blockOf, checkEgress, checkOutside, type Egress, type EgressSource } from "../egress";
import {
  checkInspectable,
  type EgressInspectionProps,
  type InspectedNetwork,
  type KnownInspection,
  readInspection,
} from "../egress-inspection-props";

function refuseHub(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "internetThroughHub is true, and a firewall in this VCN inspects the egress already, by inspectEgress",
    "Take one of the two: internetThroughHub for a firewall in a hub, inspectEgress for one in this VCN",
  );
}

/** @param isElsewhere whether gateways of other owners route to the internet */
function refuseNoNat(problems: Problems, isElsewhere: boolean): void {
  problems.add(
    "EGRESS_INVALID",
    "natGatewayAddress is asked for, and no NAT gateway is made here",
    isElsewhere
      ? "What leaves for the internet does so beyond the firewall, or the hub: ask their owner which address it has there"
      : "Call addEgress with a public destination first",
  );
}

function refuseSecondDrg(problems: Problems, first: string): void {
  problems.add(
    "EGRESS_INVALID",
    `The network is attached to ${first} already, and OCI attaches a VCN to one only`,
    "Attach it once, with all ranges in onPremisesCidrs; further networks are attached to the DRG itself",
  );
}

function refuseNoDrg(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "The inspection is for what goes to and comes from the DRG too, and the network is attached to none",
    "Call attachDrg, or leave onPremises out of inspectEgress",
  );
}

function refusePods(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "The network has no subnet of pods: with a flannel overlay they leave with the address of their node",
    "Give EgressSource.workers(cluster.workerSecurityGroup)",
  );
}

function refuseDeadEnd(problems: Problems, { cidr }: KnownEgress): void {
  problems.add(
    "EGRESS_INVALID",
    `The destination ${cidr.text} is private, or holds private addresses, and no DRG or peering of the network leads there`,
    `Attach the DRG that does: network.attachDrg({ drgId, onPremisesCidrs: ["${cidr.text}"] }), or peer the VCN; a NAT gateway reaches public addresses only`,
  );
}

const DRG_ATTACHMENT = "DrgAttachment";

interface WaysOutProps extends GatewayProps {
  readonly vcnCidrs: readonly string[];
  /** The subnets whose routes are created here; existing subnets keep the routes of their owner. */
  readonly subnets: { readonly [name in SubnetRole]?: RoutedSubnet };
  /** Whether the network has no pods' subnet. */
  readonly withoutPods: boolean;
  /** The OCID of an existing NAT gateway of the VCN. */
  readonly natGatewayId?: string;
  /** The existing attachment of the VCN to a DRG. */
  readonly attachment?: KnownAttachment;
}

/** A DRG that the network is attached to. */
interface AttachedDrg {
  /** The name of the DRG in messages. */
  readonly what: string;
  /** The target of routes over the DRG. */
  readonly over: string;
}

/**
 * The egress of a network besides the region's services: none until it is requested.
 *
 * Everything is recalculated from all requests whenever one is added, so that their order does not matter.
 */
export class WaysOut extends ResourceConstruct {
  private readonly vcnRanges: readonly Cidr[];
  private readonly routes = new Map<SubnetRole, SubnetRoutes>();
  private readonly ways = new Ways();
  private throughHub = false;
  private drg?: AttachedDrg;
  private isAddressAsked = false;
  private inspection?: KnownInspection;
  private firewall?: FirewallRoutes;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WaysOutProps,
  ) {
    super(scope, id);
    this.vcnRanges = props.vcnCidrs.map(known);
    this.node.addValidation({
      validate: () => {
        this.checkAll();
        return [];
      },
    });
    if (props.attachment) this.attached(props.attachment, props.attachment.drgId);
  }

  /** The ranges that are routed to gateways other than those of the internet. */
  public get onPremises(): readonly RangeBehind[] {
    return this.ways.behind.flatMap(({ what, cidrs }) => cidrs.map((cidr) => ({ ...cidr, what })));
  }

  /** Adds an egress with its rule; does nothing if the egress has a problem. */
  public add(source: EgressSource, egress: Egress): void {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkEgress(problems, source, egress)) problems.throwIfAny();
    const { group, subnet } = source;
    const cidr = known(egress.cidr);
    if (subnet === SubnetRole.PODS && this.props.withoutPods) refusePods(problems);
    checkGroupVcn(problems, "The group", group, this.node.scope ?? this, this.props.vcn.id);
    if (!egress.isAnywhere) {
      for (const range of this.vcnRanges) checkOutside(problems, "The destination", cidr, range);
      this.checkTogether(problems, cidr);
    }
    problems.throwIfAny();
    group.allowTo(egress._peer, egress.port, { reason: egress.reason });
    this.ways.asked.push({ egress, cidr, subnet });
    this.update();
  }

  /** Whether a subnet has an egress on a TCP port. */
  public hasEgress(of: SubnetRole, number: number): boolean {
    return this.ways.asked.some(({ subnet, egress: { port } }) => {
      const { from = 1, to = from } = port;
      return subnet === of && port.protocol === IpProtocol.TCP && from <= number && number <= to;
    });
  }

  /** The address of the NAT gateway. */
  public get natGatewayAddress(): string {
    const gateway = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    if (gateway) {
      this.isAddressAsked = true;
      return gateway.natIp;
    }
    const problems = new Problems(this.node.scope ?? this);
    refuseNoNat(problems, this.isOutElsewhere);
    problems.throwIfAny();
    throw new Error("unreachable");
  }

  /** Whether internet egress is routed over gateways of other owners. */
  private get isOutElsewhere(): boolean {
    return this.throughHub || (this.inspection !== undefined && this.inspection.subnetId === undefined);
  }

  /** Attaches the network to a DRG; returns the OCID of the attachment. */
  public attach(props: DrgAttachmentProps): string {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkGiven(problems, { props })) problems.throwIfAny();
    const { drgId, ranges, throughHub } = readAttachment(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    if (throughHub && this.inspection) refuseHub(problems);
    if (!this.drg) checkApart(problems, "onPremisesCidrs", ranges.cidrs, this.ways.behind);
    else refuseSecondDrg(problems, this.drg.what);
    problems.throwIfAny();
    const attachment = drgAttachment(this, DRG_ATTACHMENT, this.props, drgId);
    // The attachment's own reference to the DRG, so that routes are created after the attachment.
    this.attached({ drgId, ranges, throughHub }, attachment.drgId);
    return attachment.id;
  }

  private attached({ drgId, ranges, throughHub }: KnownAttachment, over: string): void {
    this.throughHub = throughHub;
    checkRegionWhenWritten(this.node.scope ?? this, "drgId", drgId);
    const what = Token.isUnresolved(drgId) ? "the DRG" : `the DRG ${drgId}`;
    this.drg = { what, over };
    this.lead({ ...ranges, what, over, exit: "drg", reason: "Networks behind the DRG" });
  }

  /** Peers the network with another VCN of the region; returns the OCID of the gateway. */
  public peerLocally(id: string, props: LocalPeeringProps): string {
    const problems = this.problemsOf(id, props);
    const ranges = readLocalPeering(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    checkApart(problems, "peerCidrs", ranges.cidrs, this.ways.behind);
    problems.throwIfAny();
    checkRegionWhenWritten(this.node.scope ?? this, "peerGatewayId", props.peerGatewayId);
    const gateway = localPeeringGateway(this, peeringId(id), this.props, id, props.peerGatewayId);
    const reason = `The peered VCN ${id}`;
    this.lead({ ...ranges, what: `the peering ${id}`, over: gateway.id, exit: "peering", reason });
    return gateway.id;
  }

  /** Peers the network with another region over its DRG; returns the OCID of the connection. */
  public peerRemotely(id: string, props: RemotePeeringProps): string {
    const problems = this.problemsOf(id, props);
    const ranges = readRemotePeering(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    checkApart(problems, "peerCidrs", ranges.cidrs, this.ways.behind);
    const { drg } = this;
    if (!drg) {
      problems.add(
        "EGRESS_INVALID",
        "The network is attached to no DRG, which is what remote peering goes over",
        "Call attachDrg first",
      );
    }
    problems.throwIfAny();
    const over = drg?.over ?? "";
    const { peerConnectionId: peerId, peerRegionName } = props;
    const peer = { drgId: over, peerId, peerRegionName };
    const connection = remotePeeringConnection(this, peeringId(id), this.props, id, peer);
    const reason = `The peered network ${id}`;
    this.lead({ ...ranges, what: `the peering ${id}`, over, exit: "drg", reason });
    return connection.id;
  }

  /** Routes the egress through a firewall in the VCN. */
  public inspect(props: EgressInspectionProps, subnets: InspectedNetwork["subnets"]): void {
    const scope = this.node.scope ?? this;
    const problems = new Problems(scope);
    if (!checkGiven(problems, { props })) problems.throwIfAny();
    const inspection = readInspection(problems, props, { scope, vcnCidrs: this.vcnRanges, subnets });
    const routed = Object.values(this.props.subnets).filter((subnet) => subnet !== undefined);
    const network = {
      isInspected: this.inspection !== undefined,
      throughHub: this.throughHub,
      natGatewayId: this.props.natGatewayId,
      isAttachmentGiven: this.props.attachment !== undefined,
      routedCidrs: routed.map(({ resource }) => String(resource.cidrBlockInput)),
    };
    checkInspectable(problems, network, inspection);
    const text = props.firewallSubnet?.cidr;
    const cidr = text === undefined ? undefined : readIpv4CidrIfKnown(new Problems(scope), "cidr", text);
    if (cidr) checkSubnetsOfVcn(problems, scope, this.props.vcn.id, [cidr], "The firewall's subnet");
    problems.throwIfAny();
    const { [SubnetRole.WORKERS]: workers, [SubnetRole.PODS]: pods } = this.props.subnets;
    if (inspection.subnetId !== undefined && props.firewallSubnet)
      takeSubnetsOfVcn(scope, this.props.vcn.id, [props.firewallSubnet.cidr]);
    this.inspection = inspection;
    this.firewall = new FirewallRoutes(this, this.props, inspection, (workers ?? pods)?.routes ?? []);
    this.update();
  }

  private lead(behind: Behind): void {
    this.ways.behind.push(behind);
    this.update();
  }

  private problemsOf(id: string, props: unknown): Problems {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkGiven(problems, { id, props })) problems.throwIfAny();
    checkPeeringId(problems, id, (known) => this.node.tryFindChild(peeringId(known)) !== undefined);
    return problems;
  }

  /** Many narrow blocks together can be as wide as the internet. */
  private checkTogether(problems: Problems, cidr: Cidr): void {
    const all = this.ways.asked.filter(({ egress }) => !egress.isAnywhere).map(({ cidr: { text } }) => text);
    readCidrs(problems, "The egress of the network", [...all, cidr.text], {
      everyone: "Egress.toAnywhere(port, { reason })",
    });
  }

  private update(): void {
    const onInternet = this.routed.filter((one) => this.ways.wayOf(one) === "internet");
    // What was public can turn out to be behind a gateway that leads there.
    if (onInternet.length === 0 || !this.isByNat) this.node.tryRemoveChild("NatGateway");
    const all = (Object.entries(this.props.subnets) as [SubnetRole, RoutedSubnet | undefined][]).flatMap(
      ([name, subnet]) =>
        subnet ? [{ subnet, name, ways: this.ways.from(name, () => this.overForInternet) }] : [],
    );
    for (const { name, subnet, ways } of all) {
      if (ways.length === 0) continue;
      const known = this.routes.get(name) ?? new SubnetRoutes(this, subnet, this.props);
      this.routes.set(name, known);
      known.put(this.firewall?.detour(ways) ?? ways);
    }
    const nat = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    const drg = this.node.tryFindChild(DRG_ATTACHMENT) as CoreDrgAttachment | undefined;
    this.firewall?.put(all, { nat, drg });
  }

  /** Whether internet egress finally uses a NAT gateway, as far as it is created here. */
  private get isByNat(): boolean {
    return !this.throughHub && (!this.inspection || this.inspection.subnetId !== undefined);
  }

  private get overForInternet(): string {
    if (this.isByNat) return this.natGatewayId;
    // Beyond the firewall its owner decides.
    return (this.throughHub ? this.drg?.over : this.inspection?.privateIpId) ?? "";
  }

  private get natGatewayId(): string {
    if (this.props.natGatewayId !== undefined) return this.props.natGatewayId;
    const made = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    return (made ?? natGateway(this, "NatGateway", this.props)).id;
  }

  /** The egress of subnets whose routes are created here. */
  private get routed(): KnownEgress[] {
    return this.ways.asked.filter(({ subnet }) => this.props.subnets[subnet] !== undefined);
  }

  /** The checks that are possible only after everything has been declared. */
  private checkAll(): void {
    const problems = new Problems(this.node.scope ?? this);
    // A DRG that leads there can be attached later.
    for (const one of this.routed.filter((each) => this.ways.wayOf(each) === "none"))
      refuseDeadEnd(problems, one);
    if (this.inspection?.onPremises && !this.drg) refuseNoDrg(problems);
    // A firewall, a hub or a DRG that came after the address was read takes the gateway away.
    if (this.isAddressAsked && !this.node.tryFindChild("NatGateway"))
      refuseNoNat(problems, this.isOutElsewhere);
    checkRuleCounts(problems, this);
    problems.throwIfAny();
  }
}

function peeringId(id: string): string {
  return `Peering-${id}`;
}

/** A range that was checked before. */
function known(text: string): Cidr {
  return blockOf(text) as Cidr;
}
