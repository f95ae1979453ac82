import { Token } from "cdktf";
import { type Construct } from "constructs";
import {
  FirewallRoutes,
  checkInspectable,
  type EgressInspectionProps,
  type InspectedNetwork,
  type KnownInspection,
  readInspection,
} from "../egress-inspection";
import { blockOf, checkEgress, checkOutside, type Egress, type EgressSource } from "../egress";
import { type KnownEgress, RequestedEgress } from "./requested-egress";
import { type Cidr, readCidrs } from "../../../core/cidr";
import { fail, Problems } from "../../../core/validation-error";
import { IpProtocol } from "../../../core/port";
import { readProps } from "../../../core/readers";
import { checkRegionWhenWritten } from "../../../core/regions";
import { ResourceConstruct } from "../../../core/resource-construct";
import { type CoreDrgAttachment } from "../../../oci/core-drg-attachment";
import { type CoreNatGateway } from "../../../oci/core-nat-gateway";
import { checkGroupVcn } from "../../security-groups/network-security-group";
import {
  DRG_ATTACHMENT,
  type DrgAttachmentProps,
  type KnownAttachment,
  readAttachment,
  checkPeeringId,
  type LocalPeeringProps,
  readLocalPeering,
  readRemotePeering,
  type RemotePeeringProps,
  type Behind,
  checkApart,
  checkPods,
  type RangeBehind,
} from "../../vcn/drg-and-peering";
import { SubnetRole, checkSubnetsOfVcn, takeSubnetsOfVcn } from "../../vcn/cluster-subnet";
import {
  drgAttachment,
  type GatewayProps,
  localPeeringGateway,
  natGateway,
  remotePeeringConnection,
  checkRuleCounts,
  type RoutedSubnet,
  SubnetRoutes,
} from "../../vcn/private/network-routes";

function refuseHub(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "internetThroughHub is true, and inspectEgress already routes egress through a firewall in this VCN",
    "Use one of the two: internetThroughHub for a firewall in a hub, inspectEgress for one in this VCN",
  );
}

/** @param isElsewhere whether gateways of other owners route to the internet */
function refuseNoNat(problems: Problems, isElsewhere: boolean): void {
  problems.add(
    "EGRESS_INVALID",
    "natGatewayAddress was read, and the network creates no NAT gateway",
    isElsewhere
      ? "Ask the owner of the firewall or the hub for the address: internet egress leaves from there"
      : "Call addEgress with a public destination first",
  );
}

function refuseSecondDrg(problems: Problems, first: string): void {
  problems.add(
    "EGRESS_INVALID",
    `The network is already attached to ${first}, and OCI attaches a VCN to one DRG only`,
    "Call attachDrg once, with all ranges in onPremisesCidrs; attach other networks to the DRG itself",
  );
}

function refuseNoDrg(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "onPremises is true, and the network is not attached to a DRG",
    "Call attachDrg, or leave onPremises out of inspectEgress",
  );
}

function refusePods(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "The network has no pod subnet: with a flannel overlay, egress of pods has the address of their node",
    "Use EgressSource.workers(cluster.workerSecurityGroup)",
  );
}

function refuseDeadEnd(problems: Problems, { cidr }: KnownEgress): void {
  problems.add(
    "EGRESS_INVALID",
    `The destination ${cidr.text} has private addresses, and no DRG or peering of the network routes to it`,
    `Attach the DRG: network.attachDrg({ drgId, onPremisesCidrs: ["${cidr.text}"] }), or peer the VCN; a NAT gateway reaches public addresses only`,
  );
}

const ATTACHMENT_ID = "DrgAttachment";

interface NetworkEgressProps extends GatewayProps {
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
  readonly target: string;
}

/**
 * The egress of a network besides the region's services: none until it is requested.
 *
 * Everything is recalculated from all requests whenever one is added, so that their order does not matter.
 */
