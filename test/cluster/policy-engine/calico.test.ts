import * as fs from "node:fs";
import * as path from "node:path";
import { spawnSync } from "node:child_process";
import { Yaml } from "cdk8s";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { NetworkPolicyEngine } from "../../../lib/cluster/policy-engine/network-policy-engine";
import { CalicoIptablesBackend } from "../../../lib/cluster/policy-engine/network-policy-engine-options";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { newStack, synthesized } from "../../support/stack";
import {
  CLUSTER,
  POLICY_ONLY,
  TYPHA,
  addChart,
  annotations,
  clusterIn,
  newApp,
  outdir,
  warnings,
  written,
} from "./policy-engine-support";

describe("Calico", () => {
  test("is written as a Kustomization of its pinned manifest, with Oracle's changes for VCN-native pods", () => {
    const app = newApp();
    const cluster = clusterIn(newStack("shop", app), NetworkPolicyEngine.calico());
    addChart(cluster);
    const files = written(app);
    expect(Object.keys(files)).toEqual(["shop/cluster/kustomization.yaml"]);
    const [kustomization] = Yaml.load(
      path.join(outdir, "network-policy-engines/shop/cluster/kustomization.yaml"),
    );
    expect(kustomization.resources).toEqual([
      "https://raw.githubusercontent.com/projectcalico/calico/v3.30.3/manifests/calico-policy-only.yaml",
    ]);
    expect(kustomization).not.toHaveProperty("images");
    expect(kustomization.patches).toHaveLength(2);
    expect(kustomization.patches[0].patch).toMatchInlineSnapshot(`
     "apiVersion: apps/v1
     kind: DaemonSet
     metadata:
       name: calico-node
       namespace: kube-system
     spec:
       template:
         spec:
           initContainers: null
           containers:
             - name: calico-node
               envFrom: null
               env:
                 - name: FELIX_INTERFACEPREFIX
                   value: oci
                 - name: NO_DEFAULT_POOLS
                   value: "true"
                 - name: FELIX_CHAININSERTMODE
                   value: Append
                 - name: FELIX_IPTABLESMANGLEALLOWACTION
                   value: Return
                 - name: FELIX_IPTABLESBACKEND
                   value: NFT
                 - name: FELIX_TYPHAK8SSERVICENAME
                   $patch: delete
               volumeMounts:
                 - mountPath: /host/etc/cni/net.d
                   $patch: delete
                 - mountPath: /var/log/calico/cni
                   $patch: delete
           volumes:
             - name: cni-bin-dir
               $patch: delete
             - name: cni-net-dir
               $patch: delete
             - name: cni-log-dir
               $patch: delete
     "
    `);
    expect([annotations(app), warnings.mock.calls]).toEqual([[], []]);
  });

  test.each([
    ["v1.30.10", "3.30.3"],
    ["v1.34.10", "3.30.3"],
    ["v1.34.99", "3.30.3"],
    ["v1.35.2", "3.31.5"],
    ["v1.36.1", "3.32.0"],
    ["v1.38.1", "3.32.0"],
    [undefined, "3.32.0"],
  ])("of a cluster with Kubernetes %s is %s by default", (version, calico) => {
    const kubernetes = version === undefined ? undefined : KubernetesVersion.of(version);
    expect(NetworkPolicyEngine.calico()._installationFor?.(kubernetes).text).toContain(
      `/calico/v${calico}/manifests/calico-policy-only.yaml`,
    );
  });

  test.each([
    ["a release that Oracle has not tested", "v1.35.2", "3.31.7", "Oracle supports Calico 3.31.5 with"],
    [
      "a Kubernetes version that Oracle's table does not have",
      "v1.33.10",
      undefined,
      "The release of Calico that Oracle has tested",
    ],
    ["the release that Oracle tested, by its tag", "v1.35.2", "v3.31.5", undefined],
    ["the release that Oracle tested, by default", "v1.36.1", undefined, undefined],
    ["a release that was chosen for a version of which nothing is known", "v1.33.10", "3.30.0", undefined],
  ])("gives a warning only if it is not supported: %s", (_, version, release, warning) => {
    const cluster = SecureOkeCluster.fromClusterAttributes(newStack(), "cluster", {
      clusterId: CLUSTER,
      kubernetesVersion: KubernetesVersion.of(version),
      networkPolicyEngine: NetworkPolicyEngine.calico({ version: release }),
    });
    const warned = cluster.node.metadata.filter(({ type }) => type.endsWith("warn"));
    expect(warned.map(({ data }) => String(data))).toEqual(
      warning === undefined ? [] : [expect.stringContaining(`[calico-version] ${warning}`)],
    );
  });

  test("prints the command that installs it", () => {
    const stack = newStack("shop");
    clusterIn(stack, NetworkPolicyEngine.calico());
    expect(synthesized(stack).output.cluster_network_policy_engine).toEqual({
      description: expect.stringContaining("Installs calico"),
      value: "kubectl apply --server-side -k network-policy-engines/shop/cluster",
    });
  });

  test("accepts every prop", () => {
    const installation = NetworkPolicyEngine.calico({
      version: "v3.32.2",
      imageRegistry: "fra.ocir.io/acme/calico",
      manifestUrl: "https://files.example.com:8443/calico/3.32.2/calico-policy-only.yaml",
      iptablesBackend: CalicoIptablesBackend.AUTO,
    })._installationFor?.();
    expect(installation?.text).toContain(
      "- https://files.example.com:8443/calico/3.32.2/calico-policy-only.yaml",
    );
    expect(installation?.text).toMatch(/name: FELIX_IPTABLESBACKEND\s+value: Auto/);
    for (const registry of ["docker.io", "quay.io"]) {
      expect(installation?.text).toMatch(
        new RegExp(`name: ${registry}/calico/node\\s+newName: fra.ocir.io/acme/calico/node`),
      );
    }
    const tagged = NetworkPolicyEngine.calico({ version: "v3.32.2" })._installationFor?.().text;
    expect(tagged).toContain("/calico/v3.32.2/manifests/");
  });

  const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0 ? test : test.skip;
  kubectl("leaves of a manifest like Calico's what Oracle says that must be left", () => {
    const folder = fs.mkdtempSync(path.join(outdir, "kustomize-"));
    const engine = NetworkPolicyEngine.calico({
      imageRegistry: "fra.ocir.io/acme/calico",
      manifestUrl: "https://example.com/manifest.yaml",
    });
    const text = engine
      ._installationFor?.()
      .text.replace("https://example.com/manifest.yaml", "manifest.yaml");
    fs.writeFileSync(path.join(folder, "kustomization.yaml"), text ?? "");
    Yaml.save(path.join(folder, "manifest.yaml"), [POLICY_ONLY, ...TYPHA]);
    const { stdout, status, stderr } = spawnSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    fs.writeFileSync(path.join(folder, "built.yaml"), stdout);
    const [{ spec }, ...others] = Yaml.load(path.join(folder, "built.yaml"));
    expect(others).toEqual([]);
    const { initContainers, containers, volumes } = spec.template.spec;
    expect(initContainers).toBeUndefined();
    expect(volumes.map(({ name }: any) => name)).toEqual(["lib-modules", "policysync"]);
    expect(containers).toEqual([
      {
        name: "calico-node",
        image: "fra.ocir.io/acme/calico/node:v3.31.7",
        env: expect.arrayContaining([
          { name: "FELIX_INTERFACEPREFIX", value: "oci" },
          { name: "CALICO_NETWORKING_BACKEND", value: "none" },
        ]),
        volumeMounts: [
          { mountPath: "/lib/modules", name: "lib-modules" },
          { mountPath: "/var/run/nodeagent", name: "policysync" },
        ],
      },
    ]);
    expect(containers[0].env.map(({ name }: any) => name)).not.toContain("FELIX_TYPHAK8SSERVICENAME");
  });
});
