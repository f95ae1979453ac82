import { checkPublicBalancer } from "../../network/vcn/cluster-network-base";
import { type Construct } from "constructs";
import {
  type BalancerSeconds,
  checkOptions,
  type Listener,
  portOf,
  readBalancerSeconds,
} from "./check-load-balancer";
import { type NodePortRequest, NodePorts } from "./node-ports";
import { type AddressRequest, checkAddress, checkAddressFree, claimAddress } from "./reserved-address";
import { checkSecretGrant } from "./secret-grant";
import { pathOf } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { type Port, IpProtocol } from "../../core/port";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import {
  choice,
  isOfKind,
  kind,
  listOf,
  mapOf,
  type Reader,
  refuseKind,
  shaped,
  text,
} from "../../core/value-readers";
import { balancerSubnetOf } from "../../network/vcn/network";
import { PodNetworkType } from "../../network/vcn/pod-networking";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import {
  checkCombination,
  ExternalTrafficPolicy,
  LoadBalancingPolicy,
  LoadBalancerType,
  ProxyProtocol,
  RuleOwner,
  TlsTerminationPoint,
  type WayIn,
} from "../load-balancer-kinds";
import {
  type LoadBalancerProps,
  type SharedBalancer,
  sharedBalancerOf,
  shareKeyOf,
} from "../load-balancer-props";
import { checkServiceName, checkServicePort } from "../read-service-ports";
import { atPort, type IServiceBackend, portsOf } from "../service-backend";

/** The data of its cluster that a load balancer needs. */
interface BalancerCluster {
  readonly subnetId: string;
  readonly balancersCidr: string;
  readonly nodesCidr: string;
  readonly nodesGroup: string;
}

/** Reads the data of the cluster that a load balancer needs, and adds a problem for what is missing. */
function readBalancerCluster(
  problems: Problems,
  { cluster, access, reservedAddress }: Partial<LoadBalancerProps>,
  way: WayIn,
): BalancerCluster {
  const subnet = problems.collect(() => cluster && balancerSubnetOf(cluster.network, way.isInternal));
  const nodesCidr = problems.collect(() => cluster?.network.workerSubnet.cidr);
  const nodesGroup = problems.collect(() => cluster?.workerSecurityGroup.networkSecurityGroupId);
  const forRules = way.rules === RuleOwner.TERRAFORM;
  const compartmentId = problems.collect(() => (forRules ? cluster?.network.compartmentId : ""));
  const vcnId = problems.collect(() => (forRules ? cluster?.network.vcnId : ""));
  const read = { subnetId: subnet?.subnetId, nodesCidr, nodesGroup };
  // Prevents the word undefined in an annotation.
  if (cluster && !problems.any) {
    checkGiven(problems, forRules ? { ...read, compartmentId, vcnId } : read);
  }
  if (cluster && subnet && access && !access.isInternal) {
    checkPublicBalancer(problems, cluster.network, cluster.node.path);
  }
  if (reservedAddress !== undefined) checkAddress(problems, reservedAddress, way, subnet);
  return {
    subnetId: subnet?.subnetId ?? "",
    balancersCidr: subnet?.cidr ?? "",
    nodesCidr: nodesCidr ?? "",
    nodesGroup: nodesGroup ?? "",
  };
}

/** The transports of the port of a load balancer, TCP first; adds their problems. */
function transportsOf(
  problems: Problems,
  { transport, transports }: Pick<Partial<LoadBalancerProps>, "transport" | "transports">,
): readonly IpProtocol[] {
  if (transports === undefined) return [transport ?? IpProtocol.TCP];
  if (transport !== undefined) {
    problems.add("VALUE_INVALID", "Both transport and transports are given", "Leave transport out");
  }
  if (transports.length === 0) {
    problems.add(
      "VALUE_INVALID",
      "transports is empty",
      "Write [Protocol.TCP, Protocol.UDP], or leave transports out",
    );
  }
  const both = [IpProtocol.TCP, IpProtocol.UDP].filter((one) => transports.includes(one));
  return both.length > 0 ? both : [IpProtocol.TCP];
}

