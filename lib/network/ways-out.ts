import { Construct } from "constructs";
import { readAttachment, type DrgAttachmentProps, type KnownAttachment } from "./drg-attachment-props";
import { type Egress } from "./egress";
import { blockOf, checkOutside, isPrivate } from "./egress-destination";
import { checkEgress, type EgressSource } from "./egress-source";
import {
  drgAttachment,
  localPeeringGateway,
  natGateway,
  remotePeeringConnection,
  type GatewayProps,
} from "./gateways";
import { checkGroupVcn } from "./group-vcn";
import { NetworkSubnet } from "./network-subnet";
import {
  checkPeeringId,
  readLocalPeering,
  readRemotePeering,
  type LocalPeeringProps,
  type RemotePeeringProps,
} from "./peering-props";
import { checkApart, checkPods, type Behind } from "./routed-ranges";
import { SubnetRoutes, type Route, type RoutedSubnet } from "./subnet-routes";
import { contains, readCidrs, type Cidr } from "../core/cidr";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";
import { type CoreNatGateway } from "../oci/core-nat-gateway";

const DRG_ATTACHMENT = "DrgAttachment";

interface WaysOutProps extends GatewayProps {
  readonly vcnCidrs: readonly string[];
  /** Those whose routes are made here; a subnet that was given keeps those of its owner. */
  readonly subnets: { readonly [name in NetworkSubnet]?: RoutedSubnet };
  /** Whether the network has no subnet of pods. */
  readonly withoutPods: boolean;
  /** A NAT gateway that the VCN has already. */
  readonly natGatewayId?: string;
  /** The DRG that the VCN is attached to already. */
  readonly attachment?: KnownAttachment;
}

/** A DRG that the network is attached to. */
interface AttachedDrg {
  readonly id: string;
  /** What a route over it names. */
  readonly over: string;
}

interface KnownEgress {
  readonly egress: Egress;
  readonly cidr: Cidr;
  readonly subnet: NetworkSubnet;
}

/**
 * What leads out of a network beside the region's services: nothing at all until something is asked for.
 *
 * Everything is worked out again whenever something is added, from all that was asked for, so that the order does not matter.
 */
