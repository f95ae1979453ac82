import { Duration } from "cdk8s";
import { HardenedWorkload } from "./hardened-workload";
import { type AppProtocol } from "./pods/app-protocol";
import { type NamedPort } from "./pods/named-port";
import { type ScrapeOptions } from "./monitoring-options";
import { requireMonitor } from "./private/monitor";
import { readScrape } from "./private/read-monitoring";
import { checked } from "../core/checked";
import { type IngressOptions } from "../exposure/ingress-gateway";
import { IngressRoute } from "../exposure/ingress-route";
import { LoadBalancer } from "../exposure/load-balancer";
import { type LoadBalancerOptions } from "../exposure/load-balancer-props";
import { type IServiceBackend, type ServiceOptions, WorkloadService } from "../exposure/workload-service";

/** The base class of long-running hardened workloads, which may listen on a port. */
@checked
export abstract class ListeningWorkload extends HardenedWorkload implements IServiceBackend {
  /** @internal */
  public _redirectPort?: number;

  /** The port that the program listens on, if any. */
  public get port(): number | undefined {
    return this._pod.program.port;
  }

  /** The protocol of the port. */
  public get protocol(): AppProtocol {
    return this._pod.protocol;
  }

  /** The named ports of the pods, including those of sidecars; the program's own port first. */
  public get ports(): NamedPort[] | undefined {
    return [...this._pod.ports];
  }

  /** The time for which a terminating pod keeps serving. */
  public get stopDelay(): Duration {
    return Duration.seconds(this._pod.program.stopDelaySeconds ?? 0);
  }

  /**
   * Exposes the workload through an OCI load balancer that terminates TLS, with rules in network security
   * groups.
   */
  public exposeViaLoadBalancer(options: LoadBalancerOptions): LoadBalancer {
    const name = (options as LoadBalancerOptions | undefined)?.name ?? this.name;
    return new LoadBalancer(this, `LoadBalancer-${name}`, { ...options, name, workload: this });
  }

  /**
   * Exposes the workload through an ingress gateway, which terminates TLS for its host.
   *
   * Creates an Ingress or a Gateway API route, and one Service `<name>-ingress` shared by all of them, and
   * allows connections from the gateway to the pods' port on both sides.
   */
  public exposeViaIngress(options: IngressOptions): IngressRoute {
    return IngressRoute._of({ ...options, workload: this });
  }

  /**
   * Adds the workload to the scrape targets of its cluster's ClusterMonitoring, which may be created before
   * or after.
   *
   * It opens the port to Prometheus on both sides, including the host network, lets Prometheus discover the
   * pods, and adds the scrape job.
   */
  public scrapeMetrics(options: ScrapeOptions = {}): void {
    const request = readScrape(this, options);
    requireMonitor(this, "Scraping metrics", (monitor) => monitor._scrape(request));
  }

  /**
   * Exposes the workload inside the cluster through a Service.
   *
   * It allows no connections: allow each client with `connections.allowFrom(client, Port.tcp(port))`.
   */
  public exposeViaService(options: ServiceOptions = {}): WorkloadService {
    const name = (options as ServiceOptions | null)?.name ?? this.name;
    return new WorkloadService(this, `Service-${name}`, { ...options, name, workload: this });
  }
}
