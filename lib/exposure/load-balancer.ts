import { ApiObject, Chart } from "cdk8s";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { type LoadBalancerAccess } from "./load-balancer-access";
import { ExternalTrafficPolicy, LoadBalancerType, RuleOwner, type WayIn } from "./load-balancer-kinds";
import {
  type LoadBalancerProps,
  offerBalancer,
  type ServicePort,
  type SharedBalancer,
} from "./load-balancer-props";
import { servicePorts } from "./private/check-load-balancer";
import { annotationsOf, proxyHeader } from "./private/load-balancer-annotations";
import { addListenerRules, addTerraformRules, controllerRules } from "./private/load-balancer-rules";
import { aimed, type ReadLoadBalancer, readLoadBalancer } from "./private/read-load-balancer";
import { clusterBaseOf, createdClusterOf, type ISecureOkeCluster } from "../cluster/cluster-base";
import { clusterOfChart } from "../cluster/cluster-of-chart";
import { certificateStatement } from "../cluster/private/certificate-policies";
import { balancerRight, grantRightElsewhere } from "../cluster/private/further-rights";
import { runTimeAnnotations } from "../cluster/private/run-time-tags";
import { checked } from "../core/checked";
import { Port, IpProtocol } from "../core/port";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
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
import { explainForgotten } from "../synthesis/forgotten-charts";
import { guardStaticSynthesis } from "../synthesis/static-synthesis";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";

/**
 * The source ranges that pods see, for their NetworkPolicy.
 *
 * With the policy Cluster, the source is the node that the load balancer selected; with Local, it is the
 * source of the connection to that node. With Local, a node can still use its own address, and with pods as
 * backends the load balancer connects to them directly. So the policy allows both subnets; the security
 * groups restrict each of them.
 */
function arrivalsOf(
  { policy, preserveSource }: WayIn,
  access: LoadBalancerAccess,
  nodesCidr: string,
  balancersCidr: string,
): readonly string[] {
  const clients = policy === ExternalTrafficPolicy.LOCAL && preserveSource ? access.sourceRanges : [];
  return [...new Set([nodesCidr, balancersCidr, ...clients])];
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
  { cluster, tls, workload }: LoadBalancerProps,
  { certificates, port }: ReadLoadBalancer,
): void {
  const { certificateId, certificateCompartmentId } = tls;
  if (certificateId === undefined) return;
  new ApiObject(scope, "Certificates", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: certificates, labels: workload.labels },
    data: { [String(port)]: `["${certificateId}"]` },
  });
  checkRegionWhenWritten(cluster, `certificateId of ${scope.node.path}`, certificateId);
  const created = createdClusterOf(cluster);
  if (created) created._allowCertificates(certificateCompartmentId);
  else warnOfGrant(cluster, certificateCompartmentId);
}

/** Warns for an imported cluster, whose policies are unknown here. */
function warnOfGrant(cluster: ISecureOkeCluster, compartmentId: string | undefined): void {
  const known = (id: string | undefined, otherwise: string) =>
    id === undefined || Token.isUnresolved(id) ? otherwise : id;
  const statement = certificateStatement(
    known(cluster.clusterId, "<OCID of the cluster>"),
    known(compartmentId, "<OCID of the compartment of the certificate>"),
  );
  const text =
    `[${UNGRANTED}] ${cluster.node.path}: an imported cluster may lack the right to use the certificates of its load balancers\n` +
    "  Why: Without it the cloud controller makes no load balancer, and says so in an event of the Service only.\n" +
    `  Instead: See that a policy has the statement ${statement}`;
  if (!cluster.node.metadata.some(({ data }) => data === text)) addWarning(cluster, text);
}

/** Adds the listeners of a later call to an existing load balancer. */
function joinBalancer(
  { ports, object, service, transports, securityGroup }: SharedBalancer,
  props: LoadBalancerProps,
  read: ReadLoadBalancer,
): void {
  ports.push(...(servicePorts(read.listeners, props.workload, props.tls.place) as ServicePort[]));
  // TCP first, whatever the order of the calls.
  ports.sort((a, b) => Number(b.protocol === IpProtocol.TCP) - Number(a.protocol === IpProtocol.TCP));
  transports.push(...read.transports);
  addListenerRules(securityGroup, props, { ...read, service });
  for (const [key, value] of Object.entries(proxyHeader(props.proxyProtocol !== undefined))) {
    object.metadata.addAnnotation(key, value);
  }
}

