import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App, type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { NetworkPolicyEngine } from "../../../lib/cluster/policy-engine/network-policy-engine";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { COMPARTMENT, newStack, synthesized } from "../../support/stack";

const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "engine-"));
const warnings = jest.spyOn(process, "emitWarning").mockImplementation();
beforeEach(() => warnings.mockClear());
afterAll(() => fs.rmSync(outdir, { recursive: true }));

function clusterIn(stack: TerraformStack, networkPolicyEngine?: NetworkPolicyEngine): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine,
  });
}

/** Synthesizes an app as a program does, and answers what was written for engines, by file. */
function written(app: App): { [file: string]: string } {
  app.synth();
  const folder = path.join(outdir, "network-policy-engines");
  if (!fs.existsSync(folder)) return {};
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const read = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(read.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
}

const newApp = () => new App({ outdir });

describe("Cilium", () => {
  test("is written as Helm values that chain it after Oracle's plugin and let CIDRs match nodes", () => {
    expect(NetworkPolicyEngine.cilium()._installationFor?.().text).toMatchInlineSnapshot(`
     "cni:
       chainingTarget: oci
       exclusive: false
     routingMode: native
     enableIPv4Masquerade: false
     kubeProxyReplacement: false
     ipam:
       mode: cluster-pool
       operator:
         clusterPoolIPv4PodCIDRList:
           - 100.64.0.0/16
     policyCIDRMatchMode:
       - nodes
     rollOutCiliumPods: true
     envoy:
       enabled: false
     hubble:
       enabled: false
     "
    `);
  });

  test("prints the command with the chart's release", () => {
    const app = newApp();
    const stack = newStack("shop", app);
    clusterIn(stack, NetworkPolicyEngine.cilium({ version: "v1.19.4" }));
    expect(Object.keys(written(app))).toEqual(["shop/cluster/values.yaml"]);
    expect(synthesized(stack).output.cluster_network_policy_engine.value).toBe(
      "helm upgrade --install cilium cilium --repo https://helm.cilium.io --version 1.19.4 " +
        "--namespace kube-system --values network-policy-engines/shop/cluster/values.yaml",
    );
  });

  test("pulls its images from a registry of the region", () => {
    const text = NetworkPolicyEngine.cilium({ imageRegistry: "fra.ocir.io/acme/cilium" })._installationFor?.()
      .text;
    for (const name of ["cilium", "operator"]) {
      expect(text).toContain(`repository: fra.ocir.io/acme/cilium/${name}\n`);
    }
  });
});
