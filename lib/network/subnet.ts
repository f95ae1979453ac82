import { type IConstruct } from "constructs";
import { Problems } from "../core/validation-error";

/** A subnet as the constructs that live in it see it. */
export interface ClusterSubnet {
  /** The OCID of the subnet, or a reference to it. */
  readonly subnetId: string;
  /** The address range of the subnet, such as `10.0.1.0/24`, or a reference to it. */
  readonly cidr: string;
  /**
   * Whether the subnet allows public addresses.
   *
   * @default false
   */
  readonly isPublic?: boolean;
}

/** The subnet of the pods of a network; throws where it has none. */
export function podsSubnetOf(network: IConstruct, subnet: ClusterSubnet | undefined): ClusterSubnet {
  if (subnet) return subnet;
  const problems = new Problems(network);
  problems.add(
    "ATTRIBUTE_MISSING",
    "The network has no subnet of pods",
    "Give it a plan with one, SubnetPlan.of(…), or the cluster podNetworking: PodNetworking.flannelOverlay()",
  );
  problems.throwIfAny();
  throw new Error("unreachable");
}
