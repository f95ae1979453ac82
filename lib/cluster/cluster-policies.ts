import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { compareOcids } from "../core/ocid";
import { ResourceConstruct } from "../core/resource-construct";
import { policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";

interface ClusterPoliciesProps extends TaggingProps {
  readonly clusterId: string;
  readonly compartmentId: string;
  readonly networkCompartmentId: string;
  /** Where the VCN is in another compartment than the groups of the network. */
  readonly vcnCompartmentId?: string;
  /** Where the subnet of the pods is in another compartment than the groups of the network. */
  readonly podsCompartmentId?: string;
  /** Whether pods get addresses of the network, and not of an overlay. */
  readonly withPodAddresses: boolean;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/** What is granted in one compartment. */
interface Place {
  readonly id: string;
  readonly compartmentId: string;
  readonly statements: string[];
  /** Whether nodes must wait for it, so that their pods get addresses. */
  forPods: boolean;
}

/**
 * What a cluster may do so that its load balancers have network security groups of their own, and its pods addresses.
 *
 * The group of a load balancer lies in the cluster's compartment, that of the workers, which gets rules too, in the
 * network's. Of the VCN the cluster gets just what creating and deleting a group needs.
 *
 * For pods the cluster needs nothing where it, its network and the pods' subnet are in one compartment. Else it attaches the
 * pods' VNICs to the instances in its own compartment, with addresses of the subnet's and groups of the network's; to manage
 * groups includes to use them.
 *
 * Pods of an overlay have no addresses of the network, so there the cluster gets none of that.
 *
 * A policy may name the compartment that it is attached to and those below it. Nothing says which of two is above the other,
 * if any is, so each gets a policy of its own.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-OCI_CNI_plugin.htm
 * @see https://docs.oracle.com/iaas/Content/Identity/policieshow/Policy_Attachment.htm
 */
export class ClusterPolicies extends ResourceConstruct {
  /** What must exist before nodes do, so that their pods get addresses. */
  public readonly ofPodNetwork: IdentityPolicy[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterPoliciesProps,
  ) {
    super(scope, id);
    const { clusterId, compartmentId: own, networkCompartmentId: network, vcnCompartmentId } = props;
    // This cluster and not its compartment: the rights are used only once it is there.
    const cluster = `request.principal.type = 'cluster', request.principal.id = '${clusterId}'`;
    const allow = (what: string, compartment: string, further = "") =>
      `Allow any-user to ${what} in compartment id ${compartment} where all {${cluster}${further}}`;
    const operations =
      ", any {request.operation = 'CreateNetworkSecurityGroup', request.operation = 'DeleteNetworkSecurityGroup'}";
    const groups = (compartment: string) => allow("manage network-security-groups", compartment);
    const ofVcn = vcnCompartmentId ?? network;
    const { podsCompartmentId: pods = network } = props;
    const places: Place[] = [];
    const at = (id: string, compartment: string): Place => {
      const known = places.find((one) => this.isSame(one.compartmentId, compartment));
      if (known) return known;
      const place: Place = { id, compartmentId: compartment, statements: [], forPods: false };
      places.push(place);
      return place;
    };
    at("Resource", own).statements.push(groups(own));
    if (!this.isSame(own, network)) at("Network", network).statements.push(groups(network));
    at("Vcn", ofVcn).statements.push(allow("manage vcns", ofVcn, operations));
    if (props.withPodAddresses && !(this.isSame(own, network) && this.isSame(own, pods))) {
      at("Resource", own).statements.push(allow("manage instances", own));
      at("Pods", pods).statements.push(allow("use private-ips", pods));
      for (const place of [at("Resource", own), at("Network", network), at("Pods", pods)])
        place.forPods = true;
    }
    for (const place of places) {
      const policy = this.add(place);
      if (place.forPods) this.ofPodNetwork.push(policy);
    }
  }

  private isSame(one: string, other: string): boolean {
    return compareOcids({ scope: this, id: one }, { scope: this, id: other }) === "same";
  }

  private add({ id, compartmentId, statements, forPods }: Place): IdentityPolicy {
    const suffix = { Resource: "load-balancers", Network: "network", Pods: "pods" }[id] ?? "vcn";
    const pods = forPods ? ", and give its pods addresses" : "";
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${this.props.displayName}-${suffix}`),
      // IAM renames no policy, and to replace one takes its rights away for a while. It is not made before the old one is
      // destroyed: Terraform would then replace all that it depends on in that order too, and no two subnets have one range.
      lifecycle: { ignoreChanges: ["name"] },
      description: `Lets the cluster keep the network security groups of its load balancers${pods}`,
      statements,
      ...tagsOf(this, this.props),
    });
  }
}