export class NetworkEgress extends ResourceConstruct {
  private readonly vcnRanges: readonly Cidr[];
  private readonly routes = new Map<SubnetRole, SubnetRoutes>();
  private readonly requested = new RequestedEgress();
  private throughHub = false;
  private drg?: AttachedDrg;
  private isAddressUsed = false;
  private inspection?: KnownInspection;
  private firewall?: FirewallRoutes;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkEgressProps,
  ) {
    super(scope, id);
    this.vcnRanges = props.vcnCidrs.map(parsed);
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
    return this.requested.gateways.flatMap(({ what, cidrs }) => cidrs.map((cidr) => ({ ...cidr, what })));
  }

  /** Adds an egress with its rule; does nothing if the egress has a problem. */
  public add(source: EgressSource, egress: Egress): void {
    const problems = new Problems(this.node.scope ?? this);
    checkEgress(problems, source, egress);
    const { group, subnet } = source;
    const cidr = parsed(egress.cidr);
    if (subnet === SubnetRole.PODS && this.props.withoutPods) refusePods(problems);
    checkGroupVcn(problems, "The group", group, this.node.scope ?? this, this.props.vcn.id);
    if (!egress.isAnywhere) {
      for (const range of this.vcnRanges) checkOutside(problems, "The destination", cidr, range);
      this.checkTogether(problems, cidr);
    }
    problems.throwIfAny();
    group.allowTo(egress._peer, egress.port, { reason: egress.reason });
    this.requested.egress.push({ egress, cidr, subnet });
    this.update();
  }

  /** Whether a subnet has an egress on a TCP port. */
  public hasEgress(role: SubnetRole, number: number): boolean {
    return this.requested.egress.some(({ subnet, egress: { port } }) => {
      const { from = 1, to = from } = port;
      return subnet === role && port.protocol === IpProtocol.TCP && from <= number && number <= to;
    });
  }

  /** The address of the NAT gateway. */
  public get natGatewayAddress(): string {
    const gateway = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    if (gateway) {
      this.isAddressUsed = true;
      return gateway.natIp;
    }
    const problems = new Problems(this.node.scope ?? this);
    refuseNoNat(problems, this.isInternetElsewhere);
    return problems.throwAll();
  }

  /** Whether internet egress is routed over gateways of other owners. */
  private get isInternetElsewhere(): boolean {
    return this.throughHub || (this.inspection !== undefined && !this.inspection.firewallSubnet);
  }

  /** Attaches the network to a DRG; returns the OCID of the attachment. */
  public attach(props: DrgAttachmentProps): string {
    const problems = new Problems(this.node.scope ?? this);
    const read = readAttachment(problems, readProps(problems, props, DRG_ATTACHMENT), this.vcnRanges);
    const { ranges, throughHub } = read;
    checkPods(problems, ranges, !this.props.withoutPods);
    if (throughHub && this.inspection) refuseHub(problems);
    if (!this.drg) checkApart(problems, "onPremisesCidrs", ranges.cidrs, this.requested.gateways);
    else refuseSecondDrg(problems, this.drg.what);
    const attached = problems.resolved<KnownAttachment>(read);
    const attachment = drgAttachment(this, ATTACHMENT_ID, this.props, attached.drgId);
    // The attachment's own reference to the DRG, so that routes are created after the attachment.
    this.attached(attached, attachment.drgId);
    return attachment.id;
  }

  private attached({ drgId, ranges, throughHub }: KnownAttachment, target: string): void {
    this.throughHub = throughHub;
    checkRegionWhenWritten(this.node.scope ?? this, "drgId", drgId);
    const what = Token.isUnresolved(drgId) ? "the DRG" : `the DRG ${drgId}`;
    this.drg = { what, target };
    this.routeTo({ ...ranges, what, target, exit: "drg", reason: "Networks behind the DRG" });
  }

  /** Peers the network with another VCN of the region; returns the OCID of the gateway. */
  public peerLocally(id: string, props: LocalPeeringProps): string {
    const problems = this.problemsOf(id);
    const { ranges, peerGatewayId } = readLocalPeering(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    checkApart(problems, "peerCidrs", ranges.cidrs, this.requested.gateways);
    problems.throwIfAny();
    checkRegionWhenWritten(this.node.scope ?? this, "peerGatewayId", peerGatewayId);
    const gateway = localPeeringGateway(this, peeringId(id), this.props, id, peerGatewayId);
    const reason = `The peered VCN ${id}`;
    this.routeTo({ ...ranges, what: `the peering ${id}`, target: gateway.id, exit: "peering", reason });
    return gateway.id;
  }

  /** Peers the network with another region over its DRG; returns the OCID of the connection. */
  public peerRemotely(id: string, props: RemotePeeringProps): string {
    const problems = this.problemsOf(id);
    const { ranges, peerConnectionId, peerRegionName } = readRemotePeering(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    checkApart(problems, "peerCidrs", ranges.cidrs, this.requested.gateways);
    const { drg } = this;
    if (!drg) {
      problems.add(
        "EGRESS_INVALID",
        "The network is not attached to a DRG, and remote peering needs one",
        "Call attachDrg first",
      );
    }
    problems.throwIfAny();
    const target = drg?.target ?? "";
    const peer = { drgId: target, peerId: peerConnectionId, peerRegionName };
    const connection = remotePeeringConnection(this, peeringId(id), this.props, id, peer);
    const reason = `The peered network ${id}`;
    this.routeTo({ ...ranges, what: `the peering ${id}`, target, exit: "drg", reason });
    return connection.id;
  }

  /** Routes the egress through a firewall in the VCN. */
  public inspect(props: EgressInspectionProps, subnets: InspectedNetwork["subnets"]): void {
    const scope = this.node.scope ?? this;
    const problems = new Problems(scope);
    const read = readInspection(problems, props, { scope, vcnCidrs: this.vcnRanges, subnets });
    const routed = Object.values(this.props.subnets).filter((subnet) => subnet !== undefined);
    const network = {
      isInspected: this.inspection !== undefined,
      throughHub: this.throughHub,
      natGatewayId: this.props.natGatewayId,
      isAttachmentGiven: this.props.attachment !== undefined,
      routedCidrs: routed.map(({ resource }) => String(resource.cidrBlockInput)),
    };
    checkInspectable(problems, network, read);
    const blocks = read.firewallSubnet?.block ? [read.firewallSubnet.block] : [];
    checkSubnetsOfVcn(problems, scope, this.props.vcn.id, blocks, "firewallSubnet.cidr");
    const inspection = problems.resolved<KnownInspection>(read);
    const { [SubnetRole.WORKERS]: workers, [SubnetRole.PODS]: pods } = this.props.subnets;
    takeSubnetsOfVcn(scope, this.props.vcn.id, blocks);
    this.inspection = inspection;
    this.firewall = new FirewallRoutes(this, this.props, inspection, (workers ?? pods)?.routes ?? []);
    this.update();
  }

  private routeTo(gateway: Behind): void {
    this.requested.gateways.push(gateway);
    this.update();
  }

  private problemsOf(id: string): Problems {
    const problems = new Problems(this.node.scope ?? this);
    checkPeeringId(problems, id, () => this.node.tryFindChild(peeringId(id)) !== undefined);
    return problems;
  }

  /** Many narrow blocks together can be as wide as the internet. */
  private checkTogether(problems: Problems, cidr: Cidr): void {
    const all = this.requested.egress
      .filter(({ egress }) => !egress.isAnywhere)
      .map(({ cidr: { text } }) => text);
    readCidrs(problems, "The egress of the network", [...all, cidr.text], {
      everyone: "Egress.toAnywhere(port, { reason })",
    });
  }

  private update(): void {
    const onInternet = this.routed.filter((egress) => this.requested.gatewayFor(egress) === "internet");
    // A later DRG or peering can route a public destination too.
    if (onInternet.length === 0 || !this.isByNat) this.node.tryRemoveChild("NatGateway");
    const all = (Object.entries(this.props.subnets) as [SubnetRole, RoutedSubnet | undefined][]).flatMap(
      ([name, subnet]) =>
        subnet ? [{ subnet, name, routes: this.requested.routesFrom(name, () => this.internetTarget) }] : [],
    );
    for (const { name, subnet, routes } of all) {
      if (routes.length === 0) continue;
      const table = this.routes.get(name) ?? new SubnetRoutes(this, subnet, this.props);
      this.routes.set(name, table);
      table.put(this.firewall?.detour(routes) ?? routes);
    }
    const nat = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    const drg = this.node.tryFindChild(ATTACHMENT_ID) as CoreDrgAttachment | undefined;
    this.firewall?.put(all, { nat, drg });
  }

  /** Whether internet egress finally uses a NAT gateway, as far as it is created here. */
  private get isByNat(): boolean {
    return !this.throughHub && (!this.inspection || this.inspection.firewallSubnet !== undefined);
  }

  private get internetTarget(): string {
    if (this.isByNat) return this.natGatewayId;
    // Beyond the firewall its owner decides.
    return (this.throughHub ? this.drg?.target : this.inspection?.privateIpId) ?? "";
  }

  private get natGatewayId(): string {
    if (this.props.natGatewayId !== undefined) return this.props.natGatewayId;
    const created = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    return (created ?? natGateway(this, "NatGateway", this.props)).id;
  }

  /** The egress of subnets whose routes are created here. */
  private get routed(): KnownEgress[] {
    return this.requested.egress.filter(({ subnet }) => this.props.subnets[subnet] !== undefined);
  }

  /** The checks that are possible only after everything has been declared. */
  private checkAll(): void {
    const problems = new Problems(this.node.scope ?? this);
    // A DRG or a peering to the destination can be added later.
    for (const egress of this.routed.filter((each) => this.requested.gatewayFor(each) === "none"))
      refuseDeadEnd(problems, egress);
    if (this.inspection?.onPremises && !this.drg) refuseNoDrg(problems);
    // A firewall, a hub or a DRG that came after the address was read takes the gateway away.
    if (this.isAddressUsed && !this.node.tryFindChild("NatGateway"))
      refuseNoNat(problems, this.isInternetElsewhere);
    checkRuleCounts(problems, this);
    problems.throwIfAny();
  }
}

function peeringId(id: string): string {
  return `Peering-${id}`;
}

/** Parses a range that was validated before. */
function parsed(text: string): Cidr {
  return blockOf(text) ?? fail(`${text} was accepted as a range`);
}
