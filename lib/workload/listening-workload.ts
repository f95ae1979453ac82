import { type Construct } from "constructs";
import { HardenedWorkload } from "./hardened-workload";
import { AppProtocol } from "./pods/app-protocol";
import { type ListeningPodProps } from "./pods/listening-pod-props";
import { type NamedPort, namedPorts } from "./pods/named-port";
import { checked } from "../core/checked";
import { type IngressOptions } from "../exposure/ingress-props";
import { IngressRoute } from "../exposure/ingress-route";
import { LoadBalancer } from "../exposure/load-balancer";
import { type LoadBalancerOptions } from "../exposure/load-balancer-props";
import { type IServiceBackend } from "../exposure/service-backend";
import { type ServiceOptions, WorkloadService } from "../exposure/workload-service";

/** What hardened workloads have in common that go on running, and may listen on a port. */
@checked
export abstract class ListeningWorkload extends HardenedWorkload implements IServiceBackend {
  public readonly port?: number;
  public readonly protocol: AppProtocol;
  public readonly ports?: NamedPort[];
  /** @internal */
  public _redirectPort?: number;

  /** @param props the ports, the protocol and the labels are read of them */
  protected constructor(scope: Construct, id: string, props: ListeningPodProps) {
    super(scope, id, props.labels);
    this.port = props.port;
    this.protocol = props.protocol ?? AppProtocol.HTTP;
    const { ports = [], sidecars = [] } = props;
    const further = [...ports, ...sidecars.flatMap((sidecar) => sidecar.ports ?? [])];
    this.ports = namedPorts(this.port, this.protocol, further);
  }

  /**
   * Makes the workload reachable through an OCI load balancer that ends TLS, with rules in network security groups.
   *
   * @throws LOAD_BALANCER_INVALID where the workload has no port; NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, COUNT_INVALID,
   * NODE_PORT_INVALID, NSG_LIMIT, SUBNET_NOT_PUBLIC, ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis LOAD_BALANCER_INVALID where the chart was added to
   * another cluster
   */
  public exposeViaLoadBalancer(options: LoadBalancerOptions): LoadBalancer {
    const name = (options as LoadBalancerOptions | undefined)?.name ?? this.name;
    return new LoadBalancer(this, `LoadBalancer-${name}`, { ...options, name, workload: this });
  }

  /**
   * Makes the workload reachable through an ingress gateway, which ends TLS for its host.
   *
   * Makes an Ingress, or a route of the Gateway API, and for all of them together one Service `<name>-ingress`, and opens the way from the gateway to the
   * pods' port on both ends.
   *
   * @throws INGRESS_INVALID, NAME_INVALID, NAME_DUPLICATE where the host and path of the gateway are taken, by a workload of
   * another chart too; PORT_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis INGRESS_INVALID for a gateway of another
   * cluster, PEER_NOT_ALLOWED for one that is no peer of the workload's tenant
   */
  public exposeViaIngress(options: IngressOptions): IngressRoute {
    return IngressRoute._of({ ...options, workload: this });
  }

  /**
   * Makes the workload reachable inside the cluster, under a name of its own.
   *
   * It opens nothing: let each client connect by `connections.allowFrom(client, Port.tcp(port))`.
   *
   * @throws NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID; PORT_INVALID, also where the workload has no port
   */
  public exposeViaService(options: ServiceOptions = {}): WorkloadService {
    const name = (options as ServiceOptions | null)?.name ?? this.name;
    return new WorkloadService(this, `Service-${name}`, { ...options, name, workload: this });
  }
}
