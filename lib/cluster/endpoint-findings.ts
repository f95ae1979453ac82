import { type IConstruct } from "constructs";
import { type EndpointAccess } from "./endpoint-access";
import { contains, type Cidr } from "../core/cidr";
import { type ProgramFinding } from "../core/program-findings";
import { type ClusterNetwork } from "../network/cluster-network";
import { blockOf, knownBlock } from "../network/egress-destination";
import { type IClusterNetwork } from "../network/network";
import { CoreDrgAttachment } from "../oci/core-drg-attachment";
import { CoreLocalPeeringGateway } from "../oci/core-local-peering-gateway";

/** Ranges that a private endpoint lets in, from which no route of the program leads to it. */
export function endpointFindings(
  cluster: { readonly network: IClusterNetwork } & IConstruct,
  access: EndpointAccess,
): ProgramFinding[] {
  const { network } = cluster;
  const routed = (network as Partial<ClusterNetwork>)._onPremises;
  // Of a network that was given, its owner knows the routes; so it is with gateways that the program makes by itself.
  if (access.isPublic || routed === undefined) return [];
  const vcn = knownBlock(network, () => network.vcnCidr);
  const reached = [...(vcn ? [vcn] : []), ...routed];
  const unreached = access.cidrs.filter((cidr) => {
    const block = blockOf(cidr);
    return vcn !== undefined && block !== undefined && !reached.some((one) => meet(one, block));
  });
  if (unreached.length === 0 || hasOwnGateway(cluster)) return [];
  return [
    {
      id: "endpoint-unreachable",
      construct: cluster,
      what: `nobody of ${unreached.join(", ")} reaches the private API endpoint: no DRG or peering of the network leads there`,
      why: "The rule lets these addresses in, but the answers of the endpoint have no route back to them.",
      fix: "Call network.attachDrg({ drgId, onPremisesCidrs }) or network.peerLocally(id, { peerCidrs }); without such a network use a Bastion",
    },
  ];
}

function meet(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/** Whether the program makes a gateway itself; where those of a network lead, `_onPremises` of the network says. */
function hasOwnGateway({ node }: IConstruct): boolean {
  return node.root.node
    .findAll()
    .some(
      (one) =>
        (one instanceof CoreDrgAttachment || one instanceof CoreLocalPeeringGateway) && !isOfNetwork(one),
    );
}

function isOfNetwork(gateway: IConstruct): boolean {
  return gateway.node.scopes.some((scope) => "_onPremises" in scope);
}
