import { Construct } from "constructs";
import { readAttachment, type DrgAttachmentProps, type KnownAttachment } from "./drg-attachment-props";
import { type Egress } from "./egress";
import { blockOf, checkOutside, isPrivate } from "./egress-destination";
import { checkEgress, type EgressSource } from "./egress-source";
import { NetworkSubnet } from "./network-subnet";
import { SubnetRoutes, type Route, type RoutedSubnet, type RoutedVcn } from "./subnet-routes";
import { contains, readCidrs, type Cidr } from "../core/cidr";
import { checkGiven } from "../core/required";
import { type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { CoreDrgAttachment } from "../oci/core-drg-attachment";
import { CoreNatGateway } from "../oci/core-nat-gateway";

interface WaysOutProps {
  readonly vcn: RoutedVcn;
  readonly vcnCidrs: readonly string[];
  readonly displayName: string;
  /** Those whose routes are made here; a subnet that was given keeps those of its owner. */
  readonly subnets: { readonly [name in NetworkSubnet]?: RoutedSubnet };
  /** Whether the network has no subnet of pods. */
  readonly withoutPods: boolean;
  /** A NAT gateway that the VCN has already. */
  readonly natGatewayId?: string;
  /** The DRG that the VCN is attached to already. */
  readonly attachment?: KnownAttachment;
  readonly tags: TaggingProps;
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
  private attachment?: KnownAttachment;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WaysOutProps,
  ) {
    super(scope, id);
    this.vcnRanges = props.vcnCidrs.map(known);
    this.attachment = props.attachment;
    this.node.addValidation({
      validate: () => {
        this.checkDeadEnds();
        return [];
      },
    });
    if (this.attachment) this.update();
  }

  /** The ranges behind the DRG. */
  public get onPremises(): readonly Cidr[] {
    return this.attachment?.cidrs ?? [];
  }

  /** Adds a way out, with its rule; nothing is done where something is wrong with it. */
  public add(source: EgressSource, egress: Egress): void {
    const problems = new Problems(this.node.scope ?? this);
    if (!checkEgress(problems, source, egress)) problems.throwIfAny();
    const { group, subnet } = source;
    const cidr = known(egress.cidr);
    if (subnet === NetworkSubnet.PODS && this.props.withoutPods) refusePods(problems);
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
    const attachment = readAttachment(problems, props, this.vcnRanges);
    if (this.attachment) {
      problems.add(
        "EGRESS_INVALID",
        `The network is attached to the DRG ${this.attachment.drgId} already, and OCI attaches a VCN to one only`,
        "Attach it once, with all ranges in onPremisesCidrs; further networks are attached to the DRG itself",
      );
    }
    problems.throwIfAny();
    this.attachment = attachment;
    const { vcn, displayName, tags } = this.props;
    const { id } = new CoreDrgAttachment(this, "DrgAttachment", {
      drgId: attachment.drgId,
      displayName: `${displayName}-drg`,
      networkDetails: { type: "VCN", id: vcn.id },
      ...tags,
    });
    this.update();
    return id;
  }

  /** Many blocks that are narrow one by one can be as good as every address. */
  private checkTogether(problems: Problems, cidr: Cidr): void {
    const all = this.asked.filter(({ egress }) => !egress.isAnywhere).map(({ cidr: { text } }) => text);
    readCidrs(problems, "The egress of the network", [...all, cidr.text]);
  }

  private update(): void {
    const onInternet = this.routed.filter((one) => this.wayOf(one) === "internet");
    // What was public can turn out to be behind the DRG.
    if (onInternet.length === 0) this.node.tryRemoveChild("NatGateway");
    for (const [name, subnet] of Object.entries(this.props.subnets) as [NetworkSubnet, RoutedSubnet][]) {
      const routes = this.routesOf(name);
      if (routes.length === 0) continue;
      const known = this.routes.get(name) ?? new SubnetRoutes(this, subnet, this.props);
      this.routes.set(name, known);
      known.put(routes);
    }
  }

  private routesOf(name: NetworkSubnet): Route[] {
    const { subnets, cidrs = [] } = this.attachment ?? {};
    const back = subnets?.has(name) ? cidrs : [];
    const out = this.asked.filter(({ subnet }) => subnet === name);
    return [
      ...back.map(({ text }) => ({ to: text, over: this.drgId, reason: "Networks behind the DRG" })),
      ...out.flatMap((one) => this.routesFor(one)),
    ];
  }

  /** Of a range that is wider than what is behind the DRG, that part must not leave through the NAT gateway. */
  private routesFor(one: KnownEgress): Route[] {
    const way = this.wayOf(one);
    if (way === "none") return [];
    const { reason } = one.egress;
    if (way === "drg") return [{ to: one.cidr.text, over: this.drgId, reason }];
    const behind = this.attachment?.cidrs.filter((inner) => contains(one.cidr, inner)) ?? [];
    return [
      { to: one.cidr.text, over: this.natGatewayId, reason },
      ...behind.map(({ text }) => ({ to: text, over: this.drgId, reason })),
    ];
  }

  private wayOf({ egress, cidr }: KnownEgress): "drg" | "internet" | "none" {
    if (this.attachment?.cidrs.some((outer) => contains(outer, cidr))) return "drg";
    return egress.isAnywhere || !isPrivate(cidr) ? "internet" : "none";
  }

  /** Taken from the attachment, so that a route is made after it. */
  private get drgId(): string {
    const made = this.node.tryFindChild("DrgAttachment") as CoreDrgAttachment | undefined;
    return made?.drgId ?? this.attachment?.drgId ?? "";
  }

  private get natGatewayId(): string {
    if (this.props.natGatewayId !== undefined) return this.props.natGatewayId;
    const made = this.node.tryFindChild("NatGateway") as CoreNatGateway | undefined;
    return (made ?? this.natGateway()).id;
  }

  private natGateway(): CoreNatGateway {
    const { vcn, displayName, tags } = this.props;
    return new CoreNatGateway(this, "NatGateway", {
      compartmentId: vcn.compartmentId,
      vcnId: vcn.id,
      displayName: `${displayName}-nat`,
      blockTraffic: false,
      // Taken away after the routes to it, which OCI asks for.
      lifecycle: { createBeforeDestroy: true },
      ...tags,
    });
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
        `The destination ${cidr.text} is private, or holds private addresses, and no DRG of the network leads there`,
        `Attach the DRG that does: network.attachDrg({ drgId, onPremisesCidrs: ["${cidr.text}"] }); a NAT gateway reaches public addresses only`,
      );
    }
    problems.throwIfAny();
  }
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
