import { ApiObject, App as KubernetesApp, Chart } from "cdk8s";
import { App, type TerraformStack, Testing } from "cdktf";
import * as os from "node:os";
import { StackSnapshot } from "../../lib/checks/stack-snapshot";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NetworkPolicyEngine } from "../../lib/cluster/policy-engine/network-policy-engine";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { COMPARTMENT, newStack, problemCodesOf } from "../support/stack";

const IMAGE = ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"a".repeat(64)}`);

/** A stack with one chart of a namespace and some Deployments. */
function shopStack(stack: TerraformStack, ...workloads: string[]): TerraformStack {
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
    networkPolicyEngine: NetworkPolicyEngine.calico(),
  });
  const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
  new SecureNamespace(chart, "namespace", { name: "shop", imagePullSecrets: [] });
  for (const name of workloads) new HardenedDeployment(chart, name, { image: IMAGE });
  cluster.addCdk8sChart("shop", chart);
  return stack;
}

test("shows each Kubernetes object as data under its kind and name", () => {
  const { manifests } = StackSnapshot.of(shopStack(newStack(), "web"));
  expect(Object.keys(manifests)).toEqual(["shop"]);
  expect(Object.keys(manifests.shop).sort()).toMatchInlineSnapshot(`
   [
     "Deployment shop/web",
     "LimitRange shop/limits",
     "Namespace shop",
     "NetworkPolicy shop/allow-dns",
     "NetworkPolicy shop/deny-all",
     "NetworkPolicy shop/web",
     "PodDisruptionBudget shop/web",
     "ResourceQuota shop/quota",
     "ServiceAccount shop/default",
     "ServiceAccount shop/web",
   ]
  `);
  expect(manifests.shop["Deployment shop/web"]).toMatchObject({
    apiVersion: "apps/v1",
    spec: { template: { spec: { containers: [{ image: IMAGE.reference }] } } },
  });
});

test("has the Terraform configuration of Testing.synth, without the manifests as text", () => {
  const stack = shopStack(newStack(), "web");
  const { terraform } = StackSnapshot.of(stack);
  const { output, ...others } = JSON.parse(Testing.synth(stack));
  const { shop_manifests: manifests, ...outputs } = output;
  expect(manifests.value).toContain("kind: Deployment");
  expect({ ...others, output: outputs }).toEqual({ ...terraform, terraform: others.terraform });
  expect(JSON.stringify(terraform)).not.toContain("kind: Deployment");
});

test("is plain data in a jest snapshot", () => {
  const snapshot = StackSnapshot.of(newStack());
  expect(snapshot).toMatchInlineSnapshot(`
   StackSnapshot {
     "manifests": {},
     "terraform": {
       "provider": {
         "oci": [
           {
             "region": "eu-frankfurt-1",
           },
         ],
       },
       "terraform": {
         "required_providers": {
           "oci": {
             "source": "oracle/oci",
             "version": "~> 8.28",
           },
         },
       },
     },
   }
  `);
});

test("adding a workload changes no other object", () => {
  const before = StackSnapshot.of(shopStack(newStack(), "web"));
  const after = StackSnapshot.of(shopStack(newStack(), "api", "web"));
  expect(after.manifests.shop).toMatchObject(before.manifests.shop);
  expect(after.manifests.shop).toHaveProperty(["Deployment shop/api"]);
});

test("contains no absolute path, wherever the app writes", () => {
  const texts = ["one", "two"].map((folder) => {
    const outdir = `${os.tmpdir()}/${folder}`;
    return JSON.stringify(StackSnapshot.of(shopStack(newStack("stack", new App({ outdir })), "web")));
  });
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).not.toContain(process.cwd());
});

test("keeps a backend that the program chose", () => {
  const stack = newStack();
  stack.addOverride("terraform.backend.s3", { bucket: "state" });
  expect(StackSnapshot.of(stack).terraform.terraform.backend).toMatchObject({ s3: { bucket: "state" } });
});

test("distinguishes objects of one kind and name by their API group", () => {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
  });
  const chart = new Chart(new KubernetesApp(), "shop");
  const metadata = { name: "gate", namespace: "shop" };
  for (const apiVersion of ["gateway.networking.k8s.io/v1", "example.com/v1"])
    new ApiObject(chart, apiVersion, { apiVersion, kind: "Gateway", metadata });
  cluster.addCdk8sChart("shop", chart);
  expect(Object.keys(StackSnapshot.of(stack).manifests.shop)).toEqual([
    "Gateway shop/gate",
    "Gateway shop/gate of example.com/v1",
  ]);
});

test("rejects a value that is not a stack", () => {
  expect(problemCodesOf(() => StackSnapshot.of(undefined as any))).toEqual(["ATTRIBUTE_MISSING"]);
  expect(problemCodesOf(() => StackSnapshot.of("stack" as any))).toEqual(["VALUE_INVALID"]);
});
