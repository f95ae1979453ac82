import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import {
  checkedBy,
  listOf,
  objectOf,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  text,
  valueOf,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { type SecurityAttribute, securityAttribute } from "../../network/security-groups/security-attribute";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { baseOf, type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { groupValue } from "../private/cluster-readers";

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

const ROUTING = {
  tenancyId: ocid("tenancy"),
  network: securityAttribute(),
  apiEndpoint: securityAttribute(),
  nodes: optional(securityAttribute()),
  pods: optional(securityAttribute()),
  loadBalancers: optional(securityAttribute()),
  ranges: optional(
    listOf(
      objectOf({
        securityGroup: groupValue(),
        cidr: checkedBy(text(), (problems, name, range) => void readCidrs(problems, name, [range])),
      } satisfies PropsSchema<SecurityGroupRange>),
      "[{ securityGroup, cidr }]",
    ),
  ),
} satisfies PropsSchema<PacketRoutingOptions>;

type ResolvedRouting = Resolved<typeof ROUTING>;

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
  /** Security attributes for the endpoint, and optionally for nodes, pods and load balancers. */
  public static of(options: PacketRoutingOptions): PacketRouting {
    const problems = new Problems("PacketRouting.of");
    return new PacketRouting(problems.resolved<ResolvedRouting>(readOptions(problems, options)));
  }

  private constructor(
    /** The options of the packet routing. */
    public readonly options: PacketRoutingOptions,
  ) {}
}

/** Reads the packet routing of a cluster, which may come from another copy of the library. */
export function packetRouting(): Reader<PacketRouting> {
  return checkedBy(valueOf(PacketRouting), (problems, name, { options }) => {
    readOptions(problems, options, `${name}.options`);
  });
}

function readOptions(problems: Problems, options: unknown, at?: string): Partial<ResolvedRouting> {
  const read = readProps(problems, options, ROUTING, at);
  checkDistinct(problems, read);
  return read;
}

/** Adds a problem if two kinds of members have the same attribute, so that a policy for one would be for the other too. */
function checkDistinct(
  problems: Problems,
  { apiEndpoint, nodes, pods, loadBalancers }: Partial<ResolvedRouting>,
): void {
  const names = new Map<string, string>();
  for (const [name, attribute] of Object.entries({ apiEndpoint, nodes, pods, loadBalancers })) {
    if (!attribute) continue;
    const text = String(attribute);
    const other = names.get(text);
    if (other === undefined) {
      names.set(text, name);
      continue;
    }
    problems.add(
      "NAME_DUPLICATE",
      `${name} is ${text}, as is ${other}, so that policies could not tell them apart`,
      `Give ${name} and ${other} different values`,
    );
  }
}

/** Adds a problem if packet routing doesn't fit the network or the pod networking of the cluster. */
export function checkPackets(
  problems: Problems,
  { options }: PacketRouting,
  network: IClusterNetwork | undefined,
  podNetworking: PodNetworking | undefined,
): void {
  if (options.pods && isOverlay(podNetworking)) {
    problems.add(
      "VALUE_INVALID",
      "packetRouting sets an attribute of pods, but pods of an overlay have the addresses of their nodes",
      "Leave pods out and set nodes, or use PodNetworking.vcnNative()",
    );
  }
  const base = baseOf(network);
  // The owner of an existing VCN sets its attribute.
  if (!network || !base?._ownsVcn) return;
  const attribute = base._securityAttribute;
  if (String(attribute) === String(options.network)) return;
  problems.add(
    "VALUE_INVALID",
    `packetRouting.network is ${String(options.network)}, but the VCN of ${network.node.path} has ${attribute ? String(attribute) : "no attribute"}`,
    "Set the same securityAttribute of that ClusterNetwork",
  );
}
