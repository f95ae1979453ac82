import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { grantsOf, type ClusterPlaces, type Grant } from "./cluster-statements";
import { ResourceConstruct } from "../core/resource-construct";
import { policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";

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
  /** What must exist before nodes do, so that their pods get addresses. */
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