/** The data of its props, its workload and its cluster that a load balancer needs. */
export interface ReadLoadBalancer extends BalancerCluster {
  readonly name: string;
  readonly namespace?: string;
  /** The namespace and the name, for messages. */
  readonly service: string;
  readonly way: WayIn;
  /** The port that clients connect to. */
  readonly port: number;
  /** TCP first, if there are two. */
  readonly transports: readonly IpProtocol[];
  /** The port of the pods, for each transport. */
  readonly targets: readonly Port[];
  /** The name of the ConfigMap that maps listeners to certificates. */
  readonly certificates: string;
  readonly seconds: BalancerSeconds;
  /** The key of calls that may share the load balancer; undefined if none may. */
  readonly shareKey?: string;
  /** The load balancer of an earlier call that also serves the transports of this one. */
  readonly partner?: SharedBalancer;
  /** The main listener for each transport, and the one without TLS, if there is one. */
  readonly listeners: readonly Listener[];
  /** The node port of the health check, if it is fixed. */
  readonly healthPort?: number;
}

const isTrueOrFalse: Reader = (problems, name, value) =>
  typeof value === "boolean" ? value : refuseKind(problems, name, value, "true or false");

const GROUP = kind(["networkSecurityGroupId"], "a NetworkSecurityGroup");

const TRANSPORT = choice({ TCP: IpProtocol.TCP, UDP: IpProtocol.UDP }, "Protocol.TCP or Protocol.UDP");
const RULE = kind(["_item"], "ListenerRule.strictTransportSecurity(), or another rule of a listener");

const SHAPES = {
  cluster: kind(["network", "workerSecurityGroup"], "the SecureOkeCluster that the workload runs in"),
  access: kind(
    ["isInternal", "sourceRanges", "_acknowledge"],
    'LoadBalancerAccess.internalFrom(["10.0.0.0/8"])',
  ),
  tls: kind(["place", "secret"], 'TlsTermination.atLoadBalancer({ secretName: "web-tls" })'),
  workload: kind(["connections", "selectorLabels"], "a HardenedDeployment, or another workload that listens"),
  shape: kind(["minimumMbps", "maximumMbps", "_annotations"], "LoadBalancerShape.flexible(10, 100)"),
  type: choice(LoadBalancerType, "LoadBalancerType.LOAD_BALANCER or LoadBalancerType.NETWORK_LOAD_BALANCER"),
  transport: TRANSPORT,
  transports: listOf(TRANSPORT, "a list, for example [Protocol.TCP, Protocol.UDP]"),
  securityRules: kind(["_owner"], "SecurityRuleManagement.terraformManaged()"),
  externalTrafficPolicy: choice(ExternalTrafficPolicy, "ExternalTrafficPolicy.CLUSTER or .LOCAL"),
  preserveSource: isTrueOrFalse,
  policy: choice(LoadBalancingPolicy, "LoadBalancingPolicy.ROUND_ROBIN, or another one of it"),
  healthCheck: kind([], "{ interval: Duration.seconds(10), timeout: Duration.seconds(3), retries: 3 }"),
  proxyProtocol: choice(ProxyProtocol, "ProxyProtocol.V1 or ProxyProtocol.V2"),
  httpListener: kind(["port", "reason"], "HttpListener.redirectedByWorkload({ reason })"),
  securityGroups: listOf(GROUP, "a list of network security groups"),
  listenerRules: listOf(RULE, "a list, for example [ListenerRule.strictTransportSecurity()]"),
  nodeLabels: mapOf(text(), 'an object of labels, for example { pool: "edge" }'),
};

/** The props with the workload seen through the target port. */
export function aimed(props: LoadBalancerProps): LoadBalancerProps {
  const { targetPort, workload } = (props as LoadBalancerProps | undefined) ?? {};
  if (targetPort === undefined || !isOfKind(workload, ["connections", "selectorLabels"])) return props;
  return { ...props, workload: atPort(workload as IServiceBackend, targetPort) };
}

