import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.join(__dirname, "..", "..");

const BEGIN = `
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart } from "cdk8s";
import { ContainerImage, HardenedDeployment, KubernetesVersion, NetworkPolicyEngine, SecureOkeCluster, Tenant, oci } from "secure-oke";

const image = ContainerImage.of("fra.ocir.io/acme/web@sha256:${"9f".repeat(32)}");
const chart = (name: string, app = new KubernetesApp()) => new Chart(app, name, { namespace: name });
const web = (owner: Chart) => new HardenedDeployment(owner, "web", { image, port: 8080 });

function program(id: string) {
  const app = new App({ outdir: id });
  const stack = new TerraformStack(app, id);
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "Installed by another team" }),
  });
  return { app, cluster };
}
`;

/** The paths of the charts that a program of its own process is warned of at its end. */
function forgottenBy(program: string): string[] {
  // Beside the tests, where packages are found.
  const folder = fs.mkdtempSync(path.join(__dirname, ".unwritten-"));
  try {
    const file = path.join(folder, "main.ts");
    fs.writeFileSync(file, `${BEGIN}${program}`);
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--expose-gc", path.join(ROOT, "scripts", "register.js"), file],
      { cwd: folder, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
    return [...stderr.matchAll(/\[chart-not-written\] SecureOkeWarning: The chart (\S+) was forgotten/g)].map(
      ([, entry = ""]) => entry,
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe("a program that ends", () => {
  test("warns of an unwritten chart that was created before the cluster", () => {
    expect(
      forgottenBy(`
        web(chart("shop"));
        program("one").app.synth();
      `),
    ).toEqual(["shop"]);
  });

  test("warns of a chart that was garbage-collected before synthesis", async () => {
    expect(
      forgottenBy(`
        (() => void web(chart("shop")))();
        (globalThis as any).gc();
        setTimeout(() => program("one").app.synth(), 10);
      `),
    ).toEqual(["shop"]);
  });

  test("does not warn of charts that a cluster or plain cdk8s wrote", () => {
    expect(
      forgottenBy(`
        const [before, after, whole] = [new KubernetesApp({ outdir: "before" }), new KubernetesApp({ outdir: "after" }), new KubernetesApp()];
        web(chart("before", before));
        web(chart("after", after));
        const inner = new Chart(chart("outer", whole), "inner", { namespace: "inner" });
        web(inner);
        const read = chart("read");
        web(read);
        const toys = chart("toys");
        new Tenant(toys, "tenant");
        before.synth();
        const { app, cluster } = program("one");
        cluster.addCdk8sChart("outer", Chart.of(inner.node.scope!));
        cluster.addCdk8sChart("toys", toys);
        app.synth();
        read.toJson();
        after.synth();
      `),
    ).toEqual([]);
  });

  test("does not warn of two independent programs in one process", () => {
    expect(
      forgottenBy(`
        const [one, two] = [program("one"), program("two")];
        const [shop, bank] = [chart("shop"), chart("bank")];
        web(shop);
        web(bank);
        two.cluster.addCdk8sChart("bank", bank);
        two.app.synth();
        one.cluster.addCdk8sChart("shop", shop);
        one.app.synth();
      `),
    ).toEqual([]);
  });

  test("does not warn without a cluster", () => {
    expect(forgottenBy(`web(chart("shop"));`)).toEqual([]);
  });
});
