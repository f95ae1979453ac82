import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { spawnSync } from "node:child_process";
import { Yaml } from "cdk8s";
import { type ISecureOkeCluster } from "../../../lib/cluster/cluster-base";
import { NetworkPolicyEngine } from "../../../lib/cluster/policy-engine/network-policy-engine";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { Acknowledgements } from "../../../lib/core/acknowledgement";
import { newStack, validationProblemsOf, problemCodesOf } from "../../support/stack";
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

describe("a cluster without an engine", () => {
  test("gives one warning at synthesis that the NetworkPolicies of its charts have no effect", () => {
    const app = newApp();
    const cluster = clusterIn(newStack("shop", app));
    addChart(cluster);
    addChart(cluster, "billing");
    addChart(cluster, "quiet", "ConfigMap");
    app.synth();
    const what =
      "shop/cluster: NetworkPolicies of billing, shop have no effect, because the cluster has no policy engine";
    expect(annotations(app)).toEqual([`@cdktf/warn [network-policy-engine] ${what}`]);
    expect(warnings.mock.calls).toEqual([
      [expect.stringContaining(what), { type: "SecureOkeWarning", code: "network-policy-engine" }],
    ]);
    app.synth();
    expect(warnings).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["nothing in its charts", (): void => undefined],
    ["no NetworkPolicy in its charts", (cluster: ISecureOkeCluster) => addChart(cluster, "a", "ConfigMap")],
  ])("gives no warning with %s", (_, add) => {
    const app = newApp();
    add(clusterIn(newStack("shop", app)));
    expect(written(app)).toEqual({});
    expect([annotations(app), warnings.mock.calls]).toEqual([[], []]);
  });

  test("gives a warning if it is imported, unless the same cluster has an engine elsewhere in the app", () => {
    const app = newApp();
    const created = clusterIn(newStack("created", app), NetworkPolicyEngine.calico());
    const stack = newStack("imported", app);
    for (const [id, clusterId] of [["same", created.clusterId] as const, ["other", CLUSTER] as const]) {
      addChart(SecureOkeCluster.fromClusterAttributes(stack, id, { clusterId }), id);
    }
    const named = SecureOkeCluster.fromClusterAttributes(newStack("named", app), "named", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.named",
      networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "The platform team runs Calico" }),
    });
    addChart(named, "named");
    app.synth();
    expect(annotations(app)).toEqual([expect.stringContaining("imported/other")]);
  });
});

describe("the pull Secrets of an engine", () => {
  const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0 ? test : test.skip;
  kubectl("are set on every service account of Calico's manifest, and on nothing else", () => {
    const folder = fs.mkdtempSync(path.join(outdir, "pulls-"));
    const manifestUrl = "https://example.com/manifest.yaml";
    const engine = NetworkPolicyEngine.calico({ imagePullSecrets: ["ocir", "mirror"], manifestUrl });
    const account = (name: string) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: "kube-system" },
    });
    const accounts = [account("calico-kube-controllers"), account("calico-node")];
    const text = engine._installationFor?.().text.replace(manifestUrl, "manifest.yaml");
    fs.writeFileSync(path.join(folder, "kustomization.yaml"), text ?? "");
    Yaml.save(path.join(folder, "manifest.yaml"), [POLICY_ONLY, ...TYPHA, ...accounts]);
    const { stdout, status, stderr } = spawnSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    fs.writeFileSync(path.join(folder, "built.yaml"), stdout);
    const built = Yaml.load(path.join(folder, "built.yaml"));
    const imagePullSecrets = [{ name: "ocir" }, { name: "mirror" }];
    expect(built.filter(({ kind }) => kind === "ServiceAccount")).toEqual(
      accounts.map((each) => ({ ...each, imagePullSecrets })),
    );
    expect(stdout.match(/imagePullSecrets/g)).toHaveLength(2);
  });

  test("are a value of Cilium's chart", () => {
    const text = NetworkPolicyEngine.cilium({ imagePullSecrets: ["ocir"] })._installationFor?.().text;
    expect(text).toContain("imagePullSecrets:\n  - name: ocir\n");
    expect(NetworkPolicyEngine.cilium()._installationFor?.().text).not.toContain("imagePullSecrets");
  });

  test.each([["ocir"], [["OCIR"]], [[null]], [null]])("are refused where they are %j", (imagePullSecrets) => {
    for (const make of [NetworkPolicyEngine.calico, NetworkPolicyEngine.cilium]) {
      const [code = "", ...others] = problemCodesOf(() =>
        make({ imagePullSecrets: imagePullSecrets as never }),
      );
      expect(["NAME_INVALID", "VALUE_INVALID"]).toContain(code);
      expect(others).toEqual([]);
    }
  });
});

