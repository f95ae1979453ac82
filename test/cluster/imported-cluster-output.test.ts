import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NetworkPolicyEngine } from "../../lib/cluster/policy-engine/network-policy-engine";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { COMPARTMENT, newStack, synthesized } from "../support/stack";
import { IMAGE } from "../workload/support";

/** What is looked up or kept for Terraform alone, by its address. */
function helpersIn(json: any): string[] {
  const addresses = (types: object = {}, prefix = "") =>
    Object.entries(types).flatMap(([type, all]) => Object.keys(all).map((id) => `${prefix}${type}.${id}`));
  const kept = { terraform_data: json.resource?.terraform_data ?? {} };
  return [...addresses(json.data, "data."), ...addresses(kept)];
}

/** Those that neither a resource, nor an output, nor another one names. */
function unusedIn(json: any): string[] {
  const text = JSON.stringify(json);
  return helpersIn(json).filter((address) => !text.includes(address));
}

function imported(stack: TerraformStack) {
  const group = (id: string) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupId(
      stack,
      id,
      `ocid1.networksecuritygroup.oc1.eu-frankfurt-1.${id}`,
    );
  const subnet = (id: string, cidr: string) => ({ subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.${id}`, cidr });
  return SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
    clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    network: ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
      compartmentId: COMPARTMENT,
      vcnCidr: "10.0.0.0/16",
      apiEndpointSubnet: subnet("api", "10.0.0.0/28"),
      workerSubnet: subnet("workers", "10.0.1.0/24"),
      podSubnet: subnet("pods", "10.0.128.0/17"),
      loadBalancerSubnet: subnet("balancers", "10.0.2.0/24"),
      regionServices: RegionServices.of({
        serviceId: "ocid1.service.oc1.eu-frankfurt-1.test",
        cidrLabel: "all-fra-services-in-oracle-services-network",
      }),
    }),
    privateEndpoint: "10.0.0.5:6443",
    apiEndpointSecurityGroup: group("api"),
    workerSecurityGroup: group("workers"),
    podSecurityGroup: group("pods"),
    networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "The platform team runs it" }),
    loadBalancerRights: true,
  });
}

describe("an imported cluster", () => {
  test("creates no data source and no terraform_data, with any attributes", () => {
    const stack = newStack();
    imported(stack);
    expect(helpersIn(synthesized(stack))).toEqual([]);
    const bare = newStack();
    SecureOkeCluster.fromClusterAttributes(bare, "cluster", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
    });
    expect(synthesized(bare)).not.toHaveProperty("resource");
    expect(synthesized(bare)).not.toHaveProperty("data");
  });

  test("creates no unused ones with a node pool and a chart", () => {
    const stack = newStack();
    const cluster = imported(stack);
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 3,
    });
    const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    new SecureNamespace(chart, "namespace", { name: "shop" });
    new HardenedDeployment(chart, "web", { image: IMAGE });
    cluster.addCdk8sChart("shop", chart);
    const json = synthesized(stack);
    // A pool compares its version with those that OKE offers, and places its nodes, so that some are there.
    expect(helpersIn(json)).not.toEqual([]);
    expect(unusedIn(json)).toEqual([]);
  });
});
