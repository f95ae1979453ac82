import { baseOf } from "../../network/vcn/cluster-network-base";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import { type SecurityAttribute, securityAttribute } from "../../network/security-groups/security-attribute";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { checkGroup } from "../private/check-cluster-values";

/** The address range of a security group's members. */
export interface SecurityGroupRange {
  /** A security group that a rule of the cluster refers to, such as that of mount targets or of an administrators' host. */
  readonly securityGroup: INetworkSecurityGroup;
  /** The address range of its members: an IPv4 block no wider than a /8. */
  readonly cidr: string;
}

/** Options for the Zero Trust Packet Routing of a cluster. */
export interface PacketRoutingOptions {
  /** The OCID of the tenancy: policies are created in its root compartment. */
  readonly tenancyId: string;
  /** The security attribute of the VCN, which policies must name; a network that the cluster creates by default gets it. */
  readonly network: SecurityAttribute;
  /** The security attribute of the API endpoint. */
  readonly apiEndpoint: SecurityAttribute;
  /**
   * The security attribute of the worker nodes of all pools.
   *
   * @default - none; nodes have no attribute, and their traffic other than with the endpoint is controlled by security groups only
   */
  readonly nodes?: SecurityAttribute;
  /**
   * The security attribute of the pods of all pools, on the secondary VNICs of their nodes; not for an overlay, whose pods have the
   * addresses of the nodes.
   *
   * OKE applies it to new nodes only, and supports one set of attributes for all pods of a pool. It doesn't isolate pods of one node from
   * each other: use NetworkPolicies for that. This project has not tried it in a tenancy.
   *
   * @default - none; policies name the pods' subnet
   */
  readonly pods?: SecurityAttribute;
  /**
   * The security attribute of the load balancers of Services and native ingress classes, in the charts that are added to the cluster.
   *
   * Their clients become statements of a policy, by the ranges of the access. This project has not tried it in a tenancy.
   *
   * @default - none; policies name the subnets of the load balancers
   */
  readonly loadBalancers?: SecurityAttribute;
  /**
   * The address ranges of other security groups that rules of the endpoint or the nodes refer to.
   *
   * Policies can't refer to security groups. The groups of the cluster, and of load balancers that Terraform creates, don't need to be
   * listed.
   *
   * @default - none
   */
  readonly ranges?: SecurityGroupRange[];
}

/**
 * Zero Trust Packet Routing for a cluster: security attributes, and the policies without which resources with attributes are isolated.
 *
 * A resource with a security attribute receives only packets that a policy allows, whatever security groups allow. So the policies are
 * derived from the rules of the cluster's security groups, and change with them: the source, the destination, and the port if a rule has
 * a single one. Both layers must allow a packet. The service must be enabled in the tenancy, with the namespace and the keys of the
 * attributes in it.
 *
 * Pods and load balancers of Services have attributes on request; otherwise policies name their subnets.
 *
 * An IAM policy in the root compartment grants the cluster and its node pools the use of the attributes' namespaces, `use
 * security-attribute-namespaces`. Oracle requires such a policy without publishing its text; its conditions, which limit it to the
 * cluster's compartment and to the namespaces, have not been confirmed in a tenancy. To change it, override `statements` of
 * `cluster.node.findChild("PacketRouting").node.findChild("Namespaces")`.
 *
 * @see https://docs.oracle.com/iaas/Content/zero-trust-packet-routing/overview.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingzpr.htm
 */
@checked
export class PacketRouting {
  /**
   * Security attributes for the endpoint, and optionally for nodes, pods and load balancers.
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
   * Checks that a value was created by the factory and fits the network.
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
    // The owner of an existing VCN sets its attribute.
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
    /** The options of the packet routing. */
    public readonly options: PacketRoutingOptions,
  ) {}
}

/** Adds a problem for each attribute that two kinds of members share. */
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
    if (label !== null && label !== undefined) securityAttribute()(problems, name, label);
    else if (label === null && !["network", "apiEndpoint"].includes(name))
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
