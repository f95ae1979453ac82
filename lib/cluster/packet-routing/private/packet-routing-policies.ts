import { type ITerraformDependable, Lazy, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type Port, IpProtocol } from "../../../core/port";
import { identityOf } from "../../../core/terraform-text";
import { ResourceConstruct } from "../../../core/resource-construct";
import { policyNameOf } from "../../../core/resource-name";
import { tagsOf } from "../../../core/tagging";
import { Problems } from "../../../core/validation-error";
import {
  type RuleEnd,
  type INetworkSecurityGroup,
  recordedRanges,
} from "../../../network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../../network/security-groups/network-security-group";
import { type SecurityAttribute } from "../../../network/security-groups/security-attribute";
import { balancerSubnetsOf } from "../../../network/vcn/network";
import { isOverlay } from "../../../network/vcn/pod-networking";
import { IdentityPolicy } from "../../../oci/identity-policy";
import { ZprZprPolicy } from "../../../oci/zpr-zpr-policy";
import {
  type ClusterPacketRouting,
  type ISecureOkeCluster,
  type LoadBalancerClients,
} from "../../cluster-base";
import { type PacketRouting, type PacketRoutingOptions } from "../packet-routing";

/** See https://docs.oracle.com/iaas/Content/zero-trust-packet-routing/overview.htm */
const MAX_STATEMENTS = 25;
const SERVICES = "'osn-services-ip-addresses'";
const ANY_PORT = "";

/** A cluster that the program creates. */
type RoutedCluster = Construct &
  ISecureOkeCluster & { readonly apiEndpointSecurityGroup: INetworkSecurityGroup };

interface RoutedClusterProps {
  readonly apiEndpointSecurityGroups?: INetworkSecurityGroup[];
  readonly homeRegionProvider?: TerraformProvider;
}

/** The content of a statement: source, destination and condition. */
interface Connection {
  readonly from: string;
  readonly to: string;
  readonly condition: string;
}

/** A security group whose rules become statements, and the way that policies name its members. */
interface Labelled {
  readonly group: INetworkSecurityGroup;
  readonly endpoints: string;
}

/** The Zero Trust Packet Routing policies of a cluster, derived from the rules of its security groups. */
export class PacketRoutingPolicies extends ResourceConstruct implements ClusterPacketRouting {
  /** The policies of a cluster, if it has packet routing. */
  public static _of(
    cluster: RoutedCluster,
    routing: PacketRouting | undefined,
    { apiEndpointSecurityGroups: furtherGroups = [], homeRegionProvider }: RoutedClusterProps,
  ): PacketRoutingPolicies | undefined {
    if (!routing) return undefined;
    const { options } = routing;
    return new PacketRoutingPolicies(cluster, "PacketRouting", options, furtherGroups, homeRegionProvider);
  }

  /** The security attribute of the nodes. */
  public readonly nodes?: SecurityAttribute;
  /** The policies that must exist before anything has a security attribute. */
  public readonly policies: ITerraformDependable[];
  /** The security attribute of the pods. */
  public readonly pods?: SecurityAttribute;
  private readonly loadBalancers?: SecurityAttribute;
  private readonly nodeGroups = new Set<INetworkSecurityGroup>();
  private readonly podGroups = new Set<INetworkSecurityGroup>();
  private readonly clients: LoadBalancerClients[] = [];

  private constructor(
    private readonly cluster: RoutedCluster,
    id: string,
    private readonly options: PacketRoutingOptions,
    private readonly endpointGroups: readonly INetworkSecurityGroup[],
    private readonly provider: TerraformProvider | undefined,
  ) {
    super(cluster, id);
    this.nodes = options.nodes;
    this.pods = options.pods;
    this.loadBalancers = options.loadBalancers;
    this.policies = [
      this.addNamespacePolicy(),
      this.addPolicy("ApiEndpoint", "the API endpoint", () => this.ofEndpoint()),
    ];
    if (this.nodes) this.policies.push(this.addPolicy("Nodes", "the worker nodes", () => this.ofNodes()));
    if (this.pods) this.policies.push(this.addPolicy("Pods", "the pods", () => this.ofPods()));
    if (this.loadBalancers) {
      this.policies.push(this.addPolicy("LoadBalancers", "the load balancers", () => this.ofLoadBalancers()));
    }
    // At synthesis, after all rules have been added.
    this.node.addValidation({
      validate: () => {
        this.check();
        return [];
      },
    });
  }

  /** Adds the security groups of a pool's nodes, whose rules apply to everything with the attribute. */
  public addNodeGroups(groups: readonly INetworkSecurityGroup[]): void {
    for (const group of groups) this.nodeGroups.add(group);
  }

  /** Adds the security groups of a pool's pods. */
  public addPodGroups(groups: readonly INetworkSecurityGroup[]): void {
    for (const group of groups) this.podGroups.add(group);
  }

