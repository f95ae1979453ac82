import { Chart, Duration } from "cdk8s";
import {
  type IPodSelector,
  LabelSelector,
  type NetworkPolicyPeerConfig,
  type PodSelectorConfig,
} from "cdk8s-plus-27";
import { Construct, type IConstruct } from "constructs";
import { type ContainerImage } from "./images/container-image";
import { readScrape, readTraces, requireMonitor, type ScrapeOptions, type TraceOptions } from "./monitoring";
import { type MountSecretOptions, type SecretVariableOptions } from "./pods/mount-secret-options";
import { type AppProtocol, type NamedPort } from "./pods/ports";
import { type HardenedPod, programPaths } from "./pods/private/hardened-pod";
import { mountSecret, type SecretPlace, setSecretVariable } from "./pods/private/mount-secret";
import { labelsOf, selectorLabelsOf } from "./pods/private/read-pod";
import { ClusterAccess } from "../cluster/access/private/cluster-access";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { asCluster } from "../cluster/private/cluster-charts";
import { checked } from "../core/checked";
import { MarkOn } from "../core/construct-state";
import { findWhenWritten, type ProgramFinding } from "../core/warnings";
import { readProps } from "../core/readers";
import { Problems } from "../core/validation-error";
import { type ISecretReader } from "../encryption/secret-readers";
import { type IVaultSecret } from "../encryption/vault-secret";
import { type IngressOptions } from "../exposure/ingress-gateway";
import { IngressRoute } from "../exposure/ingress-route";
import { LoadBalancer } from "../exposure/load-balancer";
import { type LoadBalancerOptions } from "../exposure/load-balancer-props";
import { type IServiceBackend, type ServiceOptions, WorkloadService } from "../exposure/workload-service";
import { type IPolicyGrantee, POLICY_GRANT, type PolicyGrant } from "../identity/policy-statement";
import { Connections, type IConnectable } from "../network-policy/connections";
import { type IServiceAccountUser } from "../rbac/subject";
import { type IChartScope, scopeOf, whenAdded } from "../synthesis/chart-scopes";
import { needCluster, guardStaticSynthesis } from "../synthesis/chart-guards";

/**
 * The base class of all hardened workloads, whatever the kind of the object that runs their pods.
 *
 * Their pods run without root, capabilities, a writable root filesystem or, unless `apiAccess` is given, a
 * token for the API server. Each workload has a ServiceAccount and a NetworkPolicy that denies everything
 * except DNS. All objects are named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export abstract class HardenedWorkload
  extends Construct
  implements IConnectable, IPodSelector, IPolicyGrantee, ISecretReader, IServiceAccountUser
{
  /** The name of the workload and its supporting objects. */
  public readonly name: string;
  /** The namespace, if the chart has one. */
  public readonly namespace?: string;
  /** The name of the ServiceAccount of the pods. */
  public readonly serviceAccountName: string;
  public readonly connections: Connections;
  /** The labels of the workload. */
  public readonly labels: { [key: string]: string };
  /** The labels that select the pods of the workload. */
  public readonly selectorLabels: { [key: string]: string };

  /** The validated pods, set by the constructor of each kind of workload. @internal */
  public _pod!: HardenedPod;

  /** @param labels labels of the workload besides the common ones */
  protected constructor(scope: Construct, id: string, labels?: { [key: string]: string }) {
    super(scope, id);
    const chart = Chart.of(this);
    guardStaticSynthesis(chart);
    this.name = id;
    this.namespace = chart.namespace;
    this.serviceAccountName = id;
    this.labels = labelsOf(id, labels);
    this.selectorLabels = selectorLabelsOf(id);
    this.connections = Connections._of(this, chart.namespace);
  }

  /** The image of the program. */
  public get image(): ContainerImage {
    return this._pod.program.image;
  }

  /** The id of the user and group of all containers. */
  public get user(): number {
    return this._pod.user;
  }

  /** The time between the termination signal and the forced end of the pods. */
  public get terminationGracePeriod(): Duration {
    return Duration.seconds(this._pod.terminationGracePeriodSeconds);
  }

  /**
   * Mounts a secret of OCI Vault as a file of the program, read as the ServiceAccount of this workload.
   *
   * It adds an IAM statement for exactly this workload and this secret, the objects of the delivery, and the
   * permission of the reader to create tokens of this ServiceAccount. The pods wait until the file exists.
   *
   * @param secret a VaultSecret, or an imported one
   * @returns the path of the file
   */
  public mountSecret(secret: IVaultSecret, options: MountSecretOptions = {}): string {
    return mountSecret(this.secretPlace(), secret, options);
  }

  /**
   * Sets an environment variable of the program from a secret of OCI Vault, with External Secrets.
   *
   * Prefer `mountSecret`: the environment is visible to child processes and in crash reports, and keeps the
   * value from the start of the program.
   *
   * @param name the name of the variable: letters, digits, and `_`
   * @param secret a VaultSecret, or an imported one
   */
  public setSecretVariable(name: string, secret: IVaultSecret, options: SecretVariableOptions): void {
    setSecretVariable(this.secretPlace(), name, secret, options);
  }

  /**
   * Grants the pods access to OCI resources by workload identity: a policy statement for this ServiceAccount
   * in this cluster only.
   *
   * The policy is created in the stack of the cluster that the chart is added to. The NetworkPolicy allows
   * egress to the OKE control plane on TCP 12250, where the OCI SDKs exchange the pod's token for an IAM
   * token. Pods have that token only with `apiAccess`; without it, the program can't use the grant itself.
   * Allow the connection to the service too: `connections.allowToOracleServices(…)`.
   *
   * @param grant such as `{ verb: PolicyVerb.READ, resourceType: PolicyResourceType.OBJECTS, location, condition }`
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
   */
  public grant(grant: PolicyGrant): void {
    grantToWorkload(this, grant);
    this.connections._allowToControlPlane();
  }

  /**
   * Lets the workload send traces to the collector of its cluster's ClusterMonitoring, which may be created
   * before or after.
   *
   * It allows the connection on both sides, and sets the environment variables that OpenTelemetry libraries
   * read (`OTEL_EXPORTER_OTLP_ENDPOINT` and others), unless the program sets them already.
   */
  public traces(options: TraceOptions = {}): void {
    const request = readTraces(this, options);
    requireMonitor(this, "Collecting traces", (monitor) => monitor._trace(request));
  }

  /** @internal */
  public get _labelledPods(): { labels: { [key: string]: string }; namespace?: string } {
    return { labels: this.selectorLabels, namespace: this.namespace };
  }

  /** The NetworkPolicy peer of this workload, as cdk8s-plus expects it. */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { podSelector: this.toPodSelectorConfig() };
  }

  /** The pod selector of this workload. */
  public toPodSelector(): IPodSelector | undefined {
    return this;
  }

  /** The pod selector configuration of this workload, as cdk8s-plus expects it. */
  public toPodSelectorConfig(): PodSelectorConfig {
    return {
      labelSelector: LabelSelector.of({ labels: this.selectorLabels }),
      namespaces: this.namespace === undefined ? undefined : { names: [this.namespace] },
    };
  }

  private secretPlace(): SecretPlace {
    const pod = this._pod;
    return {
      workload: this,
      mounted: pod.mountedSecrets,
      paths: programPaths(pod),
      variables: Object.keys(pod.program.env),
    };
  }
}

