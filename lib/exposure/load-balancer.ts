import { ApiObject, Chart } from "cdk8s";
import { Token } from "cdktf";
import { Construct } from "constructs";
import {
  ExternalTrafficPolicy,
  LoadBalancerType,
  RuleOwner,
  type LoadBalancerAccess,
} from "./load-balancer-settings";
import { type LoadBalancerProps } from "./load-balancer-props";
import {
  annotationsOf,
  proxyHeader,
  addListenerRules,
  addTerraformRules,
  controllerRules,
} from "./private/load-balancer-resources";
import { readLoadBalancer, type ResolvedLoadBalancer } from "./private/read-load-balancer";
import { servicePorts, type IServiceBackend } from "./workload-service";
import { offerBalancer, type ServicePort, type SharedBalancer } from "./private/load-balancer-claims";
import { clusterBaseOf, createdClusterOf, type ISecureOkeCluster } from "../cluster/cluster-base";
import { clusterOfChart } from "../cluster/private/cluster-charts";
import { certificateStatement } from "../cluster/private/cluster-policies";
import { grantRightElsewhere } from "../cluster/private/granted-rights";
import { balancerRight } from "../cluster/private/cluster-rights";
import { runTimeAnnotations } from "../cluster/private/run-time-load-balancers";
import { checked } from "../core/checked";
import { Port, IpProtocol } from "../core/port";
import { checkRegionWhenWritten } from "../core/regions";
import { Problems } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { noteListener } from "../network-policy/private/listening-ports";
import {
  checkRuleCount,
  countRules,
  type INetworkSecurityGroup,
} from "../network/security-groups/security-group";
import { chartsIn, isBridging } from "../synthesis/chart-objects";
import { isAdded, isSameCluster, scopeOf } from "../synthesis/chart-scopes";
import { explainForgotten, guardStaticSynthesis } from "../synthesis/chart-guards";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { type TlsTermination } from "./tls-termination";

/**
 * The source ranges that pods see, for their NetworkPolicy.
 *
 * With the policy Cluster, the source is the node that the load balancer selected; with Local, it is the
 * source of the connection to that node. With Local, a node can still use its own address, and with pods as
 * backends the load balancer connects to them directly. So the policy allows both subnets; the security
 * groups restrict each of them.
 */
function podSourcesOf({
  access,
  balancerCidr,
  exposure: { policy, preserveSource },
  workerCidr,
}: ResolvedLoadBalancer): readonly string[] {
  const clients = policy === ExternalTrafficPolicy.LOCAL && preserveSource ? access.sourceRanges : [];
  return [...new Set([workerCidr, balancerCidr, ...clients])];
}

/** The code of the warning if a cluster may lack the permission to use certificates. */
const UNGRANTED = "certificate-access";

/**
 * Maps the TLS listener to its certificate of the OCI Certificates service, and grants the cluster its use.
 *
 * The cloud controller reads the ConfigMap in the namespace of the Service: its keys are ports, its values
 * JSON lists of OCIDs.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
function addCertificates(
  scope: Construct,
  { certificateMap, cluster, port, tls, workload }: ResolvedLoadBalancer,
): void {
  const { certificateId, certificateCompartmentId } = tls;
  if (certificateId === undefined) return;
  new ApiObject(scope, "Certificates", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: certificateMap, labels: workload.labels },
    data: { [String(port)]: `["${certificateId}"]` },
  });
  checkRegionWhenWritten(cluster, `certificateId of ${scope.node.path}`, certificateId);
  const created = createdClusterOf(cluster);
  if (created) created._allowCertificates(certificateCompartmentId);
  else warnOfGrant(cluster, certificateCompartmentId);
}

/** Warns for an imported cluster, whose policies are unknown here. */
function warnOfGrant(cluster: ISecureOkeCluster, compartmentId: string | undefined): void {
  const orPlaceholder = (id: string | undefined, placeholder: string) =>
    id === undefined || Token.isUnresolved(id) ? placeholder : id;
  const statement = certificateStatement(
    orPlaceholder(cluster.clusterId, "<OCID of the cluster>"),
    orPlaceholder(compartmentId, "<OCID of the compartment of the certificate>"),
  );
  const text =
    `[${UNGRANTED}] ${cluster.node.path}: an imported cluster may lack the permission to use the certificates of its load balancers\n` +
    "  Why: Without it, the cloud controller can't create the load balancer, and reports it only in an event of the Service.\n" +
    `  Instead: Add the statement to an IAM policy: ${statement}`;
  if (!cluster.node.metadata.some(({ data }) => data === text)) addWarning(cluster, text);
}

