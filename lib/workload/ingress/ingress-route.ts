import { ApiObject, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { type AskedRoute, type IngressGateway } from "./ingress-gateway";
import { type IngressRouteProps } from "./ingress-props";
import { serviceOf } from "./ingress-service";
import { readIngress } from "./read-ingress";
import { type IServiceBackend } from "../service-backend";
import { checked } from "../../core/checked";
import { shortHash } from "../../core/short-hash";
import { Problems } from "../../core/validation-error";
import { isSameCluster, scopeOf } from "../../manifests/chart-scopes";
import { guardStaticSynthesis } from "../../manifests/static-synthesis";
import { checkAtSynthesis } from "../../manifests/synthesis-checks";

/**
 * A host and a path that a gateway leads to a workload: an Ingress or a route of the Gateway API, a Service of the pods, and the
 * way between the two.
 *
 * `workload.exposeViaIngress(…)` makes it, in the place that the gateway reads its routes from.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
@checked
export class IngressRoute extends Construct {
  /** The name of the Ingress, HTTPRoute or GRPCRoute. */
  public readonly name: string;
  /** The host that clients ask for. */
  public readonly host: string;
  /** The path that clients ask for. */
  public readonly path: string;

  /** @internal */
  public static _of(props: IngressRouteProps): IngressRoute {
    const route = readIngress(props);
    return new IngressRoute(props.gateway, route);
  }

  private constructor(gateway: IngressGateway, route: AskedRoute) {
    const { workload, host, path } = route;
    const name = nameOf(route);
    super(gateway._homeOf(workload), `Ingress-${name}`);
    gateway._claim(route);
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkCluster(this, gateway, workload));
    [this.name, this.host, this.path] = [name, host.name, path];
    host._acknowledge(this);
    this.node.defaultChild = this.addObject(gateway, route);
  }

  private addObject(gateway: IngressGateway, route: AskedRoute): ApiObject {
    const { workload } = route;
    const { apiVersion, kind, annotations, spec } = gateway._connect(route, serviceOf(workload).name);
    const metadata = { name: this.name, labels: workload.labels, annotations };
    return new ApiObject(this, "Resource", { apiVersion, kind, metadata, spec });
  }
}

/** The name says whose it is; the hash tells the routes of a workload apart, and those of equal names in two namespaces. */
function nameOf({ workload, host, path, pathType }: AskedRoute): string {
  const { namespace = "" } = Chart.of(workload);
  const text = JSON.stringify([namespace, workload.name, host.name, path, pathType]);
  return `${workload.name.slice(0, 52).replace(/-+$/, "")}-${shortHash(text, 10)}`;
}

/** Refuses a gateway of another cluster than the one that the workload runs in. */
function checkCluster(route: IConstruct, gateway: IngressGateway, workload: IServiceBackend): void {
  const home = scopeOf(Chart.of(workload));
  const problems = new Problems(route);
  if (home && !scopeOf(Chart.of(gateway))) {
    problems.add(
      "INGRESS_INVALID",
      `The chart of the gateway ${gateway.node.path} was added to no cluster, and that of ${workload.node.path} was: nothing would lead to it`,
      "Call cluster.addCdk8sChart for the chart of the gateway too",
    );
    problems.throwIfAny();
  }
  if (!home || isSameCluster(home, gateway.cluster)) return;
  problems.add(
    "INGRESS_INVALID",
    `The gateway ${gateway.node.path} is one of ${gateway.cluster.node.path}, and the chart of ${workload.node.path} was added to ${home.node.path}`,
    "Take a gateway of the workload's own cluster",
  );
  problems.throwIfAny();
}
