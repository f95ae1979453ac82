import { Egress } from "./egress";
import { NetworkSubnet } from "./network-subnet";
import { type INetworkSecurityGroup } from "./network-security-group";
import { isOverlay, type PodNetworking } from "./pod-networking";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

/** Who takes a way out: the members of a group, and the subnet that they live in. */
@checked
export class EgressSource {
  /**
   * Nodes: the route is put into the workers' subnet only.
   *
   * @param group the group of the nodes, such as `cluster.workersSecurityGroup`
   * @throws ATTRIBUTE_MISSING, PEER_INVALID
   */
  public static workers(group: INetworkSecurityGroup): EgressSource {
    check("EgressSource.workers", group);
    return new EgressSource(NetworkSubnet.WORKERS, group);
  }

  /**
   * Pods: the route is put into the pods' subnet only.
   *
   * @param group the group of the pods, such as `cluster.podsSecurityGroup`
   * @throws ATTRIBUTE_MISSING, PEER_INVALID
   */
  public static pods(group: INetworkSecurityGroup): EgressSource {
    check("EgressSource.pods", group);
    return new EgressSource(NetworkSubnet.PODS, group);
  }

  private constructor(
    /** The subnet that gets the route. */
    public readonly subnet: NetworkSubnet,
    /** The group that gets the rule. */
    public readonly group: INetworkSecurityGroup,
  ) {}
}

function check(factory: string, group: INetworkSecurityGroup): void {
  const problems = new Problems(factory);
  if (checkGiven(problems, { group }) && typeof group.allowTo !== "function") {
    problems.add(
      "PEER_INVALID",
      "What was given is no network security group",
      "Give the group of those who take the way out, such as cluster.podsSecurityGroup",
    );
  }
  problems.throwIfAny();
}

/** Whether both are what their factories make; an object that looks like one was never checked. */
export function checkEgress(problems: Problems, source: EgressSource, egress: Egress): boolean {
  if (!checkGiven(problems, { source, egress })) return false;
  if (source instanceof EgressSource && egress instanceof Egress) return true;
  problems.add(
    "EGRESS_INVALID",
    "What was given is not a source and an egress",
    "Give EgressSource.pods(group) or .workers(group), then Egress.to(...) or Egress.toAnywhere(...)",
  );
  return false;
}

/** Where the packets of pods leave: with an overlay they have the address of their node. */
export function sourceOfPods(
  group: INetworkSecurityGroup,
  podNetworking: PodNetworking | undefined,
): EgressSource {
  return isOverlay(podNetworking) ? EgressSource.workers(group) : EgressSource.pods(group);
}
