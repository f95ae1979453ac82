import { Allow } from "../../workload/allow";
import { GATEWAY_API_GROUP } from "../../workload/ingress/gateway-api";
import { Resource } from "../../workload/role-resource";
import { Verb } from "../../workload/role-verb";

const WHY_SECRETS =
  "Traefik lists the Secrets of the namespaces that it watches: its own only, which is there for certificates";

/** What Traefik must read in its own namespace to be configured by Ingress objects; it changes nothing. */
export function ingressPermissions(): Allow[] {
  return [watch(Resource.INGRESSES), ...backendPermissions()];
}

/**
 * What Traefik must read in its own namespace to be configured by the Gateway API, and where it says what became of it.
 *
 * It waits for every kind that it lists, also for those that no gateway of this library has.
 */
export function gatewayPermissions(gateway: string): Allow[] {
  const kinds = [
    "gateways",
    "httproutes",
    "grpcroutes",
    "tlsroutes",
    "backendtlspolicies",
    "referencegrants",
  ];
  return [
    ...backendPermissions(),
    watch(Resource.CONFIG_MAPS),
    ...kinds.map((plural) => watch(ofGatewayApi(plural))),
    status("gateways").named(gateway),
    status("httproutes"),
    status("grpcroutes"),
  ];
}

/** What Traefik reads of the cluster itself: how namespaces are labelled, and which classes there are. */
export function clusterPermissions(className: string): Allow[] {
  return [
    watch(Resource.NAMESPACES),
    watch(ofGatewayApi("gatewayclasses", false)),
    status("gatewayclasses", false).named(className),
  ];
}

function backendPermissions(): Allow[] {
  return [
    watch(Resource.SERVICES),
    watch(Resource.ENDPOINT_SLICES),
    watch(Resource.SECRETS).acknowledged({ reason: WHY_SECRETS }),
  ];
}

function watch(resource: Resource): Allow {
  return Allow.verbs(resource, Verb.LIST, Verb.WATCH);
}

function status(plural: string, namespaced = true): Allow {
  return Allow.verbs(ofGatewayApi(plural, namespaced, "status"), Verb.UPDATE);
}

function ofGatewayApi(plural: string, namespaced = true, subresource?: string): Resource {
  return Resource.of({ group: GATEWAY_API_GROUP, plural, namespaced, subresource });
}
