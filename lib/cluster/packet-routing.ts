import { checkGroup } from "./value-kinds";
import { checked } from "../core/checked";
import { readCidrs } from "../core/cidr";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";
import { type ClusterNetwork, type IClusterNetwork } from "../network/cluster-network";
import { type INetworkSecurityGroup } from "../network/network-security-group";
import { SecurityAttribute } from "../network/security-attribute";

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
 * Pods have no label, and load balancers of Services have none: policies name their subnets.
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
  ): void {
    if (given === undefined) return;
    const { options } = (given ?? {}) as Partial<PacketRouting>;
    if (typeof options !== "object" || options === null) {
      const fix = "Write PacketRouting.of({ tenancyId, network, apiEndpoint })";
      problems.add("VALUE_INVALID", `packetRouting is ${shown(given)}`, fix);
      return;
    }
    checkOptions(problems, options);
    // A VCN of others has its label from its owner.
    if (!network || !("_securityAttribute" in network) || !options.network) return;
    const own = (network as ClusterNetwork)._securityAttribute;
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

function checkOptions(problems: Problems, options: PacketRoutingOptions): void {
  const { tenancyId, network, apiEndpoint, nodes, ranges } = options;
  checkOcid(problems, "tenancyId", tenancyId, "tenancy");
  checkGiven(problems, { network, apiEndpoint });
  const labels = { network, apiEndpoint, nodes };
  for (const [name, label] of Object.entries(labels)) {
    if (label !== null) SecurityAttribute._check(problems, name, label);
    else if (name === "nodes") problems.add("VALUE_INVALID", "nodes is null", "Leave it out");
  }
  if (nodes && apiEndpoint && String(nodes) === String(apiEndpoint)) {
    problems.add(
      "NAME_DUPLICATE",
      `The nodes and the API endpoint have the same label ${String(nodes)}, so a policy for one would be for the other too`,
      "Give each a value of its own",
    );
  }
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
