import { type KnownEgress } from "./ways";
import { type Problems } from "../core/validation-error";

export function refuseHub(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "internetThroughHub is true, and a firewall in this VCN inspects the egress already, by inspectEgress",
    "Take one of the two: internetThroughHub for a firewall in a hub, inspectEgress for one in this VCN",
  );
}

/** @param isElsewhere whether gateways of others lead to the internet */
export function refuseNoNat(problems: Problems, isElsewhere: boolean): void {
  problems.add(
    "EGRESS_INVALID",
    "natGatewayAddress is asked for, and no NAT gateway is made here",
    isElsewhere
      ? "What leaves for the internet does so beyond the firewall, or the hub: ask their owner which address it has there"
      : "Call addEgress with a public destination first",
  );
}

export function refuseSecondDrg(problems: Problems, first: string): void {
  problems.add(
    "EGRESS_INVALID",
    `The network is attached to ${first} already, and OCI attaches a VCN to one only`,
    "Attach it once, with all ranges in onPremisesCidrs; further networks are attached to the DRG itself",
  );
}

export function refuseNoDrg(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "The inspection is for what goes to and comes from the DRG too, and the network is attached to none",
    "Call attachDrg, or leave onPremises out of inspectEgress",
  );
}

export function refusePods(problems: Problems): void {
  problems.add(
    "EGRESS_INVALID",
    "The network has no subnet of pods: with a flannel overlay they leave with the address of their node",
    "Give EgressSource.workers(cluster.workersSecurityGroup)",
  );
}

export function refuseDeadEnd(problems: Problems, { cidr }: KnownEgress): void {
  problems.add(
    "EGRESS_INVALID",
    `The destination ${cidr.text} is private, or holds private addresses, and no DRG or peering of the network leads there`,
    `Attach the DRG that does: network.attachDrg({ drgId, onPremisesCidrs: ["${cidr.text}"] }), or peer the VCN; a NAT gateway reaches public addresses only`,
  );
}