/** Validates the props and reads the cluster; throws an error that lists every problem. */
export function readLoadBalancer(scope: Construct, id: string, given: LoadBalancerProps): ReadLoadBalancer {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["cluster", "access", "tls", "workload"]);
  const { workload, port = 443 } = props;
  const name = props.name ?? workload?.name ?? "";
  if (workload || props.name !== undefined) checkServiceName(problems, scope, name);
  checkWorkload(problems, scope, workload, props.targetPort);
  checkServicePort(problems, port);
  const transports = transportsOf(problems, props);
  checkTarget(problems, workload, props.targetPort, transports);
  const way = wayOf(props, transports[0]);
  // Missing props were reported already, and would be reported twice.
  if (props.tls && props.access) checkCombination(problems, way, ...furtherWays(props, transports));
  const seconds = readBalancerSeconds(problems, props, way.type);
  const shareKey = shareKeyOf(props, seconds.healthCheck);
  const partner = sharedBalancerOf(workload, shareKey, transports);
  checkOptions(problems, props, way, [...(partner?.transports ?? []), ...transports]);
  const cluster = readBalancerCluster(problems, props, way);
  const namespace = chartOf(scope)?.namespace;
  if (props.tls) checkSecretGrant(problems, props.tls, namespace);
  const certificates = `${name}-certificates`;
  if (props.tls?.certificateId !== undefined) {
    checkUnused(problems, scope, ["ConfigMap"], certificates, "Give the Service another name");
  }
  const service = `${namespace ?? ""}/${name}`;
  const address = addressOf(props, way, service, cluster);
  if (address && !partner) checkAddressFree(problems, address);
  const ports = partner ? new Map() : readNodePorts(problems, props, way, service, namespace);
  problems.throwIfAny();
  if (address && !partner) claimAddress(address);
  return {
    ...cluster,
    name,
    namespace,
    service,
    way,
    port,
    transports,
    targets: transports.map((transport) => portOf(transport, workload?.port ?? 0)),
    certificates,
    seconds,
    shareKey,
    partner,
    ...claimed(props, way, transports, service, ports, partner?.nodePort),
  };
}

/** The exposure of UDP on the port of a TCP listener: its encryption, such as QUIC, is in the pod, like TLS. */
function furtherWays(props: Partial<LoadBalancerProps>, transports: readonly IpProtocol[]): WayIn[] {
  return transports.slice(1).map((transport) => {
    const way = wayOf(props, transport);
    return way.tls === TlsTerminationPoint.POD ? { ...way, tls: TlsTerminationPoint.NONE } : way;
  });
}

function addressOf(
  { cluster, reservedAddress: address }: Partial<LoadBalancerProps>,
  { isInternal }: WayIn,
  service: string,
  { subnetId, balancersCidr: cidr }: BalancerCluster,
): AddressRequest | undefined {
  if (!cluster || address === undefined) return undefined;
  return { cluster, service, address, isInternal, subnet: { subnetId, cidr } };
}

function wayOf(props: Partial<LoadBalancerProps>, transport: IpProtocol | undefined): WayIn {
  return {
    type: props.type ?? LoadBalancerType.LOAD_BALANCER,
    isInternal: props.access?.isInternal ?? true,
    transport: transport ?? IpProtocol.TCP,
    rules: props.securityRules?._owner ?? RuleOwner.CLOUD,
    policy: props.externalTrafficPolicy ?? ExternalTrafficPolicy.CLUSTER,
    preserveSource: props.preserveSource ?? false,
    tls: props.tls?.place ?? TlsTerminationPoint.LOAD_BALANCER,
    podNetworking: props.cluster?.podNetworking?.type ?? PodNetworkType.VCN_NATIVE,
  };
}