export class WaysOut extends Construct {
  private readonly vcnRanges: readonly Cidr[];
  private readonly routes = new Map<NetworkSubnet, SubnetRoutes>();
  private readonly asked: KnownEgress[] = [];
  private readonly behind: Behind[] = [];
  private throughHub = false;
  private drg?: AttachedDrg;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WaysOutProps,
  ) {
    super(scope, id);
    this.vcnRanges = props.vcnCidrs.map(known);
    this.node.addValidation({
      validate: () => {
        this.checkDeadEnds();
        return [];
      },
    });
    if (props.attachment) this.attached(props.attachment, props.attachment.drgId);
  }

  /** The ranges that other gateways than those of the internet lead to. */
  public get onPremises(): readonly Cidr[] {
    return this.behind.flatMap(({ cidrs }) => cidrs);
  }

  /** Adds a way out, with its rule; nothing is done where something is wrong with it. */
  public add(source: EgressSource, egress: Egress): void {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkEgress(problems, source, egress)) problems.throwIfAny();
    const { group, subnet } = source;
    const cidr = known(egress.cidr);
    if (subnet === NetworkSubnet.PODS && this.props.withoutPods) refusePods(problems);
    checkGroupVcn(problems, "The group", group, this.node.scope ?? this, this.props.vcn.id);
    if (!egress.isAnywhere) {
      for (const range of this.vcnRanges) checkOutside(problems, "The destination", cidr, range);
      this.checkTogether(problems, cidr);
    }
    problems.throwIfAny();
    group.allowTo(egress._peer, egress.port, { reason: egress.reason });
    this.asked.push({ egress, cidr, subnet });
    this.update();
  }

  /** The address of the NAT gateway. */
  public get natGatewayAddress(): string {
    const gateway = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    if (gateway) return gateway.natIp;
    const problems = new Problems(this.node.scope ?? this);
    problems.add(
      "EGRESS_INVALID",
      "There is no NAT gateway, and so no address of it: no egress leads to the internet",
      "Call addEgress with a public destination first",
    );
    problems.throwIfAny();
    throw new Error("unreachable");
  }

  /** Attaches the network to a DRG; answers the OCID of the attachment. */
  public attach(props: DrgAttachmentProps): string {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkGiven(problems, { props })) problems.throwIfAny();
    const { drgId, ranges, throughHub } = readAttachment(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    if (!this.drg) checkApart(problems, "onPremisesCidrs", ranges.cidrs, this.behind);
    else {
      problems.add(
        "EGRESS_INVALID",
        `The network is attached to the DRG ${this.drg.id} already, and OCI attaches a VCN to one only`,
        "Attach it once, with all ranges in onPremisesCidrs; further networks are attached to the DRG itself",
      );
    }
    problems.throwIfAny();
    const attachment = drgAttachment(this, DRG_ATTACHMENT, this.props, drgId);
    // Its own reference to the DRG, so that a route is made after it.
    this.attached({ drgId, ranges, throughHub }, attachment.drgId);
    return attachment.id;
  }

  private attached({ drgId, ranges, throughHub }: KnownAttachment, over: string): void {
    this.drg = { id: drgId, over };
    this.throughHub = throughHub;
    this.lead({ ...ranges, what: `the DRG ${drgId}`, over, reason: "Networks behind the DRG" });
  }

  /** Peers the network with another VCN of the region; answers the OCID of the gateway. */
  public peerLocally(id: string, props: LocalPeeringProps): string {
    const problems = this.problemsOf(id, props);
    const ranges = readLocalPeering(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    checkApart(problems, "peerCidrs", ranges.cidrs, this.behind);
    problems.throwIfAny();
    const gateway = localPeeringGateway(this, peeringId(id), this.props, id, props.peerGatewayId);
    this.lead({ ...ranges, what: `the peering ${id}`, over: gateway.id, reason: `The peered VCN ${id}` });
    return gateway.id;
  }

  /** Peers the network with one of another region over its DRG; answers the OCID of the connection. */
  public peerRemotely(id: string, props: RemotePeeringProps): string {
    const problems = this.problemsOf(id, props);
    const ranges = readRemotePeering(problems, props, this.vcnRanges);
    checkPods(problems, ranges, !this.props.withoutPods);
    checkApart(problems, "peerCidrs", ranges.cidrs, this.behind);
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
    this.lead({ ...ranges, what: `the peering ${id}`, over, reason: `The peered network ${id}` });
    return connection.id;
  }

  private lead(behind: Behind): void {
    this.behind.push(behind);
    this.update();
  }

  private problemsOf(id: string, props: unknown): Problems {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkGiven(problems, { id, props })) problems.throwIfAny();
    checkPeeringId(problems, id, (known) => this.node.tryFindChild(peeringId(known)) !== undefined);
    return problems;
  }

  /** Many blocks that are narrow one by one can be as good as every address. */
  private checkTogether(problems: Problems, cidr: Cidr): void {
    const all = this.asked.filter(({ egress }) => !egress.isAnywhere).map(({ cidr: { text } }) => text);
    readCidrs(problems, "The egress of the network", [...all, cidr.text]);
  }

  private update(): void {
    const onInternet = this.routed.filter((one) => this.wayOf(one) === "internet");
    // What was public can turn out to be behind a gateway that leads there.
    if (onInternet.length === 0 || this.throughHub) this.node.tryRemoveChild("NatGateway");
    for (const [name, subnet] of Object.entries(this.props.subnets) as [NetworkSubnet, RoutedSubnet][]) {
      const routes = this.routesOf(name);
      if (routes.length === 0) continue;
      const known = this.routes.get(name) ?? new SubnetRoutes(this, subnet, this.props);
      this.routes.set(name, known);
      known.put(routes);
    }
  }

  private routesOf(name: NetworkSubnet): Route[] {
    const back = this.behind.filter(({ subnets }) => subnets.has(name));
    const out = this.asked.filter(({ subnet }) => subnet === name);
    return [
      ...back.flatMap(({ cidrs, over, reason }) => cidrs.map(({ text }) => ({ to: text, over, reason }))),
      ...out.flatMap((one) => this.routesFor(one)),
    ];
  }

  /** Of a range that is wider than what is behind a gateway of ours, that part must not leave for the internet. */
  private routesFor(one: KnownEgress): Route[] {
    const way = this.wayOf(one);
    if (way === "none") return [];
    const { reason } = one.egress;
    const route = (over: string, { text: to }: Cidr) => ({ to, over, reason });
    if (way !== "internet") return [route(way.over, one.cidr)];
    const inner = this.behind.flatMap(({ over, cidrs }) =>
      cidrs.filter((cidr) => contains(one.cidr, cidr)).map((cidr) => route(over, cidr)),
    );
    const out = this.throughHub && this.drg ? this.drg.over : this.natGatewayId;
    return [route(out, one.cidr), ...inner];
  }

  private wayOf({ egress, cidr }: KnownEgress): Behind | "internet" | "none" {
    const behind = this.behind.find(({ cidrs }) => cidrs.some((outer) => contains(outer, cidr)));
    return behind ?? (egress.isAnywhere || !isPrivate(cidr) ? "internet" : "none");
  }

  private get natGatewayId(): string {
    if (this.props.natGatewayId !== undefined) return this.props.natGatewayId;
    const made = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    return (made ?? natGateway(this, "NatGateway", this.props)).id;
  }

  /** What was asked for of subnets whose routes are made here. */
  private get routed(): KnownEgress[] {
    return this.asked.filter(({ subnet }) => this.props.subnets[subnet] !== undefined);
  }

  /** Private destinations without a DRG that leads there; it can be attached later, so they are found at synthesis. */
  private checkDeadEnds(): void {
    const problems = new Problems(this.node.scope ?? this);
    for (const { cidr } of this.routed.filter((one) => this.wayOf(one) === "none")) {
      problems.add(
        "EGRESS_INVALID",
        `The destination ${cidr.text} is private, or holds private addresses, and no DRG or peering of the network leads there`,
        `Attach the DRG that does: network.attachDrg({ drgId, onPremisesCidrs: ["${cidr.text}"] }), or peer the VCN; a NAT gateway reaches public addresses only`,
      );
    }
    problems.throwIfAny();
  }
}

function peeringId(id: string): string {
  return `Peering-${id}`;
}

function refusePods(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "The network has no subnet of pods: with a flannel overlay they leave with the address of their node",
    "Give EgressSource.workers(cluster.workersSecurityGroup)",
  );
}

/** A range that was checked before. */
function known(text: string): Cidr {
  return blockOf(text) as Cidr;
}