/**
 * A Service exposed through an OCI load balancer or network load balancer, protected by network security
 * groups.
 *
 * By default, the load balancer terminates TLS, and the cluster's cloud controller creates its group and
 * writes the rules of each listener in it and in the workers' group; Terraform can do so instead. Security
 * lists are unchanged. Unsupported combinations are refused, each with its reason.
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

  /**
   * @throws LOAD_BALANCER_INVALID for what does not go together, or a workload without port; NAME_INVALID, NAME_DUPLICATE,
   * PORT_INVALID, NODE_PORT_INVALID, COUNT_INVALID, NSG_LIMIT, REASON_MISSING, SUBNET_NOT_PUBLIC, ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis
   * LOAD_BALANCER_INVALID where the chart was added to another cluster, or to none and one beside it to the cluster; COUNT_INVALID where the rules of all Services are too many
   */
  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    props = aimed(props);
    const read = readLoadBalancer(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkCluster(this, props.cluster));
    explainForgotten(Chart.of(this), () => chartBeside(this, props.cluster) !== undefined);
    this.name = read.partner?.name ?? read.name;
    const { access, tls, workload, httpListener } = props;
    access._acknowledge(this);
    tls._acknowledge(this, read.namespace);
    httpListener?._acknowledge(this);
    for (const target of read.targets) noteListener(workload, target);
    for (const cidr of arrivalsOf(read.way, access, read.nodesCidr, read.balancersCidr)) {
      for (const target of read.targets) workload.connections._allowFromBlock(cidr, target);
      if (httpListener && workload._redirectPort !== undefined) {
        workload.connections._allowFromBlock(cidr, Port.tcp(workload._redirectPort));
      }
    }
    if (read.partner) {
      joinBalancer(read.partner, props, read);
      this.securityGroup = read.partner.securityGroup;
      this.node.defaultChild = read.partner.object;
      return;
    }
    if (read.way.rules === RuleOwner.TERRAFORM) this.securityGroup = addTerraformRules(props, read);
    else this.countControllerRules(props, read);
    const service = this.addService(props, read);
    this.node.defaultChild = service.object;
    addCertificates(this, props, read);
    if (props.compartmentId !== undefined) {
      grantRightElsewhere(props.cluster, balancerRight(!access.isInternal), props.compartmentId);
    }
    if (this.securityGroup && read.shareKey !== undefined) {
      const { name, securityGroup } = this;
      const [listener] = read.listeners;
      const transports = [...read.transports];
      const { nodePort } = listener ?? {};
      offerBalancer(workload, {
        key: read.shareKey,
        ...{ name, securityGroup, transports, nodePort },
        service: read.service,
        ...service,
      });
    }
  }

  private addService(
    props: LoadBalancerProps,
    read: ReadLoadBalancer,
  ): { readonly object: ApiObject; readonly ports: object[] } {
    const { workload, tls, securityGroups = [] } = props;
    const groups = [...(this.securityGroup ? [this.securityGroup] : []), ...securityGroups];
    const ids = groups.map(({ networkSecurityGroupId }) => networkSecurityGroupId);
    const ports = servicePorts(read.listeners, workload, tls.place);
    const object = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: this.name,
        labels: workload.labels,
        annotations: {
          ...annotationsOf(props, read, [...new Set(ids)]),
          ...runTimeAnnotations(
            this,
            props.cluster,
            read.way.type === LoadBalancerType.NETWORK_LOAD_BALANCER,
          ),
        },
      },
      spec: spec(props, read, ports),
    });
    return { object, ports };
  }

  /**
   * Counts the rules of the group, which has the same limit for the cloud controller; also if plain cdk8s
   * writes the chart.
   */
  private countControllerRules(props: LoadBalancerProps, read: ReadLoadBalancer): void {
    const { cluster } = props;
    const group = cluster.workerSecurityGroup;
    const count = controllerRules(props, read);
    const service = read.namespace === undefined ? read.name : read.service;
    countRules(cluster, { group, count: () => count, service });
    const clients = { ranges: props.access.sourceRanges, ports: read.listeners.map(({ port }) => port) };
    clusterBaseOf(cluster)?._addControllerRules(service, clients);
    checkAtSynthesis(this, () => checkRuleCount(cluster, group));
  }
}

function spec(
  { access, workload }: LoadBalancerProps,
  { way, healthPort }: ReadLoadBalancer,
  ports: readonly object[],
): object {
  return {
    type: "LoadBalancer",
    selector: workload.selectorLabels,
    ports,
    // Without it, everyone could connect.
    loadBalancerSourceRanges: access.sourceRanges,
    externalTrafficPolicy: way.policy,
    ...(healthPort === undefined ? {} : { healthCheckNodePort: healthPort }),
    // The only value that OCI load balancers support.
    sessionAffinity: "None",
  };
}

/** Refuses a load balancer whose subnet and groups belong to another cluster than its chart. */
function checkCluster(balancer: LoadBalancer, cluster: ISecureOkeCluster): void {
  const chart = Chart.of(balancer);
  if (!isAdded(chart)) checkForgotten(balancer, chart, cluster);
  const home = clusterOfChart(chart);
  if (!home || isSameCluster(home, cluster)) return;
  const problems = new Problems(balancer);
  problems.add(
    "LOAD_BALANCER_INVALID",
    `The load balancer is one of ${cluster.node.path}, and its chart was added to ${home.node.path}`,
    "Give exposeViaLoadBalancer the cluster whose addCdk8sChart gets the chart",
  );
  problems.throwIfAny();
}

/**
 * Refuses a load balancer whose chart was not added to the cluster: Terraform writes other charts of the App
 * for the cluster, but would omit this one.
 *
 * Plain cdk8s writes it, as does an App without charts added to the cluster, so there is nothing to refuse.
 */
function checkForgotten(balancer: LoadBalancer, chart: Chart, cluster: ISecureOkeCluster): void {
  if (!isBridging()) return;
  const beside = chartBeside(balancer, cluster);
  if (!beside) return;
  const problems = new Problems(balancer);
  problems.add(
    "LOAD_BALANCER_INVALID",
    `The load balancer is one of ${cluster.node.path}, to which the chart ${beside.node.path} beside it was added, and its ` +
      `own chart ${chart.node.path || chart.node.id} was added to no cluster`,
    `Call cluster.addCdk8sChart("${chart.node.id}", chart); a chart that plain cdk8s writes belongs into an App of its own`,
  );
  problems.throwIfAny();
}

/** A chart of the same App that was added to a cluster. */
function chartBeside(balancer: LoadBalancer, cluster: ISecureOkeCluster): Chart | undefined {
  return chartsIn(balancer.node.root).find((one) => {
    const scope = scopeOf(one);
    return scope && isSameCluster(scope, cluster);
  });
}