/** Adds a problem if TCP is routed to a port on which the pods listen for UDP only. */
function checkTarget(
  problems: Problems,
  workload: IServiceBackend | undefined,
  targetPort: string | undefined,
  transports: readonly IpProtocol[],
): void {
  const target =
    targetPort === undefined || !workload
      ? undefined
      : portsOf(workload).find(({ name }) => name === targetPort);
  if (target?.transport !== IpProtocol.UDP || !transports.includes(IpProtocol.TCP)) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `targetPort is ${shown(targetPort)}, on which the pods listen for UDP, and the load balancer serves TCP`,
    "Write transport: Protocol.UDP, or take a port of the workload that is for TCP",
  );
}

function checkWorkload(
  problems: Problems,
  scope: Construct,
  workload: LoadBalancerProps["workload"] | undefined,
  targetPort: string | undefined,
): void {
  if (!workload) return;
  if (targetPort !== undefined && workload.port === undefined) {
    const names = portsOf(workload).map(({ name }) => name);
    problems.add(
      "LOAD_BALANCER_INVALID",
      `targetPort is ${shown(targetPort)}, and the workload ${workload.node.path} has ${names.length === 0 ? "no ports" : names.join(", ")}`,
      'Take one of them, or give the workload the port: ports: [{ name: "admin", port: 9000 }]',
    );
  } else if (workload.port === undefined) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give it the port that the program listens on, for example port: 8080",
    );
  }
  if (chartOf(workload) !== chartOf(scope)) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} is in another chart`,
      "Call exposeViaLoadBalancer of the workload",
    );
  }
}

/** The node ports that the Service needs: one for each listener, one for the health check with Local. */
function requestsOf(
  { securityRules, httpListener, port = 443 }: Partial<LoadBalancerProps>,
  { transport, policy }: WayIn,
  service: string,
): NodePortRequest[] {
  const { nodePort, httpNodePort, healthCheckNodePort } = securityRules?._options ?? {};
  const word = (number: number) => `${service} ${transport.toLowerCase()}-${number}`;
  const health = { purpose: `${service} health`, property: "healthCheckNodePort", port: healthCheckNodePort };
  return [
    { purpose: word(port), property: "nodePort", port: nodePort },
    ...(httpListener
      ? [{ purpose: word(httpListener.port), property: "httpNodePort", port: httpNodePort }]
      : []),
    ...(policy === ExternalTrafficPolicy.LOCAL ? [health] : []),
  ];
}

function readNodePorts(
  problems: Problems,
  props: Partial<LoadBalancerProps>,
  way: WayIn,
  service: string,
  namespace: string | undefined,
): ReadonlyMap<string, number> {
  if (way.rules !== RuleOwner.TERRAFORM) return new Map();
  if (namespace === undefined) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      "The chart has no namespace, and a node port is chosen by the namespace of its Service",
      'Give the chart one: new Chart(app, "shop", { namespace: "shop" })',
    );
  }
  if (!props.cluster) return new Map();
  return NodePorts.of(props.cluster).read(problems, service, requestsOf(props, way, service));
}

/** Claims the node ports after validation, and adds them to the listeners. */
function claimed(
  props: Partial<LoadBalancerProps>,
  way: WayIn,
  transports: readonly IpProtocol[],
  service: string,
  ports: ReadonlyMap<string, number>,
  sharedNodePort: number | undefined,
): Pick<ReadLoadBalancer, "listeners" | "healthPort"> {
  if (props.cluster && ports.size > 0) NodePorts.of(props.cluster).claim(service, ports);
  const { port = 443, httpListener } = props;
  const listener = (transport: IpProtocol, number: number) => {
    // One for both transports: the controller has one backend set for them, and uses the first node port.
    const purpose = `${service} ${way.transport.toLowerCase()}-${number}`;
    return { purpose, port: portOf(transport, number), nodePort: ports.get(purpose) ?? sharedNodePort };
  };
  const listeners: Listener[] = transports.map((transport) => listener(transport, port));
  if (httpListener) listeners.push({ ...listener(way.transport, httpListener.port), isPlain: true });
  return { listeners, healthPort: ports.get(`${service} health`) };
}
