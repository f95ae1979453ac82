import { type TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { compareOcids } from "../core/ocid";
import { policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";

interface ClusterPoliciesProps extends TaggingProps {
  readonly clusterId: string;
  readonly compartmentId: string;
  readonly networkCompartmentId: string;
  /** Where the VCN is in another compartment than the groups of the network. */
  readonly vcnCompartmentId?: string;
  /** Whether pods get addresses of the network, and not of an overlay. */
  readonly withPodAddresses: boolean;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/**
 * What a cluster may do so that its load balancers have network security groups of their own, and its pods addresses.
 *
 * The group of a load balancer lies in the cluster's compartment, that of the workers, which gets rules too, in the
 * network's. Of the VCN the cluster gets just what creating and deleting a group needs.
 *
 * For pods the cluster needs nothing where it and its network are in one compartment. Else it attaches the pods' VNICs to
 * the instances in its own compartment, with addresses and groups of the network's; to manage groups includes to use them.
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
export class ClusterPolicies extends Construct {
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
    const vcn = allow("manage vcns", ofVcn, operations);
    const isElsewhere = compareOcids({ scope: this, id: network }, { scope: this, id: ofVcn }) !== "same";
    const vcns = isElsewhere ? [] : [vcn];
    if (isElsewhere) this.add("Vcn", ofVcn, [vcn], "");

    if (compareOcids({ scope: this, id: own }, { scope: this, id: network }) === "same") {
      this.add("Resource", own, [groups(own), ...vcns], "");
      return;
    }
    if (!props.withPodAddresses) {
      this.add("Resource", own, [groups(own)], "");
      this.add("Network", network, [groups(network), ...vcns], "");
      return;
    }
    const pods = ", and give its pods addresses";
    this.ofPodNetwork.push(
      this.add("Resource", own, [groups(own), allow("manage instances", own)], pods),
      this.add("Network", network, [groups(network), ...vcns, allow("use private-ips", network)], pods),
    );
  }

  private add(id: string, compartmentId: string, statements: string[], pods: string): IdentityPolicy {
    const suffix = { Resource: "load-balancers", Network: "network" }[id] ?? "vcn";
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
