// Synthesizes workloads through the library, or writes the same objects with plain cdk8s; prints JSON for run.js.
//   node bench/workloads.js library <count> <outdir>
//   node bench/workloads.js plain <count> <outdir of the library> <outdir>
// The library's workloads go through a cluster, so its time includes the cluster and the outputs of Terraform. The plain
// program is the leanest there could be: literal objects, without a check, that make the same files byte for byte.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const cdk8s = require("cdk8s");
const { App, TerraformStack } = require("cdktf");
const library = require("../dist");

const PER_CHART = Number(process.env.PER_CHART ?? 20);
const [kind, countText, first, second] = process.argv.slice(2);
const outdir = second ?? first;
const count = Number(countText);

// Room for all, in one namespace too.
const QUOTA = {
  pods: 100_000,
  cpuRequests: "100000",
  cpuLimits: "100000",
  memoryRequests: "100Ti",
  memoryLimits: "100Ti",
  ephemeralStorageRequests: "100Ti",
  ephemeralStorageLimits: "100Ti",
};

const manifestsOf = (folder) => path.join(folder, "manifests", "bench");
const chartName = (index) => `team-${index}`;
const chartCount = Math.ceil(count / PER_CHART);

function writeWithLibrary(folder) {
  const { ContainerImage, HardenedDeployment, KubernetesVersion, Port, SecureNamespace, SecureOkeCluster } =
    library;
  const app = new App({ outdir: folder });
  const stack = new TerraformStack(app, "bench");
  new library.oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine: library.NetworkPolicyEngine.existing({ reason: "Calico, installed by the platform team" }),
  });
  const kubernetes = new cdk8s.App();
  let before;
  for (let index = 0; index < chartCount; index++) {
    const name = chartName(index);
    const chart = new cdk8s.Chart(kubernetes, name, { namespace: name });
    const inChart = Math.min(PER_CHART, count - index * PER_CHART);
    new SecureNamespace(chart, "namespace", {
      name,
      quota: QUOTA,
    });
    for (let workload = 0; workload < inChart; workload++) {
      const current = new HardenedDeployment(chart, `app-${workload}`, {
        image: ContainerImage.of(`fra.ocir.io/acme/app-${workload}@sha256:${"0123456789abcdef".repeat(4)}`),
        port: 8080,
        env: { LOG_LEVEL: library.EnvValue.fromValue("info") },
      });
      current.exposeViaService();
      // From the workload before it, that of the chart before too.
      if (before) current.connections.allowFrom(before, Port.tcp(8080));
      before = current;
    }
    cluster.addCdk8sChart(name, chart);
  }
  app.synth();
}

/** The objects of each chart, in their order. */
function literals(folder) {
  return Array.from({ length: chartCount }, (_, index) =>
    cdk8s.Yaml.load(path.join(manifestsOf(folder), `${chartName(index)}.yaml`)),
  );
}

function writePlain(folder, charts) {
  const app = new cdk8s.App({ outdir: folder });
  charts.forEach((objects, index) => {
    const chart = new cdk8s.Chart(app, chartName(index));
    objects.forEach((object, place) => new cdk8s.ApiObject(chart, `object-${place}`, object));
  });
  app.synth();
}

function checkSameBytes(charts) {
  for (let index = 0; index < charts.length; index++) {
    const made = fs.readFileSync(path.join(outdir, `${chartName(index)}.k8s.yaml`), "utf8");
    const wanted = fs.readFileSync(path.join(manifestsOf(first), `${chartName(index)}.yaml`), "utf8");
    assert.strictEqual(made, wanted, "The two programs don't write the same objects");
  }
}

function main() {
  const charts = kind === "plain" ? literals(first) : [];
  const write = kind === "plain" ? () => writePlain(outdir, charts) : () => writeWithLibrary(outdir);
  global.gc?.();
  // The processor's time, not the clock's: what else the machine does would else decide.
  const start = process.cpuUsage();
  write();
  const { user, system } = process.cpuUsage(start);
  if (kind === "plain") checkSameBytes(charts);
  console.log(JSON.stringify({ milliseconds: (user + system) / 1000, workloads: count }));
}

main();
