import { type Construct } from "constructs";
import { checkOptions, checkCombinations, type Exposure } from "./check-load-balancer";
import {
  LOAD_BALANCER,
  type LoadBalancerInput,
  type LoadBalancerProps,
  LoadBalancerShape,
} from "../load-balancer-props";
import {
  type NodePortRequest,
  NodePorts,
  type AddressRequest,
  checkAddress,
  checkAddressFree,
  claimAddress,
  type SharedBalancer,
  sharedBalancerOf,
  shareKeyOf,
} from "./load-balancer-claims";
import { checkSecretGrant } from "../tls-termination";
import {
  type Listener,
  portOf,
  checkServiceName,
  portsOf,
  type ServiceTarget,
  targetOf,
} from "../workload-service";
import { pathOf } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { IpProtocol, type Port } from "../../core/port";
import { readProps, type Resolved } from "../../core/readers";
import { checkGiven } from "../../core/missing-values";
import { Problems } from "../../core/validation-error";
import { checkPublicBalancer, balancerSubnetOf } from "../../network/vcn/network";
import { PodNetworkType } from "../../network/vcn/pod-networking";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { AppProtocol } from "../../workload/pods/ports";
import {
  type HealthCheckSeconds,
  checkInterval,
  ExternalTrafficPolicy,
  LoadBalancerType,
  RuleOwner,
  TlsTerminationPoint,
} from "../load-balancer-settings";

const DEFAULT_IDLE_SECONDS = 60;

/** The subnets and groups of the cluster that a load balancer needs. */
interface ClusterSubnets {
  /** The OCID of the load balancer's subnet. */
  readonly subnetId: string;
  readonly balancerCidr: string;
  readonly workerCidr: string;
  /** The OCID of the workers' group. */
  readonly workerGroupId: string;
}

/** The members that are resolved from several props. */
interface Derived extends ClusterSubnets {
  /** The name of the Service. */
  readonly name: string;
  readonly namespace?: string;
  /** The namespace and the name of the Service, for messages. */
  readonly service: string;
  /** The port of the workload that the Service routes to. */
  readonly target: ServiceTarget;
  readonly exposure: Exposure;
  /** TCP first, if there are two. */
  readonly transports: readonly IpProtocol[];
  /** The port of the pods, for each transport. */
  readonly podPorts: readonly Port[];
  /** The name of the ConfigMap that maps listeners to certificates. */
  readonly certificateMap: string;
  readonly shape: LoadBalancerShape;
  /** The idle timeout in seconds. */
  readonly idleTimeout: number;
  readonly healthCheck?: HealthCheckSeconds;
  /** The key of calls that may share the load balancer; undefined if none may. */
  readonly shareKey?: string;
  /** The load balancer of an earlier call that also serves the transports of this one. */
  readonly partner?: SharedBalancer;
  /** The main listener for each transport, and the one without TLS, if there is one. */
  readonly listeners: readonly Listener[];
  /** The node port of the health check, if it is fixed. */
  readonly healthPort?: number;
}

/** The resolved props of a load balancer. */
export type ResolvedLoadBalancer = Derived & Omit<Resolved<typeof LOAD_BALANCER>, keyof Derived>;

