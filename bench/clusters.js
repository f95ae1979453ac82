// Measures the synthesis of clusters with ten node pools each in one stack; prints JSON for run.js.
//   node bench/clusters.js <count> <outdir>
const { Size } = require("cdk8s");
const { App, TerraformStack } = require("cdktf");
const { cpuTime } = require("./cpu-time");
const library = require("../dist");

const POOLS = 10;
const [countText, outdir] = process.argv.slice(2);
const clusters = Number(countText);

function synthesize(count) {
  const { KubernetesVersion, NodeImage, NodeShape, PrivateNodePool, SecureOkeCluster } = library;
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "bench");
  new library.oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  for (let index = 0; index < count; index++) {
    const cluster = new SecureOkeCluster(stack, `cluster-${index}`, {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    for (let pool = 0; pool < POOLS; pool++) {
      new PrivateNodePool(stack, `pool-${index}-${pool}`, {
        cluster,
        image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
        shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
        availabilityDomains: ["example:EU-FRANKFURT-1-AD-1", "example:EU-FRANKFURT-1-AD-2"],
        size: 3,
      });
    }
  }
  app.synth();
}

// Runs once before the measurement, because the first run includes compilation.
synthesize(5);
global.gc?.();
console.log(JSON.stringify({ milliseconds: cpuTime(() => synthesize(clusters)), clusters }));