/** Adds the listeners of a later call to an existing load balancer. */
function joinBalancer(
  { ports, object, service, transports, securityGroup }: SharedBalancer,
  resolved: ResolvedLoadBalancer,
): void {
  ports.push(...(portsOfService(resolved) as ServicePort[]));
  // TCP first, whatever the order of the calls.
  ports.sort((a, b) => Number(b.protocol === IpProtocol.TCP) - Number(a.protocol === IpProtocol.TCP));
  transports.push(...resolved.transports);
  addListenerRules(securityGroup, resolved, service);
  for (const [key, value] of Object.entries(proxyHeader(resolved.proxyProtocol !== undefined))) {
    object.metadata.addAnnotation(key, value);
  }
}

function portsOfService({ listeners, target, tls, workload }: ResolvedLoadBalancer): object[] {
  return servicePorts(listeners, workload, target, tls.place);
}

/**
 * A Service exposed through an OCI load balancer or network load balancer, protected by network security
 * groups.
 *
 * By default, the load balancer terminates TLS, and the cluster's cloud controller creates its group and
 * writes the rules of each listener in it and in the workers' group; Terraform can do so instead. Security
 * lists are unchanged. Unsupported combinations are rejected, each with its reason.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancer_topic-Summaryofannotations.htm
 */
@checked
export class LoadBalancer extends Construct {
  /**
   * The name of the Service; if this call adds a transport to an earlier call's load balancer, the name of
   * that one.
   */
  public readonly name: string;
  /** The group of the load balancer, in the cluster's stack, if Terraform manages its rules. */
  public readonly securityGroup?: INetworkSecurityGroup;

  /** The namespace of the Service, if its chart has one. */
  public readonly namespace?: string;
  /** The type of the OCI load balancer. */
  public readonly type: LoadBalancerType;
  /** Whether the load balancer has an address in the VCN only. */
  public readonly isInternal: boolean;
  /** The nodes that receive the traffic. */
  public readonly externalTrafficPolicy: ExternalTrafficPolicy;
  /** The port that clients connect to. */
  public readonly port: number;
  /** The OCID of the subnet of the load balancer. */
  public readonly subnetId: string;
  /** The workload that it exposes. */
  public readonly workload: IServiceBackend;
  /** The access: internal or public, with the ranges of its clients. */
  public readonly access: LoadBalancerAccess;
  /** Where TLS is terminated. */
  public readonly tls: TlsTermination;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    const resolved = readLoadBalancer(scope, id, props);
    const { access, cluster, exposure, partner, workload } = resolved;
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkCluster(this, cluster));
    explainForgotten(Chart.of(this), () => otherChartOf(this, cluster) !== undefined);
    this.name = partner?.name ?? resolved.name;
    this.namespace = resolved.namespace;
    this.type = exposure.type;
    this.isInternal = exposure.isInternal;
    this.externalTrafficPolicy = exposure.policy;
    this.port = resolved.port;
    this.subnetId = resolved.subnetId;
    this.workload = workload;
    this.access = access;
    this.tls = resolved.tls;
    this.acknowledge(resolved);
    this.allowSources(resolved);
    if (partner) {
      joinBalancer(partner, resolved);
      this.securityGroup = partner.securityGroup;
      this.node.defaultChild = partner.object;
      return;
    }
    if (exposure.rules === RuleOwner.TERRAFORM) this.securityGroup = addTerraformRules(resolved);
    else this.countControllerRules(resolved);
    const ports = portsOfService(resolved);
    const object = this.addService(resolved, ports);
    this.node.defaultChild = object;
    addCertificates(this, resolved);
    if (resolved.compartmentId !== undefined) {
      grantRightElsewhere(cluster, balancerRight(!access.isInternal), resolved.compartmentId);
    }
    const { name, securityGroup } = this;
    const { service, shareKey: key } = resolved;
    if (!securityGroup || key === undefined) return;
    const transports = [...resolved.transports];
    const nodePort = resolved.listeners[0]?.nodePort;
    offerBalancer(workload, { key, name, service, securityGroup, transports, nodePort, object, ports });
  }

  private acknowledge({ access, httpListener, namespace, tls }: ResolvedLoadBalancer): void {
    access._acknowledge(this);
    tls._acknowledge(this, namespace);
    httpListener?._acknowledge(this);
  }

  private allowSources(resolved: ResolvedLoadBalancer): void {
    const { httpListener, podPorts, workload } = resolved;
    for (const port of podPorts) noteListener(workload, port);
    for (const cidr of podSourcesOf(resolved)) {
      for (const port of podPorts) workload.connections._allowFromBlock(cidr, port);
      if (httpListener && workload._redirectPort !== undefined) {
        workload.connections._allowFromBlock(cidr, Port.tcp(workload._redirectPort));
      }
    }
  }

  private addService(resolved: ResolvedLoadBalancer, ports: readonly object[]): ApiObject {
    const { access, cluster, exposure, healthPort, securityGroups, workload } = resolved;
    const groups = [...(this.securityGroup ? [this.securityGroup] : []), ...securityGroups];
    const ids = groups.map(({ networkSecurityGroupId }) => networkSecurityGroupId);
    const isNetwork = exposure.type === LoadBalancerType.NETWORK_LOAD_BALANCER;
    return new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: this.name,
        labels: workload.labels,
        annotations: {
          ...annotationsOf(resolved, [...new Set(ids)]),
          ...runTimeAnnotations(this, cluster, isNetwork),
        },
      },
      spec: {
        type: "LoadBalancer",
        selector: workload.selectorLabels,
        ports,
        // Without it, everyone could connect.
        loadBalancerSourceRanges: access.sourceRanges,
        externalTrafficPolicy: exposure.policy,
        ...(healthPort === undefined ? {} : { healthCheckNodePort: healthPort }),
        // The only value that OCI load balancers support.
        sessionAffinity: "None",
      },
    });
  }

  /**
   * Counts the rules of the group, which has the same limit for the cloud controller; also if plain cdk8s
   * writes the chart.
   */
  private countControllerRules(resolved: ResolvedLoadBalancer): void {
    const { access, cluster, listeners, namespace } = resolved;
    const group = cluster.workerSecurityGroup;
    const count = controllerRules(resolved);
    const service = namespace === undefined ? resolved.name : resolved.service;
    countRules(cluster, { group, count: () => count, service });
    const clients = { ranges: access.sourceRanges, ports: listeners.map(({ port }) => port) };
    clusterBaseOf(cluster)?._addControllerRules(service, clients);
    checkAtSynthesis(this, () => checkRuleCount(cluster, group));
  }
}

