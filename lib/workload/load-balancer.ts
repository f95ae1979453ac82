import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { AppProtocol, portName, servicePort } from "./app-protocol";
import { type LoadBalancerProps } from "./load-balancer-props";
import { LoadBalancerShape } from "./load-balancer-shape";
import { readLoadBalancer } from "./read-load-balancer";
import { type ISecureOkeCluster } from "../cluster/cluster";
import { Port } from "../core/port";
import { Problems } from "../core/validation-error";
import { scopeOf } from "../manifests/chart-scopes";
import { guardStaticSynthesis } from "../manifests/static-synthesis";
import { checkAtSynthesis } from "../manifests/synthesis-checks";

const OCI = "oci.oraclecloud.com";
const BETA = "service.beta.kubernetes.io";

/**
 * A Service whose OCI load balancer ends TLS and is guarded by network security groups that OKE manages.
 *
 * The cluster's cloud controller makes the group of the load balancer, and writes the rules of each listener there and in
 * the workers' group; no security list changes.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancer_topic-Summaryofannotations.htm
 */
export class LoadBalancer extends Construct {
  /** The name of the Service. */
  public readonly name: string;

  /**
   * @throws LOAD_BALANCER_INVALID where the workload has no port; NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, COUNT_INVALID,
   * SUBNET_NOT_PUBLIC, ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis LOAD_BALANCER_INVALID where the chart was added to
   * another cluster
   */
  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    const { name, targetPort, subnetId, nodesCidr, nodesGroup } = readLoadBalancer(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    checkAtSynthesis(this, () => checkCluster(this, props.cluster));
    this.name = name;
    const { access, tls, port = 443, shape = LoadBalancerShape.flexible(10, 100), workload } = props;
    access._acknowledge(this);
    // With the policy Cluster, clients' traffic comes from the node that the load balancer chose.
    workload.connections._allowFromBlock(nodesCidr, Port.tcp(targetPort));
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name,
        labels: workload.labels,
        annotations: {
          [`${OCI}/load-balancer-type`]: "lb",
          // Without it the cloud controller rewrites security lists, behind Terraform's back.
          [`${OCI}/security-rule-management-mode`]: "NSG",
          [`${OCI}/oci-backend-network-security-group`]: nodesGroup,
          // Pods reach the address through the load balancer too: on the short way that kube-proxy takes otherwise, nobody
          // ends TLS.
          [`${OCI}/ingress-ip-mode`]: "proxy",
          [`${BETA}/oci-load-balancer-internal`]: String(access.isInternal),
          [`${BETA}/oci-load-balancer-subnet1`]: subnetId,
          [`${BETA}/oci-load-balancer-shape`]: "flexible",
          [`${BETA}/oci-load-balancer-shape-flex-min`]: String(shape.minimumMbps),
          [`${BETA}/oci-load-balancer-shape-flex-max`]: String(shape.maximumMbps),
          [`${BETA}/oci-load-balancer-backend-protocol`]: workload.protocol,
          [`${BETA}/oci-load-balancer-connection-idle-timeout`]: String(props.idleTimeoutSeconds ?? 60),
          ...tls._annotations(port),
        },
      },
      spec: {
        type: "LoadBalancer",
        selector: workload.selectorLabels,
        ports: [servicePort(listenerName(workload.protocol), port, workload.protocol)],
        // Absent, everyone could connect.
        loadBalancerSourceRanges: access.sourceRanges,
        externalTrafficPolicy: "Cluster",
        // The only one that OCI load balancers serve.
        sessionAffinity: "None",
      },
    });
  }
}

/** The name of what clients speak, once TLS is around it. */
function listenerName(protocol: AppProtocol): string {
  return protocol === AppProtocol.HTTP ? "https" : portName(protocol);
}

/** Refuses a load balancer whose subnet and groups are another cluster's than the one that the chart is for. */
function checkCluster(balancer: LoadBalancer, cluster: ISecureOkeCluster): void {
  const home = scopeOf(Chart.of(balancer)) as Partial<ISecureOkeCluster> | undefined;
  if (!home || home === cluster || !("workersSecurityGroup" in home)) return;
  // The same cluster may be made in one stack and imported in another one.
  if (home.clusterId !== undefined && home.clusterId === cluster.clusterId) return;
  const problems = new Problems(balancer);
  problems.add(
    "LOAD_BALANCER_INVALID",
    `The load balancer is one of ${cluster.node.path}, and its chart was added to ${home.node?.path}`,
    "Give exposeViaLoadBalancer the cluster whose addCdk8sChart gets the chart",
  );
  problems.throwIfAny();
}
