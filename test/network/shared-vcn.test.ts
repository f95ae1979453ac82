import { Size } from "cdk8s";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { TerraformStack, type App } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork, type IClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { PodNetworking } from "../../lib/network/vcn/pod-networking";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT, newStack, problemCodesOf, resourcesOf } from "../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "../terraform/terraform";

jest.setTimeout(120_000);

const RULE = "oci_core_network_security_group_security_rule";

function cluster(stack: TerraformStack, id: string, network: IClusterNetwork, podNetworking?: PodNetworking) {
  const made = new SecureOkeCluster(stack, id, {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    network,
    podNetworking,
  });
  pool(made, "pool", 2);
  return made;
}

function pool(of: SecureOkeCluster, id: string, size: number) {
  return new PrivateNodePool(of, id, {
    cluster: of,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size,
  });
}

function networkIn(stack: TerraformStack) {
  return new ClusterNetwork(stack, "network", {
    compartmentId: COMPARTMENT,
    plan: SubnetPlan.of({ vcnCidr: "10.40.0.0/16", nodes: 20, pods: 620 }),
  });
}

/** Two clusters in one network, and a third one in subnets of its own. */
function program(app: App): void {
  const stack = new TerraformStack(app, "shared");
  new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const network = networkIn(stack);
  cluster(stack, "one", network);
  cluster(stack, "two", network);
  const own = new ExistingVcnNetwork(stack, "own", {
    vcnId: network.vcnId,
    vcnCidrs: [network.vcnCidr],
    compartmentId: COMPARTMENT,
    plan: SubnetPlan.withoutPods({ vcnCidr: "10.40.64.0/24", nodes: 20 }),
    serviceGatewayId: network.serviceGatewayId,
  });
  cluster(stack, "three", own, PodNetworking.flannelOverlay());
}

describeWithTerraform("several clusters in one VCN", () => {
  test("are applied, and the next plan changes nothing", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), program);
      const runs = await terraform.initAll(outdir);
      for (const run of runs) {
        await run.validate();
        await run.apply();
      }
      for (const run of runs) expect(await run.changes()).toEqual({});
    });
  });
});

describe("clusters that share a network", () => {
  test("have separate rules, which name no group of another cluster", () => {
    const stack = newStack();
    const network = networkIn(stack);
    cluster(stack, "one", network);
    cluster(stack, "two", network);
    for (const rule of Object.values(resourcesOf(stack, RULE))) {
      const ends = [rule.network_security_group_id, rule.source, rule.destination].filter((end) =>
        /network_security_group\./.test(end ?? ""),
      );
      expect(new Set(ends.map((end) => /\.(one|two)_/.exec(end)?.[1])).size).toBe(1);
    }
    expect(Object.keys(resourcesOf(stack, "oci_core_vcn"))).toHaveLength(1);
  });

  test("are counted together, so that one can't take the addresses of another", () => {
    const stack = newStack();
    const network = networkIn(stack);
    cluster(stack, "one", network);
    const two = cluster(stack, "two", network);
    expect(problemCodesOf(() => pool(two, "more", 25))).toEqual(["SUBNET_EXHAUSTED"]);
  });

  test("don't rename one another", () => {
    const names = (ids: readonly string[]) => {
      const stack = newStack();
      const network = networkIn(stack);
      for (const id of ids) cluster(stack, id, network);
      return Object.keys(resourcesOf(stack, RULE)).filter((id) => id.startsWith("one"));
    };
    expect(names(["two", "one"])).toEqual(names(["one"]));
  });
});
