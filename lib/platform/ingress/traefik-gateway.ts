import { ApiObject, Chart, JsonPatch, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { TRAEFIK_PORTS } from "./traefik-config";
import { shortHash } from "../../core/short-hash";
import { type Problems } from "../../core/validation-error";
import { AppProtocol } from "../../workload/app-protocol";
import { GATEWAY_API_GROUP } from "../../workload/ingress/gateway-api";
import {
  type AskedRoute,
  INGRESS_SERVICE_PORT,
  type RouteManifest,
} from "../../workload/ingress/ingress-gateway";
import { IngressPathType } from "../../workload/ingress/ingress-path-type";
import { type IServiceBackend } from "../../workload/service-backend";

const API_VERSION = `${GATEWAY_API_GROUP}/v1`;
/** As many as the definition of a Gateway takes. */
const MOST_HOSTS = 64;

/** What the objects of the Gateway API need to know of their Traefik. */
export interface TraefikGatewayProps {
  readonly name: string;
  readonly className: string;
  readonly labels: { [key: string]: string };
  /** The labels by which Traefik tells its class from those of others. */
  readonly classLabels: { [key: string]: string };
}

interface Host {
  readonly name: string;
  readonly kind: string;
  readonly secretName: string;
}

/** The class of a Traefik, its Gateway with one listener for each host, and the certificates of the hosts. */
export class TraefikGateway extends Construct {
  private readonly hosts = new Map<string, Host>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TraefikGatewayProps,
  ) {
    super(scope, id);
    const { className, classLabels } = props;
    const gatewayClass = new ApiObject(this, "Class", {
      apiVersion: API_VERSION,
      kind: "GatewayClass",
      metadata: { name: className, labels: classLabels },
      spec: { controllerName: "traefik.io/gateway-controller" },
    });
    // What belongs to the cluster is in no namespace, but cdk8s puts that of the chart into every object.
    if (Chart.of(this).namespace !== undefined)
      gatewayClass.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  }

  /** Adds what the Gateway API, or Traefik as it reads it, can't do. */
  public check(problems: Problems, route: AskedRoute): void {
    const refuse = (what: string, instead: string) => problems.add("INGRESS_INVALID", what, instead);
    const { host, path, pathType, workload } = route;
    const known = this.hosts.get(host.name);
    const isGrpc = workload.protocol === AppProtocol.GRPC;
    if (isGrpc && (path !== "/" || pathType !== IngressPathType.PREFIX)) {
      refuse(
        `path is ${path}, and a GRPCRoute names services and methods, which Traefik also finds inside of longer paths`,
        "Give the workload that speaks gRPC a host of its own and no path",
      );
    }
    if (known && known.kind !== kindOf(workload)) {
      refuse(
        `${host.name} has routes of the kind ${known.kind}, and this one would be a ${kindOf(workload)}: a host has one of the two`,
        "Give the workload that speaks gRPC a host of its own",
      );
    }
    const other = [...this.hosts.keys()].find(
      (name) => isWithin(name, host.name) || isWithin(host.name, name),
    );
    if (other !== undefined) {
      refuse(
        `${other} and ${host.name} are hosts of one gateway, and Traefik compares the paths of routes before their hosts: one could answer ` +
          "requests for the other",
        "Name the hosts one by one, or give the wildcard a TraefikIngress of its own",
      );
    }
    if (!known && this.hosts.size >= MOST_HOSTS) {
      refuse(
        `The gateway has ${MOST_HOSTS} hosts already, as many as a Gateway has listeners`,
        "Make another TraefikIngress",
      );
    }
  }

  /** Listens for the host of a route; answers the object that says where its requests go. */
  public connect(route: AskedRoute, serviceName: string): RouteManifest {
    const { host, path, pathType, workload } = route;
    const kind = kindOf(workload);
    this.addHost(route);
    const backendRefs = [
      { group: "", kind: "Service", name: serviceName, port: INGRESS_SERVICE_PORT, weight: 1 },
    ];
    const type = pathType === IngressPathType.EXACT ? "Exact" : "PathPrefix";
    const rule =
      kind === "GRPCRoute" ? { backendRefs } : { matches: [{ path: { type, value: path } }], backendRefs };
    const sectionName = listenerOf(host.name);
    return {
      apiVersion: API_VERSION,
      kind,
      spec: {
        parentRefs: [{ group: GATEWAY_API_GROUP, kind: "Gateway", name: this.props.name, sectionName }],
        hostnames: [host.name],
        rules: [rule],
      },
    };
  }

  private addHost({ host, certificate, workload }: AskedRoute): void {
    // A Gateway without a listener is none.
    if (this.hosts.size === 0) this.addGateway();
    if (this.hosts.has(host.name)) return;
    this.hosts.set(host.name, { name: host.name, kind: kindOf(workload), secretName: certificate.name });
    const spec = certificate._orderFor(host.name);
    if (spec === undefined) return;
    new ApiObject(this, `Certificate-${certificate.name}`, {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: certificate.name, labels: this.props.labels },
      spec,
    });
  }

  private addGateway(): void {
    const { name, labels, className } = this.props;
    new ApiObject(this, "Resource", {
      apiVersion: API_VERSION,
      kind: "Gateway",
      metadata: { name, labels },
      spec: {
        gatewayClassName: className,
        // Written late: hosts come with the routes of workloads, in any order.
        listeners: Lazy.any({ produce: () => this.listeners() }) as unknown,
      },
    });
  }

  private listeners(): object[] {
    const hosts = [...this.hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return hosts.map(({ name, kind, secretName }) => ({
      name: listenerOf(name),
      hostname: name,
      // Traefik finds its entry point by this, the port of its pods.
      port: TRAEFIK_PORTS.websecure,
      protocol: "HTTPS",
      tls: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: secretName }] },
      allowedRoutes: { namespaces: { from: "Same" }, kinds: [{ group: GATEWAY_API_GROUP, kind }] },
    }));
  }
}

function kindOf({ protocol }: IServiceBackend): string {
  return protocol === AppProtocol.GRPC ? "GRPCRoute" : "HTTPRoute";
}

/** A name has no place for an asterisk, and no host has a name without a dot. */
function listenerOf(host: string): string {
  return host.startsWith("*") ? `wildcard-${shortHash(host)}` : host;
}

/** Whether a wildcard stands for another host too; of the Gateway API, one label or more. */
function isWithin(host: string, wildcard: string): boolean {
  return host !== wildcard && wildcard.startsWith("*") && host.endsWith(wildcard.slice(1));
}
