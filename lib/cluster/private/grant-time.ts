import { dependable, type ITerraformDependable, type TerraformResource, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";

import { type IClusterNetwork } from "../../network/vcn/network";
import { SubnetRole } from "../../network/vcn/network-subnet";
import { CoreSubnet } from "../../oci/core-subnet";
import { CoreVcn } from "../../oci/core-vcn";
import { type IdentityPolicy } from "../../oci/identity-policy";
import { LoggingLog } from "../../oci/logging-log";

/**
 * Has the network of a cluster made between the grant of its key and the cluster itself, and answers what the cluster waits for.
 *
 * IAM is eventually consistent: a cluster that is asked for at the moment when its policy was written may not use its key yet. The
 * provider asks again for four minutes after it wrote a policy, where OCI refuses a request as not authorized; it can't where OKE
 * takes the request and fails later, and a provider with an alias, as `homeRegionProvider` has, does not tell another one of the policy. So
 * the work that has to be done anyway comes between the two: VCN, gateways, subnets, and the flow log of the API endpoint, which alone takes
 * about half a minute. Nothing waits in later applies, and no further provider is needed. Only what the stack of the cluster makes can be
 * put into that order; what is there already, or of another stack, is left as it is.
 *
 * @see https://github.com/oracle/oci-go-sdk/blob/master/common/eventual_consistency.go
 */
export function giveGrantTime(
  cluster: IConstruct,
  grant: IdentityPolicy,
  network: IClusterNetwork,
): ITerraformDependable[] {
  const stack = TerraformStack.of(cluster);
  if ([grant, network].some((one) => TerraformStack.of(one) !== stack)) return [];
  for (const resource of beginningOf(network)) {
    resource.dependsOn = [...(resource.dependsOn ?? []), dependable(grant)];
  }
  return network.node
    .findAll()
    .filter((one): one is LoggingLog => one instanceof LoggingLog && one.node.id === SubnetRole.API_ENDPOINT);
}

/** What all else of a network is made after: its VCN, or its subnets in a VCN that is there. */
function beginningOf(network: IClusterNetwork): TerraformResource[] {
  const { children } = network.node;
  const vcns = children.filter((one): one is CoreVcn => one instanceof CoreVcn);
  return vcns.length > 0 ? vcns : children.filter((one): one is CoreSubnet => one instanceof CoreSubnet);
}
