import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App, type TerraformStack } from "cdktf";
import { ApiObject, App as KubernetesApp, Chart } from "cdk8s";
import { type ISecureOkeCluster } from "../../../lib/cluster/cluster-base";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { type NetworkPolicyEngine } from "../../../lib/cluster/policy-engine/network-policy-engine";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { AlarmRouting } from "../../../lib/observability/alarm-routing";
import { Subscriber } from "../../../lib/observability/subscriber";
import { COMPARTMENT } from "../../support/stack";

export const CLUSTER = "ocid1.cluster.oc1.eu-frankfurt-1.test";
export const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "engine-"));
export const warnings = jest.spyOn(process, "emitWarning").mockImplementation();
beforeEach(() => warnings.mockClear());
afterAll(() => fs.rmSync(outdir, { recursive: true }));

export function clusterIn(
  stack: TerraformStack,
  networkPolicyEngine?: NetworkPolicyEngine,
): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine,
  });
}

export function addChart(cluster: ISecureOkeCluster, id = "shop", kind = "NetworkPolicy"): void {
  const chart = new Chart(new KubernetesApp(), id, { namespace: id });
  const apiVersion = kind === "NetworkPolicy" ? "networking.k8s.io/v1" : "v1";
  new ApiObject(new Chart(chart, "inner"), "it", { apiVersion, kind, metadata: { name: id } });
  cluster.addCdk8sChart(id, chart);
}

/** Synthesizes an app as a program does, and returns the files for engines with their contents. */
export function written(app: App): { [file: string]: string } {
  app.synth();
  const folder = path.join(outdir, "network-policy-engines");
  if (!fs.existsSync(folder)) return {};
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const read = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(read.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
}

export const newApp = () => new App({ outdir });

/** The annotations of the stacks that the cdktf command prints, without their paths. */
export function annotations(app: App): string[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(app.outdir, "manifest.json"), "utf8"));
  return Object.values<any>(manifest.stacks).flatMap((stack) =>
    (stack.annotations ?? []).map(({ level, message }: any) => `${level} ${message.split("\n")[0]}`),
  );
}

/** The parts of Calico's policy-only manifest that are changed. */
export const POLICY_ONLY = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "calico-node", namespace: "kube-system" },
  spec: {
    template: {
      spec: {
        initContainers: [{ name: "install-cni", image: "quay.io/calico/cni:v3.31.7" }],
        containers: [
          {
            name: "calico-node",
            image: "quay.io/calico/node:v3.31.7",
            envFrom: [{ configMapRef: { name: "kubernetes-services-endpoint", optional: true } }],
            env: [
              { name: "FELIX_TYPHAK8SSERVICENAME", value: "calico-typha" },
              { name: "CALICO_NETWORKING_BACKEND", value: "none" },
            ],
            volumeMounts: [
              { mountPath: "/host/etc/cni/net.d", name: "cni-net-dir" },
              { mountPath: "/lib/modules", name: "lib-modules" },
              { mountPath: "/var/run/nodeagent", name: "policysync" },
              { mountPath: "/var/log/calico/cni", name: "cni-log-dir" },
            ],
          },
        ],
        volumes: ["lib-modules", "cni-bin-dir", "cni-net-dir", "cni-log-dir", "policysync"].map((name) => ({
          name,
          hostPath: { path: `/${name}` },
        })),
      },
    },
  },
};

/** A cache that nothing asks when nodes ask the API server themselves. */
export const TYPHA = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
].map((one) => ({ ...one, metadata: { name: "calico-typha", namespace: "kube-system" }, spec: {} }));
