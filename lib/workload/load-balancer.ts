import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { AppProtocol, portName, servicePort } from "./app-protocol";
import { type LoadBalancerAccess } from "./load-balancer-access";
import { LoadBalancerShape } from "./load-balancer-shape";
import { type IServiceBackend } from "./service-backend";
import { checkServiceName } from "./service-name";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster";
import { pathOf } from "../core/construct-path";
import { Port } from "../core/port";
import { Problems } from "../core/validation-error";
import { guardStaticSynthesis } from "../manifests/static-synthesis";

/** How a workload is reached through a load balancer. */
export interface LoadBalancerOptions {
  /** The cluster that the workload runs in. */
  readonly cluster: ISecureOkeCluster;
  /** Who may connect. */
  readonly access: LoadBalancerAccess;
  /** Where TLS ends. */
  readonly tls: TlsTermination;
  /**
   * The port that clients connect to, 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;
  /**
   * The name of the Service.
   *
   * @default - the name of the workload
   */
  readonly name?: string;
  /**
   * The bandwidth.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * Seconds after which a connection without traffic is closed, 1 to 7200.
   *
   * @default 60
   */
  readonly idleTimeoutSeconds?: number;
}

/** How a workload is reached through a load balancer, and which one. */
export interface LoadBalancerProps extends LoadBalancerOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}

const LONGEST_IDLE_SECONDS = 7200;
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
   * SUBNET_NOT_PUBLIC, ATTRIBUTE_MISSING
   */
  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    const { name, targetPort, subnetId, nodesCidr, nodesGroup } = read(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
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

interface Read {
  readonly name: string;
  readonly targetPort: number;
  readonly subnetId: string;
  readonly nodesCidr: string;
  readonly nodesGroup: string;
}

/** Validates the props and reads the cluster; throws with all that is wrong. */
function read(scope: Construct, id: string, props: LoadBalancerProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const { workload, cluster, access, port = 443, idleTimeoutSeconds = 60 } = props;
  const name = props.name ?? workload.name;
  checkServiceName(problems, scope, name);
  if (workload.port === undefined) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give it the port that the program listens on, for example port: 8080",
    );
  }
  if (Chart.of(workload) !== Chart.of(scope)) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} is in another chart`,
      "Call exposeViaLoadBalancer of the workload",
    );
  }
  problems.collect(() => Port.tcp(port));
  if (
    !Number.isInteger(idleTimeoutSeconds) ||
    idleTimeoutSeconds < 1 ||
    idleTimeoutSeconds > LONGEST_IDLE_SECONDS
  ) {
    problems.add(
      "COUNT_INVALID",
      `idleTimeoutSeconds is ${idleTimeoutSeconds}`,
      `Give a whole number from 1 to ${LONGEST_IDLE_SECONDS}`,
    );
  }
  const subnet = problems.collect(() => cluster.network.loadBalancerSubnet);
  const nodesCidr = problems.collect(() => cluster.network.workersSubnet.cidr);
  const nodesGroup = problems.collect(() => cluster.workersSecurityGroup.networkSecurityGroupId);
  if (subnet && !access.isInternal && !subnet.isPublic) {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `The load balancer is public, and the subnet of the load balancers of ${cluster.node.path} forbids public addresses`,
      'Make it public: new ClusterNetwork(stack, "network", { loadBalancerSubnet: SubnetExposure.publicWith({ reason: "..." }), ' +
        "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
    );
  }
  problems.throwIfAny();
  return {
    name,
    targetPort: workload.port ?? 0,
    subnetId: subnet?.subnetId ?? "",
    nodesCidr: nodesCidr ?? "",
    nodesGroup: nodesGroup ?? "",
  };
}
