import { baseOf } from "../../network/vcn/cluster-network-base";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import { SecurityAttribute } from "../../network/security-groups/security-attribute";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { checkGroup } from "../private/check-cluster-values";

/** Where the members of a security group are. */
export interface SecurityGroupRange {
  /** A group that a rule of the cluster names, such as that of mount targets or of an administrators' host. */
  readonly securityGroup: INetworkSecurityGroup;
  /** The addresses of its members: an IPv4 block no wider than a /8. */
  readonly cidr: string;
}

/** How a cluster takes part in Zero Trust Packet Routing. */
export interface PacketRoutingOptions {
  /** The OCID of the tenancy: policies are made in its root compartment. */
  readonly tenancyId: string;
  /** The label of the VCN, which policies must name; a network that the cluster makes by itself gets it. */
  readonly network: SecurityAttribute;
  /** The label of the API endpoint. */
  readonly apiEndpoint: SecurityAttribute;
  /**
   * The label of the worker nodes of all pools.
   *
   * @default - none: nodes have no label, and what they do beside talking to the endpoint is left to security groups
   */
  readonly nodes?: SecurityAttribute;
  /**
   * The label of the pods of all pools, on the secondary VNICs of their nodes; not for an overlay, whose pods have the nodes' addresses.
   *
   * OKE takes it for new nodes only, and one set of labels for all pods of a pool. Pods of one node are not kept apart by it: that
   * is what NetworkPolicies do. This project has not tried it in a tenancy.
   *
   * @default - none: policies name the pods' subnet
   */
  readonly pods?: SecurityAttribute;
  /**
   * The label of load balancers of Services and of native ingress classes, in the charts that are added to the cluster.
   *
   * Their clients become statements of a policy, by the ranges of the access. This project has not tried it in a tenancy.
   *
   * @default - none: policies name the subnets of the load balancers
   */
  readonly loadBalancers?: SecurityAttribute;
  /**
   * Where the members of further groups are, which rules of the endpoint or the nodes name.
   *
   * A policy knows no security groups. Those of the cluster, and of load balancers that Terraform makes, need no word.
   *
   * @default - none
   */
  readonly ranges?: SecurityGroupRange[];
}

/**
 * Zero Trust Packet Routing for a cluster: labels, and the policies without which what is labelled is cut off.
 *
 * What has a label gets no packet that no policy allows, whatever security groups say. So the policies are made of the rules of the
 * cluster's groups, and change with them: who may connect to whom, and on which port where a rule has just one. Both layers must
 * let a packet through. The service must be enabled in the tenancy, with the namespace and keys of the labels in it.
 *
 * Pods and load balancers of Services have a label on request; without one, policies name their subnets.
 *
 * The cluster and its node pools get the right to use the namespaces of the labels, `use security-attribute-namespaces`, by an IAM policy
 * in the root compartment. Oracle asks for such a policy and does not print its text; the conditions of this one, which narrow it to the
 * cluster's compartment and to the namespaces, no tenancy has confirmed. To write it otherwise, override `statements` of
 * `cluster.node.findChild("PacketRouting").node.findChild("Namespaces")`.
 *
 * @see https://docs.oracle.com/iaas/Content/zero-trust-packet-routing/overview.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingzpr.htm
 */
@checked
export class PacketRouting {
  /**
   * Labels for the endpoint, and on request for the nodes.
   *
   * @throws ATTRIBUTE_MISSING, OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6,
   * CIDR_TOO_WIDE
   */
  public static of(options: PacketRoutingOptions): PacketRouting {
    const problems = new Problems("PacketRouting.of");
    if (checkGiven(problems, { options })) checkOptions(problems, options);
    problems.throwIfAny();
    return new PacketRouting(options);
  }

  /**
   * Whether it is one that fits the network.
   *
   * @internal
   */
  public static _check(
    problems: Problems,
    given: PacketRouting | undefined,
    network: IClusterNetwork | undefined,
    podNetworking?: PodNetworking,
  ): void {
    if (given === undefined) return;
    const { options } = (given ?? {}) as Partial<PacketRouting>;
    if (typeof options !== "object" || options === null) {
      const fix = "Write PacketRouting.of({ tenancyId, network, apiEndpoint })";
      problems.add("VALUE_INVALID", `packetRouting is ${shown(given)}`, fix);
      return;
    }
    checkOptions(problems, options);
    if (options.pods && isOverlay(podNetworking)) {
      problems.add(
        "VALUE_INVALID",
        "packetRouting has a label for pods, and those of an overlay have the addresses of their nodes",
        "Leave pods out, and give nodes a label; or take PodNetworking.vcnNative()",
      );
    }
    // A VCN of others has its label from its owner.
    const base = baseOf(network);
    if (!network || !base?._ownsVcn || !options.network) return;
    const own = base._securityAttribute;
    if (String(own) === String(options.network)) return;
    problems.add(
      "VALUE_INVALID",
      `The VCN of ${network.node.path} has ${own ? `the label ${String(own)}` : "no label"}, and policies would look for ${String(options.network)}`,
      "Give that ClusterNetwork the same securityAttribute",
    );
  }

  private constructor(
    /** What it was made of. */
    public readonly options: PacketRoutingOptions,
  ) {}
}

/** Adds a problem for each label that two kinds of members have. */
function checkApart(
  problems: Problems,
  labels: { readonly [who: string]: SecurityAttribute | undefined },
): void {
  const known = new Map<string, string>();
  for (const [who, label] of Object.entries(labels)) {
    if (!label) continue;
    const other = known.get(String(label));
    known.set(String(label), other ?? who);
    if (other === undefined) continue;
    const [first, second] = other === "the API endpoint" ? [who, other] : [other, who];
    problems.add(
      "NAME_DUPLICATE",
      `${first.replace(/^t/, "T")} and ${second} have the same label ${String(label)}, so a policy for one would be for the other too`,
      "Give each a value of its own",
    );
  }
}

function checkOptions(problems: Problems, options: PacketRoutingOptions): void {
  const { tenancyId, network, apiEndpoint, nodes, pods, loadBalancers, ranges } = options;
  checkOcid(problems, "tenancyId", tenancyId, "tenancy");
  checkGiven(problems, { network, apiEndpoint });
  const labels = { network, apiEndpoint, nodes, pods, loadBalancers };
  for (const [name, label] of Object.entries(labels)) {
    if (label !== null) SecurityAttribute._check(problems, name, label);
    else if (!["network", "apiEndpoint"].includes(name))
      problems.add("VALUE_INVALID", `${name} is null`, "Leave it out");
  }
  checkApart(problems, {
    "the API endpoint": apiEndpoint,
    "the nodes": nodes,
    "the pods": pods,
    "the load balancers": loadBalancers,
  });
  if (ranges === undefined) return;
  if (!Array.isArray(ranges)) {
    problems.add("VALUE_INVALID", `ranges is ${shown(ranges)}`, "Write [{ securityGroup, cidr }]");
    return;
  }
  ranges.forEach((range: Partial<SecurityGroupRange> | undefined, index) => {
    const name = `ranges[${index}]`;
    const { securityGroup, cidr } = range ?? {};
    checkGiven(problems, { [`${name}.securityGroup`]: securityGroup, [`${name}.cidr`]: cidr });
    if (securityGroup !== undefined) checkGroup(problems, `${name}.securityGroup`, securityGroup);
    if (cidr !== undefined && cidr !== null) readCidrs(problems, `${name}.cidr`, [cidr]);
  });
}
