import { type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { compareOcids } from "../../core/ocid";
import { idPartOf } from "../../core/reference";
import { ResourceConstruct } from "../../core/resource-construct";
import { policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { IdentityPolicy } from "../../oci/identity-policy";

/** The compartments of a cluster and the resources that it uses. */
export interface ClusterPlaces {
  readonly clusterId: string;
  readonly compartmentId: string;
  /** The compartment of the network's security groups. */
  readonly networkCompartmentId: string;
  /** The compartment of the VCN, if it is not that of the network's security groups. */
  readonly vcnCompartmentId?: string;
  /** The compartment of the pods' subnet, if it is not that of the network's security groups. */
  readonly podsCompartmentId?: string;
  /** The compartments of the load balancers' subnets. @default - that of the groups of the network */
  readonly balancersCompartmentIds?: readonly string[];
  /** The compartments of reserved public addresses. @default - that of the cluster, where it needs no right to them */
  readonly reservedAddressCompartmentIds?: readonly string[];
  /** Whether pods get addresses of the network, and not of an overlay. */
  readonly withPodAddresses: boolean;
}

/** The rights in one compartment. */
interface Grant {
  /** The purpose of the compartment, as the id of a construct. */
  readonly id: string;
  readonly compartmentId: string;
  readonly statements: string[];
  /** Whether nodes depend on it, so that their pods get addresses. */
  forPods: boolean;
}

/** Excludes moving a group to another compartment, where the restrictions of the network's owner would no longer apply to it. */
export const EXCEPT_MOVING_GROUPS = ", request.permission != 'NETWORK_SECURITY_GROUP_MOVE'";

const OPERATIONS =
  "any {request.operation = 'CreateNetworkSecurityGroup', request.operation = 'DeleteNetworkSecurityGroup'}";

/**
 * What a cluster may do so that its load balancers have network security groups of their own, and its pods addresses.
 *
 * The group of a load balancer lies in the cluster's compartment, that of the workers, which gets rules too, in the
 * network's. Of the VCN the cluster gets just what creating and deleting a group needs.
 *
 * A load balancer is made in the cluster's compartment. Where its subnet or the VCN is in another one, the cluster uses the subnet
 * and the addresses there, reads the VCN, and manages its load balancers by a right of its own.
 *
 * For pods the cluster needs nothing where it, its network and the pods' subnet are in one compartment. Else it attaches the
 * pods' VNICs to the instances in its own compartment, with addresses of the subnet's and groups of the network's; to manage
 * groups includes to use them.
 *
 * Reserved public addresses of another compartment are read and used there, by load balancers and by network load balancers,
 * which need different rights.
 *
 * The statements for networks and addresses of other compartments follow Oracle's landing zone and documentation; this project has
 * not tried them in a tenancy.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-OCI_CNI_plugin.htm
 */
export function grantsOf(scope: IConstruct, places: ClusterPlaces): Grant[] {
  const { clusterId, compartmentId: own, networkCompartmentId: network } = places;
  const { vcnCompartmentId: vcn = network, podsCompartmentId: pods = network } = places;
  const isSame = (one: string, other: string) =>
    compareOcids({ scope, id: one }, { scope, id: other }) === "same";
  const grants: Grant[] = [];
  const at = (id: string, compartmentId: string): Grant => {
    const known = grants.find((one) => isSame(one.compartmentId, compartmentId));
    if (known) return known;
    const grant: Grant = { id, compartmentId, statements: [], forPods: false };
    grants.push(grant);
    return grant;
  };
  // For this cluster and not its compartment: the rights are used only after the cluster exists.
  const allow = (id: string, compartment: string, what: string, further = "") => {
    const { statements, compartmentId } = at(id, compartment);
    const who = `request.principal.type = 'cluster', request.principal.id = '${clusterId}'${further}`;
    const text = `Allow any-user to ${what} in compartment id ${compartmentId} where all {${who}}`;
    if (!statements.includes(text)) statements.push(text);
  };
  allow("Resource", own, "manage network-security-groups", EXCEPT_MOVING_GROUPS);
  if (!isSame(own, network))
    allow("Network", network, "manage network-security-groups", EXCEPT_MOVING_GROUPS);
  allow("Vcn", vcn, "manage vcns", `, ${OPERATIONS}`);
  const subnets = (places.balancersCompartmentIds ?? [network]).filter((one) => !isSame(own, one));
  subnets.forEach((compartment, index) => {
    const id = index === 0 ? "Balancers" : "PublicBalancers";
    allow(id, compartment, "use subnets");
    allow(id, compartment, "use private-ips");
  });
  if (!isSame(own, vcn)) allow("Vcn", vcn, "read vcns");
  if (subnets.length > 0 || !isSame(own, vcn)) {
    allow("Resource", own, "manage load-balancers");
    allow("Resource", own, "manage network-load-balancers");
  }
  if (places.withPodAddresses && !(isSame(own, network) && isSame(own, pods))) {
    allow("Resource", own, "manage instances");
    allow("Pods", pods, "use private-ips");
    for (const grant of [at("Resource", own), at("Network", network), at("Pods", pods)]) grant.forPods = true;
  }
  const addresses = (places.reservedAddressCompartmentIds ?? []).filter((one) => !isSame(own, one));
  for (const compartment of addresses) {
    const id = `Addresses-${idPartOf(scope, compartment)}`;
    for (const what of ["read public-ips", "manage floating-ips", "use private-ips", "manage public-ips"])
      allow(id, compartment, what);
  }
  return grants;
}

interface ClusterPoliciesProps extends TaggingProps, ClusterPlaces {
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

const SUFFIXES: { readonly [id: string]: string } = {
  Resource: "load-balancers",
  Network: "network",
  Pods: "pods",
  Vcn: "vcn",
  Balancers: "load-balancer-subnet",
  PublicBalancers: "public-load-balancer-subnet",
};

/**
 * The policies that let a cluster keep its load balancers and give its pods addresses.
 *
 * A policy may name the compartment that it is attached to and those below it. Nothing says which of two is above the other,
 * if any is, so each gets a policy of its own.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policieshow/Policy_Attachment.htm
 */
export class ClusterPolicies extends ResourceConstruct {
  /** The policies that must exist before the nodes, so that their pods get addresses. */
  public readonly ofPodNetwork: IdentityPolicy[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterPoliciesProps,
  ) {
    super(scope, id);
    for (const grant of grantsOf(this, props)) {
      const policy = this.add(grant);
      if (grant.forPods) this.ofPodNetwork.push(policy);
    }
  }

  private add({ id, compartmentId, statements, forPods }: Grant): IdentityPolicy {
    const pods = forPods ? ", and give its pods addresses" : "";
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${this.props.displayName}-${SUFFIXES[id] ?? id}`),
      // IAM renames no policy, and to replace one takes its rights away for a while. It is not made before the old one is
      // destroyed: Terraform would then replace all that it depends on in that order too, and no two subnets have one range.
      lifecycle: { ignoreChanges: ["name"] },
      description: `Lets the cluster keep the network security groups of its load balancers${pods}`,
      statements,
      ...tagsOf(this, this.props),
    });
  }
}
