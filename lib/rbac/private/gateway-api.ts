import { type RbacResource } from "../rbac-resource";

/** The API group of the objects of the Gateway API. */
export const GATEWAY_API_GROUP = "gateway.networking.k8s.io";

/**
 * The release of the Gateway API's definitions that gateways are written for, defined only here.
 *
 * Traefik 3.7 is built with it, and waits for each of the kinds that it lists: with definitions older than
 * 1.5, it never becomes ready.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-gateway/
 */
export const GATEWAY_API_VERSION = "1.5.1";

/** The kinds of the standard channel. */
const PLURALS = [
  ...["backendtlspolicies", "gatewayclasses", "gateways", "grpcroutes", "httproutes", "listenersets"],
  ...["referencegrants", "tlsroutes"],
];

/** Whether a resource belongs to the Gateway API, which is installed separately from the program. */
export function isOfGatewayApi({ group, plural }: RbacResource): boolean {
  return group === GATEWAY_API_GROUP && PLURALS.includes(plural);
}
