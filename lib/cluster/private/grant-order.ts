import { dependable, type ITerraformDependable, type TerraformResource, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { subnetOf, SubnetRole } from "../../network/vcn/cluster-subnet";
import { type IClusterNetwork } from "../../network/vcn/network";
import { CoreSubnet } from "../../oci/core-subnet";
import { CoreVcn } from "../../oci/core-vcn";
import { type IdentityPolicy } from "../../oci/identity-policy";
import { LoggingLog } from "../../oci/logging-log";

/**
 * The dependencies that order a resource after others without a reference to their attributes.
 *
 * Resources can't refer to those of another stack, but a whole stack is applied before the stacks that depend on it.
 */
export function before(
  scope: IConstruct,
  owner: IConstruct,
  others: readonly ITerraformDependable[],
): ITerraformDependable[] | undefined {
  if (others.length === 0) return undefined;
  const [own, theirs] = [TerraformStack.of(scope), TerraformStack.of(owner)];
  if (own === theirs) return [...others];
  own.addDependency(theirs);
  return undefined;
}

/** Merges dependency lists; undefined if all of them are empty. */
export function together(
  ...lists: readonly (ITerraformDependable[] | undefined)[]
): ITerraformDependable[] | undefined {
  const all = lists.flatMap((list) => list ?? []);
  return all.length > 0 ? all : undefined;
}

const ENDPOINT_LOG = subnetOf(SubnetRole.API_ENDPOINT).id;

/**
 * Orders the creation of a cluster's network after the grant of its key and before the cluster; returns the cluster's dependencies.
 *
 * IAM is eventually consistent: a cluster that is created right after its policy may not be able to use its key yet. For four minutes
 * after it has written a policy, the provider retries requests that OCI rejects as not authorized. This doesn't help if OKE accepts the
 * request and fails later, or with a provider alias such as `homeRegionProvider`, which doesn't tell other providers of its policies. So
 * work that is needed anyway is done between the two: VCN, gateways, subnets, and the flow log of the API endpoint, which alone takes
 * about half a minute. Later applies don't wait, and no other provider is needed. Only resources of the cluster's stack can be ordered;
 * existing resources, and those of other stacks, stay as they are.
 *
 * @see https://github.com/oracle/oci-go-sdk/blob/master/common/eventual_consistency.go
 */
export function giveGrantTime(
  cluster: IConstruct,
  grant: IdentityPolicy,
  network: IClusterNetwork,
): ITerraformDependable[] {
  const stack = TerraformStack.of(cluster);
  if ([grant, network].some((construct) => TerraformStack.of(construct) !== stack)) return [];
  for (const resource of beginningOf(network)) {
    resource.dependsOn = [...(resource.dependsOn ?? []), dependable(grant)];
  }
  return network.node
    .findAll()
    .filter((child): child is LoggingLog => child instanceof LoggingLog && child.node.id === ENDPOINT_LOG);
}

/** The resources that the rest of a network depends on: its VCN, or its subnets in an existing VCN. */
function beginningOf(network: IClusterNetwork): TerraformResource[] {
  const { children } = network.node;
  const vcns = children.filter((child): child is CoreVcn => child instanceof CoreVcn);
  return vcns.length > 0
    ? vcns
    : children.filter((child): child is CoreSubnet => child instanceof CoreSubnet);
}
