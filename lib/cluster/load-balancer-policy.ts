import { type TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";

interface LoadBalancerPolicyProps extends TaggingProps {
  readonly clusterId: string;
  readonly compartmentId: string;
  readonly networkCompartmentId: string;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/**
 * What a cluster may do in the network so that its load balancers have network security groups of their own.
 *
 * Of the VCN it gets just what creating and deleting a group needs.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
export class LoadBalancerPolicy extends Construct {
  constructor(scope: Construct, id: string, props: LoadBalancerPolicyProps) {
    super(scope, id);
    const { clusterId, compartmentId, networkCompartmentId: network } = props;
    // This cluster and not its compartment: the rights are used only once it is there.
    const cluster = `request.principal.type = 'cluster', request.principal.id = '${clusterId}'`;
    const statements = [
      `Allow any-user to manage network-security-groups in compartment id ${network} where all {${cluster}}`,
      `Allow any-user to manage vcns in compartment id ${network} where all {${cluster}, ` +
        "any {request.operation = 'CreateNetworkSecurityGroup', request.operation = 'DeleteNetworkSecurityGroup'}}",
    ];
    if (network !== compartmentId) {
      // The pods' addresses come from subnets of another compartment, where the cluster has no rights of its own.
      statements.push(
        `Allow any-user to manage instances in compartment id ${network} where all {${cluster}}`,
        `Allow any-user to use private-ips in compartment id ${network} where all {${cluster}}`,
      );
    }
    new IdentityPolicy(this, "Resource", {
      provider: props.homeRegionProvider,
      compartmentId: network,
      name: policyNameOf(props.displayName),
      description: "Lets the cluster keep the network security groups of its load balancers",
      statements,
      ...tagsOf(this, props),
    });
  }
}