test("files of removed engines are deleted, and the same program writes the same files", () => {
  const app = (engine?: NetworkPolicyEngine) => {
    const app = newApp();
    clusterIn(newStack("shop", app), engine);
    return written(app);
  };
  const first = app(NetworkPolicyEngine.cilium());
  expect(app(NetworkPolicyEngine.cilium())).toEqual(first);
  expect(Object.keys(app(NetworkPolicyEngine.calico()))).toEqual(["shop/cluster/kustomization.yaml"]);
  expect(app()).toEqual({});
});

test("an engine that is installed by other means and the privileges of an engine are acknowledged", () => {
  const acknowledgementsOf = (engine: NetworkPolicyEngine) => {
    const stack = newStack();
    clusterIn(stack, engine);
    return Acknowledgements.of(stack).map(({ practice, what, reason }) => [practice, what, reason]);
  };
  const reason = "The platform team runs Calico";
  expect(acknowledgementsOf(NetworkPolicyEngine.existing({ reason }))).toEqual([
    ["network-layers", "a policy engine that is installed by other means", reason],
  ]);
  expect(acknowledgementsOf(NetworkPolicyEngine.calico())).toEqual([
    [
      "non-root",
      "privileged pods of calico in kube-system, with access to the files and the network of their nodes",
      "Writing the packet filter of a node requires root",
    ],
  ]);
});

describe("bad input", () => {
  const any = NetworkPolicyEngine as any;
  test.each([
    ["an invalid version", () => any.calico({ version: "latest" }), ["VALUE_INVALID"]],
    ["a version that is not a text", () => any.cilium({ version: 1.2 }), ["VALUE_INVALID"]],
    ["a release that is too old", () => any.calico({ version: "3.25.1" }), ["VERSION_UNKNOWN"]],
    ["a release of another major version", () => any.cilium({ version: "2.0.0" }), ["VERSION_UNKNOWN"]],
    ["a registry with a tag", () => any.cilium({ imageRegistry: "fra.ocir.io/a:1.2" }), ["IMAGE_INVALID"]],
    ["no registry", () => any.calico({ imageRegistry: "acme" }), ["IMAGE_INVALID"]],
    [
      "a manifest without TLS",
      () => any.calico({ manifestUrl: "http://a.example/c.yaml" }),
      ["VALUE_INVALID"],
    ],
    ["another backend", () => any.calico({ iptablesBackend: "Legacy" }), ["VALUE_INVALID"]],
    ["no options", () => any.calico(null), ["VALUE_INVALID"]],
    ["an engine of others without a reason", () => any.existing({ reason: " " }), ["REASON_MISSING"]],
    ["an engine of others without a choice", () => any.existing(), ["REASON_MISSING"]],
  ])("%s is refused", (_, call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });

  test("all problems are reported together", () => {
    const call = () => any.calico({ version: "", imageRegistry: 1, manifestUrl: "x", iptablesBackend: null });
    expect(problemCodesOf(call)).toEqual(Array(4).fill("VALUE_INVALID"));
  });

  test("an engine that no factory created is refused by created and imported clusters", () => {
    for (const engine of ["calico", { name: "calico" }, []]) {
      expect(problemCodesOf(() => clusterIn(newStack(), engine as never))).toEqual(["VALUE_INVALID"]);
      const attributes = { clusterId: CLUSTER, networkPolicyEngine: engine as never };
      const [problem] = validationProblemsOf(() =>
        SecureOkeCluster.fromClusterAttributes(newStack(), "c", attributes),
      );
      expect(problem).toMatchObject({ code: "VALUE_INVALID", property: "networkPolicyEngine" });
    }
  });

  test("every accepted version and registry is written as one word of YAML", () => {
    const text = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.domain(),
      fc.stringMatching(/^v?\d{1,3}\.\d{1,3}\.\d{1,3}$/),
    );
    fc.assert(
      fc.property(text, text, text, (version, imageRegistry, manifestUrl) => {
        for (const options of [{ version }, { imageRegistry }, { manifestUrl }]) {
          let engine: NetworkPolicyEngine;
          try {
            engine = NetworkPolicyEngine.calico(options);
          } catch {
            continue;
          }
          const value = Object.values(options)[0]!.replace(/^v/, "");
          expect(value).toMatch(/^[\w.:/~-]+$/);
          expect(engine._installationFor?.().text).toContain(value);
        }
      }),
    );
  });
});