/** Throws if the chart of a load balancer was added to another cluster. */
function checkCluster(balancer: LoadBalancer, cluster: ISecureOkeCluster): void {
  const chart = Chart.of(balancer);
  if (!isAdded(chart)) checkForgotten(balancer, chart, cluster);
  const home = clusterOfChart(chart);
  if (!home || isSameCluster(home, cluster)) return;
  const problems = new Problems(balancer);
  problems.add(
    "LOAD_BALANCER_INVALID",
    `cluster is ${cluster.node.path}, but the chart was added to ${home.node.path}`,
    `Give exposeViaLoadBalancer the cluster ${home.node.path}, or add the chart to ${cluster.node.path}`,
  );
  problems.throwIfAny();
}

/**
 * Throws if Terraform writes other charts of the App for the cluster, but would omit that of the load balancer.
 *
 * Plain cdk8s writes the chart, as does an App without charts that were added to the cluster.
 */
function checkForgotten(balancer: LoadBalancer, chart: Chart, cluster: ISecureOkeCluster): void {
  if (!isBridging()) return;
  const other = otherChartOf(balancer, cluster);
  if (!other) return;
  const problems = new Problems(balancer);
  problems.add(
    "LOAD_BALANCER_INVALID",
    `The chart ${chart.node.path || chart.node.id} of the load balancer was not added to ${cluster.node.path}, ` +
      `but the chart ${other.node.path} of the same App was`,
    `Call cluster.addCdk8sChart("${chart.node.id}", chart), or put a chart for plain cdk8s into another App`,
  );
  problems.throwIfAny();
}

/** A chart of the same App that was added to a cluster. */
function otherChartOf(balancer: LoadBalancer, cluster: ISecureOkeCluster): Chart | undefined {
  return chartsIn(balancer.node.root).find((chart) => {
    const scope = scopeOf(chart);
    return scope && isSameCluster(scope, cluster);
  });
}
