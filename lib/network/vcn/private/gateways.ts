import { type Construct } from "constructs";
import { type RoutedVcn } from "./subnet-routes";
import { type TaggingProps } from "../../../core/tagging";
import { CoreDrgAttachment } from "../../../oci/core-drg-attachment";
import { CoreLocalPeeringGateway } from "../../../oci/core-local-peering-gateway";
import { CoreNatGateway } from "../../../oci/core-nat-gateway";
import { CoreRemotePeeringConnection } from "../../../oci/core-remote-peering-connection";

/** Common props of the gateways of a network. */
export interface GatewayProps {
  readonly vcn: RoutedVcn;
  readonly displayName: string;
  readonly tags: TaggingProps;
}

// Deleted after the routes to it, as OCI requires.
const AFTER_ITS_ROUTES = { createBeforeDestroy: true };

export function natGateway(scope: Construct, id: string, props: GatewayProps): CoreNatGateway {
  const { vcn, displayName, tags } = props;
  return new CoreNatGateway(scope, id, {
    compartmentId: vcn.compartmentId,
    vcnId: vcn.id,
    displayName: `${displayName}-nat`,
    blockTraffic: false,
    lifecycle: AFTER_ITS_ROUTES,
    ...tags,
  });
}

export function drgAttachment(
  scope: Construct,
  id: string,
  { vcn, displayName, tags }: GatewayProps,
  drgId: string,
): CoreDrgAttachment {
  return new CoreDrgAttachment(scope, id, {
    drgId,
    displayName: `${displayName}-drg`,
    networkDetails: { type: "VCN", id: vcn.id },
    ...tags,
  });
}

/**
 * @param name the suffix of the display name
 */
export function localPeeringGateway(
  scope: Construct,
  id: string,
  { vcn, displayName, tags }: GatewayProps,
  name: string,
  peerId: string | undefined,
): CoreLocalPeeringGateway {
  return new CoreLocalPeeringGateway(scope, id, {
    compartmentId: vcn.compartmentId,
    vcnId: vcn.id,
    displayName: `${displayName}-${name}`,
    peerId,
    lifecycle: AFTER_ITS_ROUTES,
    ...tags,
  });
}

/**
 * @param name the suffix of the display name
 */
export function remotePeeringConnection(
  scope: Construct,
  id: string,
  { vcn, displayName, tags }: GatewayProps,
  name: string,
  peer: { readonly drgId: string; readonly peerId?: string; readonly peerRegionName?: string },
): CoreRemotePeeringConnection {
  return new CoreRemotePeeringConnection(scope, id, {
    compartmentId: vcn.compartmentId,
    displayName: `${displayName}-${name}`,
    ...peer,
    ...tags,
  });
}