  /** Adds the clients of a load balancer, whose run-time rules can't be read here. */
  public addClients(clients: LoadBalancerClients): void {
    this.clients.push(clients);
  }

  /** The security attribute of load balancers in the format of the annotation: JSON, as in the API. */
  public get loadBalancerAnnotation(): string | undefined {
    if (!this.loadBalancers) return undefined;
    const { namespace, key, value } = this.loadBalancers;
    return JSON.stringify({ [namespace]: { [key]: { mode: "enforce", value } } });
  }

  /** Without this policy, security attributes can't be set; it is written before the cluster, whose OCID is not known then. */
  private addNamespacePolicy(): IdentityPolicy {
    const { apiEndpoint, nodes, pods, loadBalancers, tenancyId } = this.options;
    const principals = [
      ["cluster", [apiEndpoint, loadBalancers]],
      ["nodepool", [nodes, pods]],
    ] as const;
    const statements = principals.flatMap(([principal, labels]) => {
      const namespaces = labels.flatMap((label) => (label ? [label.namespace] : []));
      return [...new Set(namespaces)]
        .sort()
        .map(
          (namespace) =>
            "Allow any-user to use security-attribute-namespaces in tenancy where all {" +
            `request.principal.type = '${principal}', request.principal.compartment.id = '${this.cluster.compartmentId}', ` +
            `target.security-attribute-namespace.name = '${namespace}'}`,
        );
    });
    return new IdentityPolicy(this, "Namespaces", {
      provider: this.provider,
      compartmentId: tenancyId,
      name: policyNameOf(this, `${this.cluster.node.path}-security-attributes`),
      description: "Lets the cluster and its node pools use the namespaces of their security attributes",
      statements,
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, {}),
    });
  }

  private addPolicy(id: string, what: string, statements: () => string[]): ZprZprPolicy {
    return new ZprZprPolicy(this, id, {
      provider: this.provider,
      compartmentId: this.options.tenancyId,
      name: policyNameOf(this, `${this.cluster.node.path}-${id}`),
      description: `Connections from and to ${what} of the cluster`,
      statements: Lazy.listValue({ produce: statements }),
      // A policy can't be renamed, and resources with an attribute must never be without it.
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, {}),
    });
  }

  private ofEndpoint(): string[] {
    return this.statements(this.endpoint).texts;
  }

  private get endpoint(): Labelled[] {
    const endpoints = named(this.options.apiEndpoint);
    return [this.cluster.apiEndpointSecurityGroup, ...this.endpointGroups].map((group) => ({
      group,
      endpoints,
    }));
  }

  private get labelledNodes(): Labelled[] {
    if (!this.nodes) return [];
    const endpoints = named(this.nodes);
    return [this.cluster.workerSecurityGroup, ...this.nodeGroups].map((group) => ({ group, endpoints }));
  }

  private ofNodes(): string[] {
    const { nodes } = this;
    if (!nodes) return [];
    const endpoints = named(nodes);
    // Rules that the cloud controller writes at run time can't be read here.
    const ofBalancers = this.balancers.map((from) => ({ from, to: endpoints, condition: ANY_PORT }));
    const { texts } = this.statements(this.labelledNodes, ofBalancers);
    return without(texts, this.ofEndpoint());
  }

  private get labelledPods(): Labelled[] {
    if (!this.pods) return [];
    const endpoints = named(this.pods);
    return [this.cluster.podSecurityGroup, ...this.podGroups].map((group) => ({ group, endpoints }));
  }

  private ofPods(): string[] {
    return without(this.statements(this.labelledPods).texts, [...this.ofEndpoint(), ...this.ofNodes()]);
  }

  /** The way that policies name load balancers: by attribute, or by subnet. */
  private get balancers(): string[] {
    if (this.loadBalancers) return [named(this.loadBalancers)];
    return balancerSubnetsOf(this.cluster.network).map(([, { cidr }]) => `'${cidr}'`);
  }

  /** The security groups of load balancers that Terraform creates for Services and native ingress classes. */
  private get balancerGroups(): NetworkSecurityGroup[] {
    return ["LoadBalancers", "IngressGateways"]
      .flatMap((id) => this.cluster.node.tryFindChild(id)?.node.findAll() ?? [])
      .filter((child): child is NetworkSecurityGroup => child instanceof NetworkSecurityGroup);
  }

  private get labelledBalancers(): Labelled[] {
    if (!this.loadBalancers) return [];
    const endpoints = named(this.loadBalancers);
    return this.balancerGroups.map((group) => ({ group, endpoints }));
  }

  private ofLoadBalancers(): string[] {
    if (!this.loadBalancers) return [];
    const endpoints = named(this.loadBalancers);
    const nodes = this.nodes ? named(this.nodes) : `'${this.cluster.network.workerSubnet.cidr}'`;
    const toNodes = this.clients.length > 0 ? [{ from: endpoints, to: nodes, condition: ANY_PORT }] : [];
    const clients = this.clients.flatMap(({ ranges, ports }) =>
      ranges.flatMap((range) =>
        ports.map((port) => ({ from: `'${range}'`, to: endpoints, condition: conditionOf(port) })),
      ),
    );
    const { texts } = this.statements(this.labelledBalancers, [...toNodes, ...clients]);
    return without(texts, [...this.ofNodes(), ...this.ofPods()]);
  }

  /** The statements for the rules of security groups, each pair of ends once; and the groups whose addresses are not known. */
  private statements(
    labelled: readonly Labelled[],
    further: readonly Connection[] = [],
  ): { texts: string[]; unknown: string[] } {
    const names = this.names();
    const unknown = new Set<string>();
    const pairs = new Map<string, Set<string>>();
    const add = ({ from, to, condition }: Connection) => {
      const pair = `in ${this.options.network.toString()} VCN allow ${from} to connect to ${to}`;
      pairs.set(pair, (pairs.get(pair) ?? new Set()).add(condition));
    };
    for (const { group, endpoints } of labelled) {
      for (const { direction, end, port } of (group as Partial<NetworkSecurityGroup>)._ruleContents ?? []) {
        const other = this.nameOf(end, names);
        if (other === undefined) unknown.add(identityOf(this, end.value));
        else if (direction === "INGRESS") add({ from: other, to: endpoints, condition: conditionOf(port) });
        else add({ from: endpoints, to: other, condition: conditionOf(port) });
      }
    }
    further.forEach(add);
    const texts = [...pairs].flatMap(([pair, conditions]) =>
      conditions.has(ANY_PORT) ? [pair] : [...conditions].map((condition) => `${pair}${condition}`),
    );
    return { texts: texts.sort(), unknown: [...unknown].sort() };
  }

  private nameOf({ type, value }: RuleEnd, names: ReadonlyMap<string, string>): string | undefined {
    if (type === "SERVICE_CIDR_BLOCK") return SERVICES;
    if (type === "CIDR_BLOCK") return `'${value}'`;
    return names.get(identityOf(this, value));
  }

  /** The way that policies name the members of security groups. */
  private names(): Map<string, string> {
    const { cluster, options } = this;
    const { network } = cluster;
    const names = new Map<string, string>();
    const put = (group: INetworkSecurityGroup, text: string) =>
      names.set(identityOf(this, group.networkSecurityGroupId), text);
    for (const [identity, cidr] of recordedRanges(this)) names.set(identity, `'${cidr}'`);
    for (const { securityGroup, cidr } of options.ranges ?? []) put(securityGroup, `'${cidr}'`);
    if (!isOverlay(cluster.podNetworking)) {
      put(cluster.podSecurityGroup, this.pods ? named(this.pods) : `'${network.podSubnet.cidr}'`);
    }
    put(cluster.workerSecurityGroup, this.nodes ? named(this.nodes) : `'${network.workerSubnet.cidr}'`);
    for (const { group, endpoints } of this.labelledBalancers) put(group, endpoints);
    put(cluster.apiEndpointSecurityGroup, named(options.apiEndpoint));
    return names;
  }

  private check(): void {
    const problems = new Problems(this.cluster);
    const labelled = [
      ...this.endpoint,
      ...this.labelledNodes,
      ...this.labelledPods,
      ...this.labelledBalancers,
    ];
    for (const unknown of this.statements(labelled).unknown) {
      problems.add(
        "PEER_INVALID",
        `A security rule refers to the group ${unknown}, but packet routing policies can only refer to addresses`,
        "Give the range of its members: PacketRouting.of({ …, ranges: [{ securityGroup, cidr }] })",
        "packetRouting.ranges",
      );
    }
    for (const [what, { length }] of [
      ["the API endpoint", this.ofEndpoint()],
      ["the nodes", this.ofNodes()],
      ["the pods", this.ofPods()],
      ["the load balancers", this.ofLoadBalancers()],
    ] as const) {
      if (length <= MAX_STATEMENTS) continue;
      problems.add(
        "COUNT_INVALID",
        `The packet routing policy for ${what} would have ${length} statements`,
        `Merge the ranges of its clients or targets: OCI allows ${MAX_STATEMENTS} statements in a policy`,
        "packetRouting",
      );
    }
    problems.throwIfAny();
  }
}

/** The statements that no other policy has. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  return texts.filter((text) => !others.includes(text));
}

function named(label: SecurityAttribute): string {
  return `${label.toString()} endpoints`;
}

/**
 * The condition of a statement for a single port; empty otherwise, which leaves the ports to the security groups.
 *
 * Path MTU discovery is such a case: its packets must pass in addition to those of the ports.
 */
function conditionOf({ protocol, from, to }: Port): string {
  if (from === undefined || from !== to) return ANY_PORT;
  if (protocol === IpProtocol.TCP) return ` with protocol='tcp/${from}'`;
  return protocol === IpProtocol.UDP ? ` with protocol='udp/${from}'` : ANY_PORT;
}
