import { type TerraformStack } from "cdktf";
import { ClusterAutoscaler } from "../../lib/cluster/add-ons/cluster-autoscaler";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { HostScanning, NodeScanning } from "../../lib/cluster/node-scanning";
import { Karpenter } from "../../lib/cluster/karpenter";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { OciProvider } from "../../lib/oci/provider";
import { ImageSigning } from "../../lib/supply-chain/image-signing";
import { COMPARTMENT, newStack, resourcesOf } from "../support/stack";

type Add = (stack: TerraformStack, cluster: ISecureOkeCluster) => unknown;

describe("the policies of a construct that belongs to a cluster", () => {
  test.each<[string, Add]>([
    ["ImageSigning", (stack, cluster) => new ImageSigning(stack, "it", { cluster })],
    ["HostScanning", (stack, cluster) => new HostScanning(stack, "it", { cluster })],
    ["ClusterAutoscaler", (stack, cluster) => new ClusterAutoscaler(stack, "it", { cluster })],
    [
      "Karpenter",
      (stack, cluster) =>
        new Karpenter(stack, "it", {
          cluster,
          tenancyId: "ocid1.tenancy.oc1..test",
          nodeTag: "Operations.NodeRole",
        }),
    ],
  ])("%s are created in the home region of the cluster", (_, add) => {
    const stack = newStack();
    const home = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_35,
      homeRegionProvider: home,
      nodeScanning: NodeScanning.none({ reason: "Created by the test" }),
    });
    add(stack, cluster);
    const policies = Object.values(resourcesOf(stack, "oci_identity_policy"));
    expect([...new Set(policies.map(({ provider }) => provider))]).toEqual(["oci.home"]);
  });
});
