import { type ISecureOkeCluster } from "./cluster";
import { readIpv4Cidr, sizeOf } from "../core/cidr";
import { Problems } from "../core/validation-error";

interface Demand {
  readonly name: string;
  readonly nodes: number;
  readonly pods: number;
}

// OCI keeps the first two addresses and the last one of every subnet.
const RESERVED = 3;
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
    const nodes = all.map((pool) => `${pool.name} ${pool.nodes}`);
    this.compare(
      problems,
      "nodes",
      workersSubnet.cidr,
      all.reduce((sum, pool) => sum + pool.nodes, 0),
      nodes,
    );
    const pods = all.map((pool) => `${pool.name} ${pool.nodes} x ${pool.pods}`);
    const total = all.reduce((sum, pool) => sum + pool.nodes * pool.pods, 0);
    this.compare(problems, "pods", podsSubnet.cidr, total, pods);
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
    const block = readIpv4Cidr(problems, `The subnet of the ${what}`, cidr);
    const room = block ? Number(sizeOf(block)) - RESERVED : Infinity;
    if (need <= room) return;
    problems.add(
      "SUBNET_EXHAUSTED",
      `The ${what} need ${need} addresses (${terms.join(" + ")}), but ${cidr} holds ${room + RESERVED} - ${RESERVED} = ${room}`,
      `Ask for fewer, or give the network a plan with more room: SubnetPlan.of({ ${what}: ${need} })`,
    );
  }
}
