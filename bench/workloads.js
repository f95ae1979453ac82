// Measures the synthesis of workloads with the library, or of the same objects with plain cdk8s; prints JSON for run.js.
//   node bench/workloads.js library <workloads> <workloads per chart> <outdir>
//   node bench/workloads.js plain <workloads> <workloads per chart> <outdir of the library> <outdir>
// The library adds the workloads to a cluster, so its time includes the cluster and the Terraform outputs. The plain program
// only passes literal objects to cdk8s, which writes the same bytes.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const cdk8s = require("cdk8s");
const { App, TerraformStack } = require("cdktf");
const { cpuTime } = require("./cpu-time");
const library = require("../dist");

const WARM = 60;
const OBJECTS = "objects.json";
// Enough for all workloads in one namespace.
const QUOTA = {
  pods: 100_000,
  cpuRequests: "100000",
  cpuLimits: "100000",
  memoryRequests: "100Ti",
  memoryLimits: "100Ti",
  ephemeralStorageRequests: "100Ti",
  ephemeralStorageLimits: "100Ti",
};
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

const [kind, workloadsText, perChartText, first, second] = process.argv.slice(2);
const workloads = Number(workloadsText);
const perChart = Number(perChartText);
const chartName = (index) => `team-${index}`;

/** Synthesizes the workloads and returns the charts. */
function writeWithLibrary(count, outdir) {
  const { ContainerImage, EnvironmentValue, HardenedDeployment, KubernetesVersion, NetworkPolicyEngine } =
    library;
  const { Port, SecureNamespace, SecureOkeCluster } = library;
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "bench");
  new library.oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "The platform team installs Calico" }),
  });
  const kubernetes = new cdk8s.App();
  const charts = [];
  let chart, previous;
  for (let index = 0; index < count; index++) {
    if (index % perChart === 0) {
      const name = chartName(charts.length);
      chart = new cdk8s.Chart(kubernetes, name, { namespace: name });
      charts.push(chart);
      new SecureNamespace(chart, "namespace", { name, quota: QUOTA });
      cluster.addCdk8sChart(name, chart);
    }
    const current = new HardenedDeployment(chart, `app-${index}`, {
      image: ContainerImage.of(`fra.ocir.io/acme/app-${index}@${DIGEST}`),
      port: 8080,
      env: { LOG_LEVEL: EnvironmentValue.fromValue("info") },
    });
    current.exposeViaService();
    // Each workload accepts connections from the previous one, also across charts.
    if (previous) current.connections.allowFrom(previous, Port.tcp(8080));
    previous = current;
  }
  app.synth();
  return charts;
}

function writePlain(charts, outdir) {
  const app = new cdk8s.App({ outdir });
  charts.forEach((objects, index) => {
    const chart = new cdk8s.Chart(app, chartName(index));
    objects.forEach((object, place) => new cdk8s.ApiObject(chart, `object-${place}`, object));
  });
  app.synth();
}

/** The objects of each chart, for the plain program. */
function saveObjects(charts, outdir) {
  const objectsOf = (chart) => chart.node.findAll().filter((node) => cdk8s.ApiObject.isApiObject(node));
  const objects = charts.map((chart) => objectsOf(chart).map((object) => object.toJson()));
  fs.writeFileSync(path.join(outdir, OBJECTS), JSON.stringify(objects));
}

/** Throws unless the two programs wrote the same bytes. */
function compare(charts, libraryOutdir, outdir) {
  charts.forEach((_, index) => {
    const expected = path.join(libraryOutdir, "manifests", "bench", `${chartName(index)}.yaml`);
    const actual = path.join(outdir, `${chartName(index)}.k8s.yaml`);
    assert.ok(
      fs.readFileSync(expected).equals(fs.readFileSync(actual)),
      `${actual} differs from ${expected}`,
    );
  });
}

function print(milliseconds) {
  console.log(JSON.stringify({ milliseconds, workloads }));
}

// Both programs run once before the measurement, because the first run includes compilation.
function main() {
  if (kind === "library") {
    writeWithLibrary(WARM, first);
    global.gc();
    let charts;
    print(cpuTime(() => (charts = writeWithLibrary(workloads, first))));
    if (!fs.existsSync(path.join(first, OBJECTS))) saveObjects(charts, first);
    return;
  }
  const charts = JSON.parse(fs.readFileSync(path.join(first, OBJECTS), "utf8"));
  writePlain(
    charts.slice(0, 3).map((objects) => objects.slice(0, 360)),
    second,
  );
  global.gc();
  print(cpuTime(() => writePlain(charts, second)));
  compare(charts, first, second);
}

main();