/** Reads the props and the cluster; throws an error that lists every problem. */
export function readLoadBalancer(
  scope: Construct,
  id: string,
  props: LoadBalancerProps,
): ResolvedLoadBalancer {
  const problems = new Problems(pathOf(scope, id));
  const input = readProps(problems, props, LOAD_BALANCER);
  const { workload, tls, port = 0 } = input;
  const name = input.name ?? workload?.name ?? "";
  if (workload || input.name !== undefined) checkServiceName(problems, scope, name);
  const target = workload && targetOf(workload, input.targetPort);
  checkWorkload(problems, scope, input, target);
  const transports = readTransports(problems, input);
  checkTargetTransport(problems, input, transports);
  const exposure = exposureOf(input, transports[0]);
  // Missing props were reported already, and would be reported twice.
  if (tls && input.access) checkCombinations(problems, exposure, ...furtherExposures(input, transports));
  const { healthCheck } = input;
  if (healthCheck) checkInterval(problems, exposure.type, healthCheck);
  const shareKey = shareKeyOf(input, healthCheck);
  const partner = sharedBalancerOf(workload, shareKey, transports);
  const protocol = target?.protocol ?? AppProtocol.HTTP;
  checkOptions(problems, {
    input,
    exposure,
    protocol,
    transports: [...(partner?.transports ?? []), ...transports],
  });
  const subnets = readSubnets(problems, input, exposure);
  const namespace = chartOf(scope)?.namespace;
  if (tls) checkSecretGrant(problems, tls, namespace);
  const certificateMap = `${name}-certificates`;
  if (tls?.certificateId !== undefined) {
    checkUnused(problems, scope, ["ConfigMap"], certificateMap, "Give the Service another name");
  }
  const service = `${namespace ?? ""}/${name}`;
  const address = partner ? undefined : addressOf(input, exposure, service, subnets);
  if (address) checkAddressFree(problems, address);
  const nodePorts: ReadonlyMap<string, number> = partner
    ? new Map()
    : readNodePorts(problems, input, { exposure, service, namespace });
  problems.throwIfAny();
  if (address) claimAddress(address);
  if (input.cluster && nodePorts.size > 0) NodePorts.of(input.cluster).claim(service, nodePorts);
  const listener = listenersBy({ service, transport: exposure.transport }, nodePorts, partner?.nodePort);
  return problems.resolved<ResolvedLoadBalancer>({
    ...input,
    ...subnets,
    ...{
      name,
      namespace,
      service,
      target,
      exposure,
      transports,
      certificateMap,
      healthCheck,
      shareKey,
      partner,
    },
    podPorts: transports.map((transport) => portOf(transport, target?.port ?? 0)),
    shape: input.shape ?? LoadBalancerShape.flexible(10, 100),
    idleTimeout: input.idleTimeout ?? DEFAULT_IDLE_SECONDS,
    listeners: [
      ...transports.map((transport) => listener(transport, port)),
      ...(input.httpListener
        ? [{ ...listener(exposure.transport, input.httpListener.port), isPlain: true }]
        : []),
    ],
    healthPort: nodePorts.get(`${service} health`),
  });
}

function exposureOf(input: LoadBalancerInput, transport: IpProtocol = IpProtocol.TCP): Exposure {
  return {
    type: input.type ?? LoadBalancerType.LOAD_BALANCER,
    isInternal: input.access?.isInternal ?? true,
    transport,
    rules: input.securityRules?._owner ?? RuleOwner.CLOUD,
    policy: input.externalTrafficPolicy ?? ExternalTrafficPolicy.CLUSTER,
    preserveSource: input.preserveSource ?? false,
    tls: input.tls?.place ?? TlsTerminationPoint.LOAD_BALANCER,
    podNetworking: input.cluster?.podNetworking?.type ?? PodNetworkType.VCN_NATIVE,
  };
}

/** The exposure of UDP on the port of a TCP listener: its encryption, such as QUIC, is in the pod, like TLS. */
function furtherExposures(input: LoadBalancerInput, transports: readonly IpProtocol[]): Exposure[] {
  return transports.slice(1).map((transport) => {
    const exposure = exposureOf(input, transport);
    return exposure.tls === TlsTerminationPoint.POD
      ? { ...exposure, tls: TlsTerminationPoint.NONE }
      : exposure;
  });
}

/** The transports of the port, TCP first. */
function readTransports(
  problems: Problems,
  { transport, transports }: LoadBalancerInput,
): readonly IpProtocol[] {
  if (transports === undefined) return [transport ?? IpProtocol.TCP];
  if (transport !== undefined) {
    problems.add("VALUE_INVALID", "transports and transport are both set", "Leave transport out");
  }
  if (transports.length === 0) {
    problems.add(
      "VALUE_INVALID",
      "transports is empty",
      "Give [IpProtocol.TCP, IpProtocol.UDP], or leave transports out",
    );
  }
  const ordered = ([IpProtocol.TCP, IpProtocol.UDP] as const).filter((candidate) =>
    transports.includes(candidate),
  );
  return ordered.length > 0 ? ordered : [IpProtocol.TCP];
}

/** Adds a problem if TCP is routed to a port on which the pods listen for UDP only. */
function checkTargetTransport(
  problems: Problems,
  { workload, targetPort }: LoadBalancerInput,
  transports: readonly IpProtocol[],
): void {
  if (targetPort === undefined || !workload || !transports.includes(IpProtocol.TCP)) return;
  const target = portsOf(workload).find(({ name }) => name === targetPort);
  if (target?.transport !== IpProtocol.UDP) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `targetPort is ${shown(targetPort)}, on which the pods listen for UDP, but the load balancer serves TCP`,
    "Set transport: IpProtocol.UDP, or give a TCP port of the workload",
  );
}

