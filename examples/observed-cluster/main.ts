import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  ContainerImage,
  ControlPlaneLogging,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecretFiles,
  SecureNamespace,
  SecureOkeCluster,
  TraefikIngress,
  oci,
} from "secure-oke";
import { auditing } from "./auditing";
import { addLogging } from "./logging";
import { addMonitoring } from "./monitoring";

const compartmentId = "ocid1.compartment.oc1..example";

const app = new App();
const stack = new TerraformStack(app, "observed");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: "fra.ocir.io/acme/calico",
    imagePullSecrets: ["ocir"],
  }),
  // Control-plane logs are kept for 90 days by default.
  controlPlaneLogs: ControlPlaneLogging.enabled({ retention: Duration.days(180) }),
  ...auditing(stack, compartmentId),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 4, memory: Size.gibibytes(32) }),
  size: 3,
});

const kubernetes = new KubernetesApp();
const chartOf = (name: string) => new Chart(kubernetes, name, { namespace: name });
const lock = { path: join(__dirname, "images.lock.json") };
const image = (name: string) => ContainerImage.fromLock(name, lock);
// The Secrets Store CSI driver mounts secrets from OCI Vault.
const vault = (name: string) => SecretFiles.fromSecretsStore(`/run/secrets/${name}`, name);

// The logs of each workload are collected. Metrics and traces take one call each.
const shop = chartOf("shop");
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: image("web"),
  port: 8080,
  ports: [{ name: "metrics", port: 9464 }],
});
web.scrapeMetrics({ port: 9464, path: "/metrics" });
web.traces({ sampledRatio: 0.25 });

// The gateway for staff is behind an internal load balancer.
const gateway = chartOf("gateway");
new SecureNamespace(gateway, "namespace", { name: "gateway", imagePullSecrets: ["ocir"] });
const traefik = new TraefikIngress(gateway, "traefik", {
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  image: image("traefik"),
});

// Container logs, metrics, alerts, dashboards, and traces in the cluster.
const logging = chartOf("logging");
addLogging(logging, { cluster, traefik, image, vault });
const monitoring = chartOf("monitoring");
addMonitoring(monitoring, { cluster, traefik, lock, vault });

for (const chart of [shop, gateway, logging, monitoring]) cluster.addCdk8sChart(chart.node.id, chart);

app.synth();