/** A workload whose pods have a workload identity. */
interface Grantee extends Construct {
  readonly serviceAccountName: string;
  readonly namespace?: string;
  readonly connections: Connections;
}

/** The workloads whose connections are checked when their cluster is written. */
const checkedGrantees = new MarkOn<Grantee>();

/** Grants the pods of a workload access to OCI, once their cluster is known. */
export function grantToWorkload(workload: Grantee, grant: PolicyGrant): void {
  const { namespace, serviceAccountName } = workload;
  const problems = new Problems(workload);
  const read = readProps(problems, grant, POLICY_GRANT);
  if (namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, which the IAM statement must contain",
      'Give the chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
    );
  }
  const resolved = problems.resolved<PolicyGrant>(read);
  const chart = Chart.of(workload);
  needCluster(chart, () => requireCluster(workload, scopeOf(chart)));
  whenAdded(chart, (scope) => {
    const cluster = requireCluster(workload, scope);
    ClusterAccess.of(cluster).grantWorkload({ namespace: namespace ?? "", serviceAccountName }, resolved);
    if (checkedGrantees.once(workload))
      findWhenWritten(cluster, () => unreachableServices(workload, cluster));
  });
}

/** A right in OCI is of no use to a program whose NetworkPolicy denies the connection to the service. */
function unreachableServices(workload: Grantee, cluster: ISecureOkeCluster): ProgramFinding[] {
  if (workload.connections._allowsHttps()) return [];
  return [
    {
      id: "workload-grant",
      construct: cluster,
      what: `${workload.node.path} has a grant in OCI, and its NetworkPolicy denies the connection to Oracle's services`,
      why: "The program gets a token from the API endpoint, but every call of a service times out.",
      fix: 'Add workload.connections.allowToOracleServices(OracleServiceRanges.of(["134.70.0.0/16"])) with the ranges of your region',
    },
  ];
}

function requireCluster(workload: IConstruct, scope: IChartScope | undefined): ISecureOkeCluster {
  const cluster = asCluster(scope);
  if (cluster) return cluster;
  const problems = new Problems(workload);
  problems.add(
    "CHART_NOT_ADDED",
    "The workload has a grant in OCI, whose IAM statement needs the OCID of the cluster, and its chart was added to no cluster",
    'Add the chart to its cluster: cluster.addCdk8sChart("shop", chart)',
  );
  return problems.throwAll();
}

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
