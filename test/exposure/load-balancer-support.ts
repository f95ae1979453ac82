import { type TerraformStack } from "cdktf";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { type PodNetworking } from "../../lib/network/vcn/pod-networking";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { newStack } from "../support/stack";
import { IMAGE, newChart } from "../workload/support";

export const REASON = { reason: "The test asks for it" };

/** A cluster that exists already, so that its stack holds nothing but what a load balancer makes. */
export function existingCluster(
  stack: TerraformStack = newStack(),
  id = "cluster",
  podNetworking?: PodNetworking,
): ISecureOkeCluster {
  const subnet = (name: string, cidr: string, isPublic = false) => ({
    subnetId: `ocid1.subnet.oc1..${name}`,
    cidr,
    isPublic,
  });
  return SecureOkeCluster.fromClusterAttributes(stack, id, {
    clusterId: "ocid1.cluster.oc1..existing",
    podNetworking,
    network: ClusterNetwork.fromClusterNetworkAttributes(stack, `${id}-network`, {
      vcnId: "ocid1.vcn.oc1..existing",
      compartmentId: "ocid1.compartment.oc1..existing",
      loadBalancerSubnet: subnet("balancers", "10.0.1.0/24", true),
      workerSubnet: subnet("workers", "10.0.2.0/24"),
    }),
    workerSecurityGroup: NetworkSecurityGroup.fromNetworkSecurityGroupId(
      stack,
      `${id}-workers`,
      "ocid1.networksecuritygroup.oc1..workers",
    ),
  });
}

/** A workload with a way in, by default through an internal load balancer that ends TLS. */
export function wayIn(
  options: Partial<LoadBalancerOptions> = {},
  workload: Partial<HardenedDeploymentProps> = {},
  chart = newChart(),
) {
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, ...workload });
  const balancer = web.exposeViaLoadBalancer({
    cluster: existingCluster(),
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
    ...options,
  });
  return { chart, web, balancer };
}