function checkWorkload(
  problems: Problems,
  scope: Construct,
  { workload, targetPort }: LoadBalancerInput,
  target: ServiceTarget | undefined,
): void {
  if (!workload) return;
  if (target?.port === undefined && targetPort !== undefined) {
    const names = portsOf(workload).map(({ name }) => name);
    problems.add(
      "LOAD_BALANCER_INVALID",
      `targetPort is ${shown(targetPort)}, but the workload ${workload.node.path} has ` +
        (names.length === 0 ? "no ports" : `only ${names.join(", ")}`),
      'Give one of the workload\'s ports, or add the port: ports: [{ name: "admin", port: 9000 }]',
    );
  } else if (target?.port === undefined) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give the workload the port that the program listens on, for example port: 8080",
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

/** Reads the subnets and groups of the cluster, and adds a problem for each that is missing. */
function readSubnets(
  problems: Problems,
  { cluster, access, reservedAddress }: LoadBalancerInput,
  exposure: Exposure,
): ClusterSubnets {
  const subnet = problems.collect(() => cluster && balancerSubnetOf(cluster.network, exposure.isInternal));
  const workerCidr = problems.collect(() => cluster?.network.workerSubnet.cidr);
  const workerGroupId = problems.collect(() => cluster?.workerSecurityGroup.networkSecurityGroupId);
  const isTerraform = exposure.rules === RuleOwner.TERRAFORM;
  const compartmentId = problems.collect(() => (isTerraform ? cluster?.network.compartmentId : ""));
  const vcnId = problems.collect(() => (isTerraform ? cluster?.network.vcnId : ""));
  // Prevents the word undefined in an annotation.
  if (cluster && !problems.any) {
    const needed = { subnetId: subnet?.subnetId, workerCidr, workerGroupId };
    checkGiven(problems, isTerraform ? { ...needed, compartmentId, vcnId } : needed);
  }
  if (cluster && subnet && access && !access.isInternal) {
    checkPublicBalancer(problems, cluster.network, cluster.node.path);
  }
  if (reservedAddress !== undefined) checkAddress(problems, reservedAddress, exposure, subnet);
  return {
    subnetId: subnet?.subnetId ?? "",
    balancerCidr: subnet?.cidr ?? "",
    workerCidr: workerCidr ?? "",
    workerGroupId: workerGroupId ?? "",
  };
}

function addressOf(
  { cluster, reservedAddress: address }: LoadBalancerInput,
  { isInternal }: Exposure,
  service: string,
  { subnetId, balancerCidr: cidr }: ClusterSubnets,
): AddressRequest | undefined {
  if (!cluster || address === undefined) return undefined;
  return { cluster, service, address, isInternal, subnet: { subnetId, cidr } };
}

/** A Service that needs node ports. */
interface NodePortService {
  readonly exposure: Exposure;
  readonly service: string;
  readonly namespace: string | undefined;
}

function readNodePorts(
  problems: Problems,
  input: LoadBalancerInput,
  { exposure, service, namespace }: NodePortService,
): ReadonlyMap<string, number> {
  if (exposure.rules !== RuleOwner.TERRAFORM) return new Map();
  if (namespace === undefined) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      "The chart has no namespace, from which the node ports of Terraform-managed rules are derived",
      'Give the chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
    );
  }
  if (!input.cluster) return new Map();
  return NodePorts.of(input.cluster).read(problems, service, requestsOf(input, exposure, service));
}

/** The node ports that the Service needs: one for each listener, one for the health check with Local. */
function requestsOf(
  { securityRules, httpListener, port = 0 }: LoadBalancerInput,
  { transport, policy }: Exposure,
  service: string,
): NodePortRequest[] {
  const { nodePort, httpNodePort, healthCheckNodePort } = securityRules?._options ?? {};
  const purpose = (number: number) => purposeOf({ service, transport }, number);
  const health = { purpose: `${service} health`, property: "healthCheckNodePort", port: healthCheckNodePort };
  return [
    { purpose: purpose(port), property: "nodePort", port: nodePort },
    ...(httpListener
      ? [{ purpose: purpose(httpListener.port), property: "httpNodePort", port: httpNodePort }]
      : []),
    ...(policy === ExternalTrafficPolicy.LOCAL ? [health] : []),
  ];
}

/** A Service, and the transport that its node ports are named after. */
interface NodePortOwner {
  readonly service: string;
  readonly transport: IpProtocol;
}

function purposeOf({ service, transport }: NodePortOwner, port: number): string {
  return `${service} ${transport.toLowerCase()}-${port}`;
}

/** Creates listeners with their node ports. */
function listenersBy(
  owner: NodePortOwner,
  nodePorts: ReadonlyMap<string, number>,
  sharedNodePort: number | undefined,
): (transport: IpProtocol, port: number) => Listener {
  return (transport, port) => {
    // One for both transports: the controller has one backend set for them, and uses the first node port.
    const purpose = purposeOf(owner, port);
    return { purpose, port: portOf(transport, port), nodePort: nodePorts.get(purpose) ?? sharedNodePort };
  };
}
