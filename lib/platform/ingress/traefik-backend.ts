import { ApiObject, Chart } from "cdk8s";
import { type Construct } from "constructs";
import { shortHash } from "../../core/short-hash";
import { AppProtocol } from "../../workload/app-protocol";
import { INGRESS_SERVICE_PORT } from "../../workload/ingress/ingress-gateway";
import { type IServiceBackend } from "../../workload/service-backend";

/** Say that the slice is none of the controllers of Kubernetes, and that those who keep the addresses of Services have no use for it. */
const SLICE_LABELS = {
  "endpointslice.kubernetes.io/managed-by": "secure-oke",
  "service.kubernetes.io/headless": "",
};

/** How Traefik is told of the Service of another namespace. */
export enum BackendKind {
  /** A Service of the type ExternalName, for Ingress objects. */
  EXTERNAL_NAME,
  /**
   * A Service without selector and an EndpointSlice with the name, for routes of the Gateway API: Traefik refuses an ExternalName there, and
   * takes the name from a slice as it would an address.
   */
  NAMED_ENDPOINT,
}

/** A Service of the gateway's namespace that stands for one of the workload's, which no route here can name. */
export function backendOf(
  scope: Construct,
  kind: BackendKind,
  labels: { [key: string]: string },
  workload: IServiceBackend,
  serviceName: string,
): string {
  const { namespace = "" } = Chart.of(workload);
  const hash = shortHash(JSON.stringify([namespace, workload.name]));
  const name = `to-${`${namespace}-${workload.name}`.slice(0, 50).replace(/-+$/, "")}-${hash}`;
  if (scope.node.tryFindChild(name)) return name;
  const isGrpc = workload.protocol === AppProtocol.GRPC;
  const hostName = `${serviceName}.${namespace}.svc.cluster.local`;
  const port = { name: isGrpc ? "grpc" : "http", port: INGRESS_SERVICE_PORT, protocol: "TCP" };
  if (kind === BackendKind.EXTERNAL_NAME) {
    const annotations = isGrpc ? { "traefik.ingress.kubernetes.io/service.serversscheme": "h2c" } : undefined;
    addService(
      scope,
      name,
      { labels, annotations },
      { type: "ExternalName", externalName: hostName, ports: [port] },
    );
    return name;
  }
  const appProtocol = isGrpc ? { appProtocol: "kubernetes.io/h2c" } : {};
  // Without an address of its own: nothing connects to it, and Traefik reads its name and port only.
  addService(
    scope,
    name,
    { labels },
    { type: "ClusterIP", clusterIP: "None", ports: [{ ...port, ...appProtocol }] },
  );
  new ApiObject(scope, `${name}-endpoints`, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, labels: { ...labels, ...SLICE_LABELS, "kubernetes.io/service-name": name } },
    addressType: "FQDN",
    endpoints: [{ addresses: [hostName], conditions: { ready: true } }],
    ports: [port],
  });
  return name;
}

function addService(scope: Construct, name: string, metadata: object, spec: object): void {
  new ApiObject(scope, name, { apiVersion: "v1", kind: "Service", metadata: { name, ...metadata }, spec });
}
