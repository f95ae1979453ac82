import { Lazy, type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster";
import { type PacketRouting, type PacketRoutingOptions } from "./packet-routing";
import { Protocol, type Port } from "../core/port";
import { identityOf } from "../core/reference";
import { ResourceConstruct } from "../core/resource-construct";
import { policyNameOf } from "../core/resource-name";
import { tagsOf } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { saidRanges } from "../network/group-ranges";
import { type RuleEnd } from "../network/network-peer";
import { type INetworkSecurityGroup, type NetworkSecurityGroup } from "../network/network-security-group";
import { isOverlay } from "../network/pod-networking";
import { type SecurityAttribute } from "../network/security-attribute";
import { ZprZprPolicy } from "../oci/zpr-zpr-policy";

/** See https://docs.oracle.com/iaas/Content/zero-trust-packet-routing/overview.htm */
const MOST_STATEMENTS = 25;
const SERVICES = "'osn-services-ip-addresses'";
const ANY_PORT = "";

/** A cluster that is made here. */
type RoutedCluster = Construct &
  ISecureOkeCluster & { readonly apiEndpointSecurityGroup: INetworkSecurityGroup };

interface RoutedClusterProps {
  readonly apiEndpointSecurityGroups?: INetworkSecurityGroup[];
  readonly homeRegionProvider?: TerraformProvider;
}

/** A group whose rules become statements, and how policies name its members. */
interface Labelled {
  readonly group: INetworkSecurityGroup;
  readonly as: string;
}

/** The policies of Zero Trust Packet Routing for a cluster, made of what the rules of its groups say. */
export class PacketRoutingPolicies extends ResourceConstruct {
  /** The policies of a cluster that asks for them. */
  public static _of(
    cluster: RoutedCluster,
    routing: PacketRouting | undefined,
    { apiEndpointSecurityGroups: furtherGroups = [], homeRegionProvider }: RoutedClusterProps,
  ): PacketRoutingPolicies | undefined {
    if (!routing) return undefined;
    const { options } = routing;
    return new PacketRoutingPolicies(cluster, "PacketRouting", options, furtherGroups, homeRegionProvider);
  }

  /** The label of the nodes. */
  public readonly nodes?: SecurityAttribute;
  /** What must exist before anything has a label. */
  public readonly policies: ITerraformDependable[];
  private readonly nodeGroups = new Set<INetworkSecurityGroup>();

  private constructor(
    private readonly cluster: RoutedCluster,
    id: string,
    private readonly options: PacketRoutingOptions,
    private readonly endpointGroups: readonly INetworkSecurityGroup[],
    private readonly provider: TerraformProvider | undefined,
  ) {
    super(cluster, id);
    this.nodes = options.nodes;
    this.policies = [this.addPolicy("ApiEndpoint", "the API endpoint", () => this.ofEndpoint())];
    if (this.nodes) this.policies.push(this.addPolicy("Nodes", "the worker nodes", () => this.ofNodes()));
    // At synthesis, when all rules are there.
    this.node.addValidation({
      validate: () => {
        this.check();
        return [];
      },
    });
  }

  /** Adds groups of the nodes of a pool, whose rules are for all that has the label. */
  public addNodeGroups(groups: readonly INetworkSecurityGroup[]): void {
    for (const group of groups) this.nodeGroups.add(group);
  }

  private addPolicy(id: string, what: string, statements: () => string[]): ZprZprPolicy {
    return new ZprZprPolicy(this, id, {
      provider: this.provider,
      compartmentId: this.options.tenancyId,
      name: policyNameOf(this, `${this.cluster.node.path}-${id}`),
      description: `Who connects to ${what} of the cluster, and to whom it connects`,
      statements: Lazy.listValue({ produce: statements }),
      // A policy can't be renamed, and what is labelled must never be without it.
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, {}),
    });
  }

  private ofEndpoint(): string[] {
    return this.statements(this.endpoint).texts;
  }

  private get endpoint(): Labelled[] {
    const as = named(this.options.apiEndpoint);
    return [this.cluster.apiEndpointSecurityGroup, ...this.endpointGroups].map((group) => ({ group, as }));
  }

  private get labelledNodes(): Labelled[] {
    if (!this.nodes) return [];
    const as = named(this.nodes);
    return [this.cluster.workersSecurityGroup, ...this.nodeGroups].map((group) => ({ group, as }));
  }

  private ofNodes(): string[] {
    const { nodes } = this;
    if (!nodes) return [];
    const as = named(nodes);
    const { loadBalancerSubnet } = this.cluster.network;
    // Rules that the cloud controller writes at run time are not here to be read.
    const ofBalancers = { from: `'${loadBalancerSubnet.cidr}'`, to: as, how: ANY_PORT };
    const { texts } = this.statements(this.labelledNodes, [ofBalancers]);
    const others = new Set(this.ofEndpoint());
    return texts.filter((text) => !others.has(text));
  }

  /** What the rules of groups say, each pair of ends once; and the groups that nobody knows the addresses of. */
  private statements(
    labelled: readonly Labelled[],
    further: readonly { from: string; to: string; how: string }[] = [],
  ): { texts: string[]; unknown: string[] } {
    const names = this.names();
    const unknown = new Set<string>();
    const pairs = new Map<string, Set<string>>();
    const add = ({ from, to, how }: { from: string; to: string; how: string }) => {
      const pair = `in ${this.options.network.toString()} VCN allow ${from} to connect to ${to}`;
      pairs.set(pair, (pairs.get(pair) ?? new Set()).add(how));
    };
    for (const { group, as } of labelled) {
      for (const { direction, end, port } of (group as Partial<NetworkSecurityGroup>)._said ?? []) {
        const other = this.nameOf(end, names);
        if (other === undefined) unknown.add(identityOf(this, end.value));
        else if (direction === "INGRESS") add({ from: other, to: as, how: conditionOf(port) });
        else add({ from: as, to: other, how: conditionOf(port) });
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

  /** How policies name the members of groups. */
  private names(): Map<string, string> {
    const { cluster, options } = this;
    const { network } = cluster;
    const names = new Map<string, string>();
    const put = (group: INetworkSecurityGroup, text: string) =>
      names.set(identityOf(this, group.networkSecurityGroupId), text);
    for (const [identity, cidr] of saidRanges(this)) names.set(identity, `'${cidr}'`);
    for (const { securityGroup, cidr } of options.ranges ?? []) put(securityGroup, `'${cidr}'`);
    if (!isOverlay(cluster.podNetworking)) put(cluster.podsSecurityGroup, `'${network.podsSubnet.cidr}'`);
    put(cluster.workersSecurityGroup, this.nodes ? named(this.nodes) : `'${network.workersSubnet.cidr}'`);
    put(cluster.apiEndpointSecurityGroup, named(options.apiEndpoint));
    return names;
  }

  private check(): void {
    const problems = new Problems(this.cluster);
    for (const unknown of this.statements([...this.endpoint, ...this.labelledNodes]).unknown) {
      problems.add(
        "PEER_INVALID",
        `A rule names the group ${unknown}, and a policy of packet routing can name the addresses of its members only`,
        "Say where they are: PacketRouting.of({ …, ranges: [{ securityGroup, cidr }] })",
      );
    }
    for (const [what, { length }] of [
      ["the API endpoint", this.ofEndpoint()],
      ["the nodes", this.ofNodes()],
    ] as const) {
      if (length <= MOST_STATEMENTS) continue;
      problems.add(
        "COUNT_INVALID",
        `The policy of packet routing for ${what} would have ${length} statements`,
        `OCI takes ${MOST_STATEMENTS}: join the ranges that connect, or that are connected to`,
      );
    }
    problems.throwIfAny();
  }
}

function named(label: SecurityAttribute): string {
  return `${label.toString()} endpoints`;
}

/**
 * The condition of a statement for one port; none for everything else, which leaves the ports to the security groups.
 *
 * Path MTU discovery is such a case: its packets must pass beside those of the ports.
 */
function conditionOf({ protocol, from, to }: Port): string {
  if (from === undefined || from !== to) return ANY_PORT;
  if (protocol === Protocol.TCP) return ` with protocol='tcp/${from}'`;
  return protocol === Protocol.UDP ? ` with protocol='udp/${from}'` : ANY_PORT;
}
