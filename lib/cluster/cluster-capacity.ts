import { type ISecureOkeCluster } from "./cluster";
import { readIpv4CidrIfKnown, RESERVED_ADDRESSES, usableAddresses } from "../core/cidr";
import { type Problems } from "../core/validation-error";

interface Demand {
  readonly name: string;
  readonly nodes: number;
  /** How many nodes there are more of while others are replaced. */
  readonly surge: number;
  /** The most pods of a node. */
  readonly pods: number;
}

const capacities = new WeakMap<ISecureOkeCluster, ClusterCapacity>();

/** How many addresses the node pools of one cluster take together, and how many there are. */
export class ClusterCapacity {
  /** @internal */
  public static _of(cluster: ISecureOkeCluster): ClusterCapacity {
    const known = capacities.get(cluster);
    if (known) return known;
    const created = new ClusterCapacity(cluster);
    capacities.set(cluster, created);
    return created;
  }

  private readonly demands: Demand[] = [];

  private constructor(private readonly cluster: ISecureOkeCluster) {}

  /** Adds problems where a further pool does not fit beside those that are there. */
  public check(problems: Problems, demand: Demand): void {
    const { workersSubnet, podsSubnet } = this.cluster.network;
    const all = [...this.demands, demand];
    const nodes = all.map((pool) => `${pool.name} ${pool.nodes} + ${pool.surge}`);
    const mostNodes = all.reduce((sum, pool) => sum + pool.nodes + pool.surge, 0);
    this.compare(problems, "nodes", workersSubnet.cidr, mostNodes, nodes);
    const pods = all.map((pool) => `${pool.name} (${pool.nodes} + ${pool.surge}) x ${pool.pods}`);
    const mostPods = all.reduce((sum, pool) => sum + (pool.nodes + pool.surge) * pool.pods, 0);
    this.compare(problems, "pods", podsSubnet.cidr, mostPods, pods);
  }

  public add(demand: Demand): void {
    this.demands.push(demand);
  }

  private compare(
    problems: Problems,
    what: string,
    cidr: string,
    need: number,
    terms: readonly string[],
  ): void {
    const block = readIpv4CidrIfKnown(problems, `The subnet of the ${what}`, cidr);
    const room = block ? usableAddresses(block) : Infinity;
    if (need <= room) return;
    problems.add(
      "SUBNET_EXHAUSTED",
      `The ${what} need ${need} addresses (${terms.join(" + ")}, with the surge of a replacement), but ${cidr} holds ${room + RESERVED_ADDRESSES} - ${RESERVED_ADDRESSES} = ${room}`,
      `Ask for fewer, or give the network a plan with more room: SubnetPlan.of({ ${what}: ${need} })`,
    );
  }
}
